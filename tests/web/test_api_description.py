"""The interface as it is described, to machines and to people: whole, true, and its examples run."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from docs.api_table import PAGE, render
from tests.web.api_client import EXAMPLES, MADE, REAL, Api, api_of, command_line
from tests.web.conftest import Scheme, Served, Visitor
from tracker.query.parameters import SEARCHABLE
from tracker.reading.search_text import searchable
from tracker.web.api.openapi import describe
from tracker.web.api.routes import ENDPOINTS

ROOT = Path(__file__).parents[2]
Json = dict[str, Any]


@pytest.fixture(scope="module")
def api(served: Served) -> Iterator[Api]:
    with api_of(served.address) as one:
        yield one


@pytest.fixture(scope="module")
def description(api: Api) -> Json:
    whole: Json = api.ask("/openapi.json")
    return whole


def every(value: Any) -> Iterator[Json]:
    """Each object in a JSON value."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from every(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from every(inner)


def closed(description: Json) -> Json:
    """The same, where objects with declared fields may have no others."""
    copy: Json = json.loads(json.dumps(description))
    for one in every(copy):
        if one.get("type") == "object" and "properties" in one:
            one["additionalProperties"] = False
    return copy


def test_it_is_what_the_table_declares(description: Json) -> None:
    assert description == describe(ENDPOINTS)
    assert description["openapi"] == "3.1.0"
    assert list(description["paths"]) == [one.path for one in ENDPOINTS]
    operations = [path["get"]["operationId"] for path in description["paths"].values()]
    assert len(set(operations)) == len(operations)


