from __future__ import annotations

import subprocess
import sys

import pytest

from aiaudit import gate
from aiaudit.errors import UsageError
from aiaudit.record import from_json, to_plain
from aiaudit.render import FORMATS, TEXTS, format_of, render

from . import factory
from .factory import RECORDS

RECORD, EXIT_CODE = RECORDS["failing"]


def test_records_stand_beside_the_exit_code_the_gate_gives_them() -> None:
    assert {name: gate.exit_code(record) for name, (record, _) in RECORDS.items()} == {
        name: code for name, (_, code) in RECORDS.items()
    }


@pytest.mark.parametrize("format", TEXTS)
def test_every_format_of_text_renders_every_record(format: str) -> None:
    for record, exit_code in RECORDS.values():
        text = render(record, format, exit_code)

        assert text.endswith("\n")
        assert render(record, format, exit_code) == text


def test_every_suffix_belongs_to_one_format() -> None:
    suffixes = [form.suffix for form in FORMATS.values()]

    assert len(set(suffixes)) == len(suffixes)
    assert [format_of(f"out/report{suffix}") for suffix in suffixes] == list(FORMATS)


def test_suffix_is_read_whatever_its_case() -> None:
    assert format_of("REPORT.HTML") == "html"


@pytest.mark.parametrize("path", ["report", "report.docx", "html", ""])
def test_unknown_suffix_is_an_error_that_lists_the_known(path: str) -> None:
    with pytest.raises(UsageError) as error:
        format_of(path)

    assert all(form.suffix in error.value.hint for form in FORMATS.values())


def test_unknown_format_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="'htlm' is not a format") as error:
        render(RECORD, "htlm", 0)

    assert "Did you mean 'html'?" in error.value.hint


def test_json_is_the_record() -> None:
    assert to_plain(from_json(render(RECORD, "json", EXIT_CODE), "record.json")) == to_plain(RECORD)


def test_registry_imports_nothing_heavy() -> None:
    code = "import sys, aiaudit.render; print(sorted({'jinja2', 'rich', 'pydantic', 'numpy'} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    "form", ["text", "html", "json", "markdown", "csv", "junit", "sarif", "github", "gitlab"]
)
def test_what_is_waived_is_shown_with_who_accepted_it_why_and_until_when(form: str) -> None:
    record, exit_code = factory.RECORDS["waived"]
    page = " ".join(render(record, form, exit_code).split())
    for told in (
        factory.WAIVED.requirement,
        "waived",
        factory.WAIVER.reason,
        "2027-03-31",
        "Lee Novak",
        "Dana Ortiz",
    ):
        assert told in page
