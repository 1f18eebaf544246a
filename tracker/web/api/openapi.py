"""The API described as OpenAPI 3.1, from the table of endpoints and the shapes of answers. Pure.

The meaning of each field is written once, below the field in `tracker.query.records`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from typing_extensions import is_typeddict

from tracker.core.version import __version__
from tracker.query.parameters import Parameter
from tracker.web.api.endpoints import ApiEndpoint
from tracker.web.errors import MEDIA_TYPE, Problem

_REF = "#/components/schemas/{model}"
_TAG = {"type": "string"}
_ABOUT = """The history of China's filing lists of generative-AI services and algorithms, for programs. Read-only.

Days are `2024-12-31`, `2024-12` or `2024`; instants are UTC. A value that no list states is `null`. A parameter that is
unknown, empty, given twice or out of bounds is refused (400). Errors are problem details (RFC 9457), in English or
Chinese by `Accept-Language`. Lists come as `{"data": […], "next": …, "note": …}`: `next` is the cursor of the following
page (`null` on the last one), `note` says why an answer is empty. Every answer has an `ETag` and, from two
seconds after the last poll, a `Last-Modified`: with `If-None-Match` or `If-Modified-Since` the answer is 304 until
something is recorded. New fields may be added to records; fields are not removed within v1."""


@cache
def describe(endpoints: tuple[ApiEndpoint, ...]) -> dict[str, Any]:
    """Return the whole description; it is made once."""
    shapes = {one.name: one.record for one in endpoints} | {"problem": Problem}
    refs, schemas = _schemas(shapes)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "CAC filing tracker", "version": __version__, "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": {one.path: {"get": _operation(one, refs)} for one in endpoints},
        "components": {
            "schemas": schemas,
            "responses": {status: _refusal(text, refs["problem"]) for status, text in _REFUSALS.items()},
        },
    }  # fmt: skip


_REFUSALS = {
    "400": "A parameter has a bad value.",
    "404": "There is no such thing.",
    "414": "The address is too long.",
    "503": "The history cannot be read at the moment, or the question takes too long.",
}


class _Shapes(GenerateJsonSchema):
    """JSON Schema without titles, which only repeat the names of the fields."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never."""
        return False


def _schemas(shapes: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a reference for each shape, and the schemas that they refer to."""
    inputs = [(name, "serialization", TypeAdapter(shape)) for name, shape in shapes.items()]
    refs, whole = TypeAdapter.json_schemas(inputs, ref_template=_REF, schema_generator=_Shapes)  # type: ignore[arg-type]
    schemas = whole["$defs"]
    for shape in set(_inner(shapes.values())):
        for name, text in _said(shape).items():
            schemas[shape.__name__]["properties"][name].setdefault("description", text)
    return {name: ref for (name, _), ref in refs.items()}, schemas


def _inner(kinds: Iterable[Any]) -> Iterator[Any]:
    """Yield the records among these types, and the records inside them."""
    for kind in kinds:
        if is_typeddict(kind):
            yield kind
            yield from _inner(get_type_hints(kind).values())
        else:
            yield from _inner(get_args(kind))


def _said(shape: Any) -> dict[str, str]:
    """Return the meaning of each field, of base records too: pydantic itself reads only those of the record itself."""
    said = {name: text for base in _bases(shape) for name, text in _said(base).items()}
    own = TypeAdapter(shape).json_schema(schema_generator=_Shapes)["properties"]
    return said | {name: one["description"] for name, one in own.items() if "description" in one}


def _bases(shape: Any) -> list[Any]:
    return [base for base in getattr(shape, "__orig_bases__", ()) if is_typeddict(base)]


def _operation(endpoint: ApiEndpoint, refs: Mapping[str, Any]) -> dict[str, Any]:
    parameters = [_parameter(one, "path") for one in endpoint.pieces]
    parameters += [_parameter(one, "query") for one in endpoint.parameters]
    ref = refs[endpoint.name]
    schema = _list_of(ref, is_paged=endpoint.is_paged) if endpoint.is_list else ref
    headers = {"ETag": {"schema": _TAG}, "Last-Modified": {"schema": _TAG}}
    if endpoint.is_paged:
        headers["Link"] = {"description": 'The following page, rel="next"', "schema": _TAG}  # type: ignore[dict-item]
    errors = [status for status in _REFUSALS if status != "404" or endpoint.pieces or endpoint.has_404]
    return {
        "operationId": endpoint.name,
        "summary": endpoint.summary[1],
        "parameters": parameters,
        "responses": {
            "200": {
                "description": "The answer", "headers": headers,
                "content": {"application/json": {"schema": schema}},
            },
            "304": {"description": "Nothing was recorded since the answer that the client has."},
            **{status: {"$ref": f"#/components/responses/{status}"} for status in errors},
        },
    }  # fmt: skip


def _list_of(ref: Mapping[str, Any], *, is_paged: bool) -> dict[str, Any]:
    following = {"type": ["string", "null"], "description": "Cursor of the following page; null on the last one."}
    if not is_paged:
        following = {"type": "null", "description": "The list comes in one page."}
    note = {"type": ["string", "null"], "description": "Why the answer is empty; null if it is not."}
    return {
        "type": "object",
        "properties": {"data": {"type": "array", "items": ref}, "next": following, "note": note},
        "required": ["data", "next", "note"],
    }


def _parameter(one: Parameter, place: str) -> dict[str, Any]:
    schema = one.schema() | ({} if one.default is None else {"default": one.default})
    described = {
        "name": one.name, "in": place, "required": one.required, "description": one.meaning[1], "schema": schema,
    }  # fmt: skip
    return described | ({} if one.example is None else {"example": one.example})


def _refusal(text: str, ref: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": text, "content": {MEDIA_TYPE: {"schema": ref}}}