def test_every_reference_leads_somewhere_and_every_schema_is_one(description: Json) -> None:
    names = {one["$ref"] for one in every(description) if "$ref" in one}
    assert len(names) > 15
    for name in names:
        target: Any = description
        for key in name.removeprefix("#/").split("/"):
            target = target[key]
    for schema in description["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for one in every(description["paths"]):
        if "in" in one:
            Draft202012Validator.check_schema(one["schema"])
    assert set(description["components"]["schemas"]) <= {name.rsplit("/", 1)[1] for name in names}


def test_every_field_and_parameter_is_described(description: Json) -> None:
    bare = [
        f"{name}.{field}"
        for name, schema in description["components"]["schemas"].items()
        for field, shape in schema["properties"].items()
        if "description" not in shape and "$ref" not in shape
    ]
    assert bare == []
    parameters = [one for one in every(description["paths"]) if "in" in one]
    assert all(one["description"] for one in parameters)
    assert all(text.strip() for one in ENDPOINTS for text in one.summary)
    assert all(text.strip() for e in ENDPOINTS for one in (*e.pieces, *e.parameters) for text in one.meaning)


@pytest.mark.parametrize("place", range(len(ENDPOINTS)), ids=[one.path for one in ENDPOINTS])
def test_answers_have_just_the_fields_that_are_described(api: Api, description: Json, place: int) -> None:
    one, address, whole = ENDPOINTS[place], EXAMPLES[place], closed(description)
    response = whole["paths"][one.path]["get"]["responses"]["200"]
    schema = response["content"]["application/json"]["schema"] | {"components": whole["components"]}
    # Its example may find nothing here, so without its filters as well.
    required = "&".join(f"{each.name}={each.example}" for each in one.parameters if each.required)
    answers = [api.client.get(asked).json() for asked in (address, f"{address.partition('?')[0]}?{required}")]
    assert [error.message for answer in answers for error in Draft202012Validator(schema).iter_errors(answer)] == []
    assert one.path.endswith("originals") or any(answer.get("data", True) for answer in answers)


def test_refusals_have_the_shape_that_is_described(api: Api, description: Json) -> None:
    whole = closed(description)
    schema = whole["components"]["schemas"]["Problem"]
    for path, status in (("/filings?x=1", "400"), ("/entities/0", "404"), ("/stats?by=" + 5000 * "x", "414")):
        answer = api.client.get(f"/api/v1{path}")
        assert str(answer.status_code) == status
        (media_type,) = whole["components"]["responses"][status]["content"]
        assert answer.headers["content-type"] == media_type
        Draft202012Validator(schema).validate(answer.json())


def test_what_can_be_searched_for_is_what_folding_leaves() -> None:
    characters = [chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000]
    assert [c for c in characters if bool(re.search(SEARCHABLE, c)) is not bool(searchable(c))] == []


def test_the_page_for_people_is_as_it_is_written() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert render(text) == text, "run: .venv/bin/python docs/api_table.py"


def block(name: str) -> str:
    """An example of docs/api.md."""
    found = re.search(rf"<!-- {name} -->\n```\w+\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    assert found
    return found[1]


def run_python(program: str, served: Served, folder: Path) -> list[str]:
    """The lines that an example prints."""
    path = folder / "example.py"
    path.write_text(program.replace("http://127.0.0.1:8001", served.address), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, path],
        cwd=folder,
        capture_output=True,
        text=True,
        env={"PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_examples_in_python_run(served: Served, history: Path, tmp_path: Path) -> None:
    filings = command_line(history, "filings", "--series", "genai_service", "--province", "北京")
    expected = [f"{row['number']} {row['name']} {row['entity']}" for row in filings]
    assert sorted(run_python(block("pages"), served, tmp_path)) == sorted(expected)
    function = block("pages").partition("for filing in")[0]
    first = run_python(function + block("follow"), served, tmp_path)
    changes = command_line(history, "changes")
    assert [int(line.split()[0]) for line in first] == [row["id"] for row in changes]
    assert run_python(function + block("follow"), served, tmp_path) == []


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_the_examples_of_the_shell_run(served: Served) -> None:
    commands = block("shell").strip().splitlines()
    assert len(commands) == len(ENDPOINTS)
    for command, one in zip(commands, ENDPOINTS, strict=True):
        here = command.replace("http://127.0.0.1:8001", served.address).replace(REAL, MADE)
        done = subprocess.run(["bash", "-c", f"{here} --fail --noproxy '*'"], capture_output=True, check=False)
        assert done.returncode == 0, (here, done.stderr)
        answer = json.loads(done.stdout)
        assert ("data" in answer) is one.is_list


@pytest.mark.parametrize(("lang", "heading"), [("zh", "程序接口"), ("en", "API")])
def test_the_page_has_every_address_and_parameter(served: Served, lang: str, heading: str) -> None:
    text = served.get(f"/api?lang={lang}").text
    assert f"<h1>{heading}</h1>" in text
    assert f"{served.address}/api/v1/filings" in text
    for one in ENDPOINTS:
        assert f'<h3 id="{one.path}">' in text
        section = text.partition(f'<h3 id="{one.path}">')[2].partition("<h3")[0]
        for parameter in (*one.pieces, *one.parameters):
            assert f"<code>{parameter.name}</code>" in section


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme", "lang"), [(360, "dark", "zh-CN"), (1600, "light", "en-GB")])
def test_the_page_in_a_browser(browser: Visitor, width: int, scheme: Scheme, lang: str) -> None:
    visit = browser(width, scheme, lang)
    visit.go("/api")
    visit.check(f"api-{width}-{scheme}-{lang[:2]}")


# What cannot be asked may be too long for an address as well.
REFUSED = "checks.negative_data_rejection.expected-statuses = [400, 404, 405, 414]\n"


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_schemathesis_finds_no_fault(served: Served, tmp_path: Path) -> None:
    """Every check of it, with data that fit the description and data that do not, the same at each run."""
    program = Path(sys.executable).with_name("st")
    (tmp_path / "schemathesis.toml").write_text(REFUSED, encoding="utf-8")
    done = subprocess.run(
        [program, "run", f"{served.address}/api/v1/openapi.json", "--generation-deterministic", "--max-examples", "8",
         "--mode", "all", "--checks", "all", "--continue-on-failure", "--no-color", "--warnings", "off"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.web.api_hooks", "NO_PROXY": "*", "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-2000:]}"
    generated = re.search(r"(\d+) generated", done.stdout)
    assert generated
    assert int(generated[1]) > 500
    assert f"Tested: {len(ENDPOINTS)}" in done.stdout
