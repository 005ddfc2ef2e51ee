"""The report as PDF, for boards and archives: PDF/A-3a and PDF/UA-1, with the record inside."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, time
from importlib.resources import files
from typing import Any

from aiaudit.record import Record, to_json
from aiaudit.render.pdf_page import page

#: Archivable with its sources, and readable aloud.
STANDARDS = ["a-3a", "ua-1"]
#: The template and its parts, by the name that typst knows them by.
TEMPLATES = {
    "main.typ": "report.typ",
    "report_base.typ": "report_base.typ",
    "report_pictures.typ": "report_pictures.typ",
}
#: How typst names a character without a glyph; both standards forbid to print one.
_NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


def render(record: Record, exit_code: int) -> bytes:
    """Return the report as a PDF file; the same record gives the same bytes.

    Fonts are those that typst brings along; folders named in ``TYPST_FONT_PATHS`` help out where these lack a
    character. A character without a glyph in any of them is printed by its code point.
    """
    import typst

    data = json.dumps(page(record, exit_code), ensure_ascii=False)
    attachment = to_json(record, exit_code).encode()
    day = datetime.combine(record.provenance.judged_on, time(), UTC)
    inputs: dict[str, str] = {}
    while True:
        try:
            return _typeset(data, attachment, day, inputs)
        except typst.TypstError as error:
            found = map(_unescaped, _NO_GLYPH.findall(error.diagnostic))
            missing = sorted({text for text in found if text in data}, key=len, reverse=True)
            if not missing:
                raise
        for text in missing:
            data = data.replace(text, "".join(f"‹U+{ord(c):04X}›" for c in text))
        inputs = {"spelled": "yes"}


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text)


def _typeset(data: str, attachment: bytes, day: datetime, inputs: Mapping[str, str]) -> bytes:
    """Compile the template; typst sees files in memory and an empty folder, and runs no text of the record."""
    import typst

    folder = files("aiaudit.report_templates")
    templates = {name: folder.joinpath(file).read_bytes() for name, file in TEMPLATES.items()}
    sources = {**templates, "data.json": data.encode(), "record.json": attachment}
    compiled: Any = typst.compile  # its annotations know no files in memory
    with tempfile.TemporaryDirectory() as empty:
        made: bytes = compiled(
            sources,
            root=empty,
            format="pdf",
            sys_inputs=inputs,
            font_paths=[path for path in os.environ.get("TYPST_FONT_PATHS", "").split(os.pathsep) if path],
            ignore_system_fonts=True,
            pdf_standards=STANDARDS,
            timestamp=day,
        )
    return made
