"""Odd and hostile Word files by code: what is in them is known before any reader runs."""

from __future__ import annotations

import io
import zipfile

TRANSITIONAL = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"


def paragraph(text: str, properties: str = "") -> str:
    """A paragraph with one run."""
    return f"<w:p>{properties}<w:r><w:t xml:space='preserve'>{text}</w:t></w:r></w:p>"


def cell(content: str, properties: str = "") -> str:
    """A cell: plain text, or paragraphs as XML."""
    inner = content if content.startswith("<") else paragraph(content)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    """A row of cells; plain texts become cells."""
    made = (text if text.startswith("<w:tc>") else cell(text) for text in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(made)}</w:tr>"


def table(*rows: str) -> str:
    """A table of rows."""
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(rows)}</w:tbl>"


def document(body: str, namespace: str = TRANSITIONAL, prologue: str = "") -> bytes:
    """The main part."""
    names = f'xmlns:w="{namespace}" xmlns:mc="{_COMPATIBILITY}"'
    return f"{prologue}<w:document {names}><w:body>{body}</w:body></w:document>".encode()


def zipped(parts: dict[str, bytes]) -> bytes:
    """Parts as a zip file."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target.getvalue()


def docx(body: str, *, numbering: str = "", styles: str = "", namespace: str = TRANSITIONAL) -> bytes:
    """A Word file with this body, and the numbering and styles as XML."""
    parts = {"word/document.xml": document(body, namespace)}
    for name, inner in (("numbering", numbering), ("styles", styles)):
        if inner:
            parts[f"word/{name}.xml"] = f'<w:{name} xmlns:w="{namespace}">{inner}</w:{name}>'.encode()
    return zipped(parts)


def main_part(data: bytes) -> bytes:
    """A Word file with these bytes as its main part."""
    return zipped({"word/document.xml": data})


def number(list_id: int, level: int = 0) -> str:
    """Properties of a paragraph that is numbered."""
    return f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr></w:pPr>'


def list_definition(*, start: int = 1, form: str = "decimal", text: str = "%1", extra: str = "") -> str:
    """One abstract list, used by list 1 and 2; list 2 starts anew at 5."""
    level = (
        f'<w:lvl w:ilvl="0"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>{extra}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/></w:lvl>'
    )
    return (
        f'<w:abstractNum w:abstractNumId="7">{level}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="7"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>'
    )


def with_false_size(data: bytes, stated: int) -> bytes:
    """A zip file of one member whose unpacked size is stated falsely, in both places."""
    made = bytearray(data)
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = made.index(mark) + at
        made[place : place + 4] = stated.to_bytes(4, "little")
    return bytes(made)
