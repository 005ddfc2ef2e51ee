from __future__ import annotations

import pytest

from aiaudit.render import render

from .factory import RECORDS


@pytest.mark.parametrize("name", RECORDS)
def test_terminal_reads_as_reviewed(name: str, golden) -> None:
    record, exit_code = RECORDS[name]

    golden(f"{name}.txt", render(record, "text", exit_code))


@pytest.mark.parametrize("name", ["failing", "without-model"])
def test_page_reads_as_reviewed(name: str, golden) -> None:
    record, exit_code = RECORDS[name]

    golden(f"{name}.html", render(record, "html", exit_code))
