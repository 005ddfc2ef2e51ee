"""Tables of a page, each between two comments that name it."""

from __future__ import annotations

from pathlib import Path


def write(page: Path, name: str, text: str) -> None:
    """Replace the table called *name*; a page without its comments is an error."""
    start, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    old = page.read_text("utf-8")
    before, rest = old.split(start)
    page.write_text(f"{before}{start}\n{text}\n{end}{rest.split(end)[1]}", "utf-8")
