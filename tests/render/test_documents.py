"""Documents: what they say, what they refuse, and that they print the record's numbers and nobody's markup."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aiaudit.card import SystemCard
from aiaudit.errors import IncompleteError, UsageError
from aiaudit.record import Record, to_plain
from aiaudit.render.documents import DOCUMENTS
from aiaudit.render.documents_page import document
from aiaudit.render.plain import per_hundred
from aiaudit.render.words import figure

from . import papers
from .factory import RECORDS
from .hostile import HOSTILE, hostile

TEMPLATES = Path(__file__).parents[2] / "report_templates"
NOTICES = ("notice-customers", "notice-staff", "ll144-notice")
ALL_SIGNED = tuple(papers.SIGNED)
NUMBER = re.compile(r"(?<![\w.,-])-?\d[\d,]*(?:\.\d+)?%?(?!\w)")


def made(name: str) -> Record:
    return papers.ll144(*ALL_SIGNED) if name == "ll144-summary" else papers.failing()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_reads_as_reviewed(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"documents/{name}.md", document(made(name), name))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_number_printed_is_the_records_or_the_templates(name: str) -> None:
    record = made(name)
    source = "".join((TEMPLATES / f).read_text("utf-8") for f in (f"{name}.md.j2", "_documents.md.j2"))
    # What a sample could have shown is told "for every 100".
    shown = {per_hundred(v.detectable) for v in record.verdicts if v.detectable is not None}
    known = {*NUMBER.findall(source), *_printed(to_plain(record)), "95", "100", *shown}
    lines = [line for line in document(record, name).splitlines() if not line.startswith("- MISSING")]
    numbers = {n.rstrip(",") for line in lines for n in NUMBER.findall(_plain(line))}
    assert numbers - known - _counts(record) == set()


def _printed(value: Any) -> Iterator[str]:
    """Yield every number of a record as a document may print it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from (*NUMBER.findall(key), *_printed(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from _printed(inner)
    elif isinstance(value, str):
        yield from (n.rstrip(",") for n in NUMBER.findall(value))
    elif isinstance(value, int | float):
        yield from (figure(value), f"{value:.1%}", f"{value:.3f}", f"{value:g}")


def _counts(record: Record) -> set[str]:
    """Places of verdicts in the record, numbers that a check measured, and those of 'what this does not show'."""
    counted = {str(i) for i in range(1, len(record.verdicts) + 1)}
    return counted | {f"{len(o.measurements)}" for o in record.outcomes if o.status == "measured"}


def _plain(line: str) -> str:
    return line.replace("\\", "").replace("\N{WORD JOINER}", "")


def test_the_citys_table_is_printed_to_its_own_digits() -> None:
    page = document(papers.ll144(), "ll144-summary")
    for (race, sex), (n, x, rate, ratio) in papers.PRINTED.items():
        assert re.search(
            rf"^\| {race}, {sex}( \(less than 2% of the people\))? \| {n} \| {x} \| {rate} \| {ratio} \|$",
            page,
            re.MULTILINE,
        )
    for sex, (n, x, percent, ratio) in papers.PRINTED_SEX.items():
        (rate,) = re.findall(rf"^\| {sex} \| {n:,} \| {x} \| ([\d.]+)% \| {ratio} \|$", page, re.MULTILINE)
        assert float(rate) == pytest.approx(percent, abs=0.5)
    assert "Note: 250 of 2,821 people assessed are in none of these tables" in page
    assert page.count("(less than 2% of the people)") == 4
    assert re.findall(r"left out: (.*)\):$", page, re.MULTILINE) == [
        "AIAN",
        "AIAN, Female; AIAN, Male; NHPI, Female",
    ]
    # Of unknown race are 250 more men, all selected: in the table of sexes they can stay.
    assert f"| Male | {1390 + 250:,} | {667 + 250} | 1.000 |" in page


def test_a_scoring_tool_is_printed_with_its_median_and_its_ties() -> None:
    page = document(papers.scored(), "ll144-summary")
    assert "Median score of the people in the tables: 3. " in page
    assert "2 people score the median itself" in page
    assert "| Category | # of Applicants | Scoring Rate | Impact Ratio |" in page
    assert "| a | 4 | 75.0% | 1.000 |" in page
    assert "| b | 4 | 0.0% | 0.000 |" in page


def test_a_ratio_that_is_not_defined_is_no_number() -> None:
    page = document(papers.nobody_selected(), "ll144-summary")
    assert "| a | 4 | 0 | 0.0% | undefined (0/4) |" in page


def test_a_summary_is_a_self_check_until_all_three_marks_are_signed() -> None:
    def title(*attestations: Any) -> str:
        return document(papers.with_card(papers.ll144(), *attestations), "ll144-summary").splitlines()[0]

    id = "ll144-independent-auditor"
    whole = papers.statement(id)
    assert title(whole).startswith("# Summary of the bias audit")
    for broken in (
        whole.model_copy(update={"covers": papers.SIGNED[id][:2]}),
        papers.statement(id, expires="2026-11-20"),
        papers.statement(id, date="2026-11-22"),
        papers.statement(id, name="TODO"),
    ):
        assert title(broken).startswith("# Self-check")
    assert title().startswith("# Self-check")


def test_a_summary_without_tables_or_with_withheld_rows_is_refused() -> None:
    with pytest.raises(UsageError, match=r"measured, bias\.category-tables \(not measured\)"):
        document(papers.failing(), "ll144-summary")
    record = papers.ll144()
    (tables,) = record.outcomes
    first = replace(tables.measurements[0], params={"withheld": "few people"})
    hidden = replace(tables, measurements=(first, *tables.measurements[1:]))
    with pytest.raises(UsageError, match="shareable"):
        document(replace(record, outcomes=(hidden,)), "ll144-summary")


@pytest.mark.parametrize(("name", "field"), [(n, f) for n in NOTICES for f in DOCUMENTS[n]])
def test_a_notice_lacking_any_element_is_refused(name: str, field: str) -> None:
    section, _, rest = field.partition(".")
    content = papers.card().model_dump(mode="json")
    if not rest:
        content[section] = "TODO"
    elif rest == "owner.name":
        content[section]["owner"]["name"] = "TODO"
    else:
        content[section][rest] = {"features": ["TODO"], "decisions_days": None}.get(rest, "TODO")
    with pytest.raises(UsageError, match=rf"{name} cannot be written.*card, {field} \(") as error:
        document(replace(papers.failing(), card=content), name)
    assert error.value.hint.startswith("Write what is missing into the system card")


@pytest.mark.parametrize("name", NOTICES)
def test_a_notice_says_every_required_element(name: str) -> None:
    page = _plain(document(papers.failing(), name))
    content = papers.card().model_dump(mode="json")
    for field in DOCUMENTS[name]:
        value: Any = content
        for part in field.split("."):
            value = value[part]
        assert _plain(", ".join(value) if isinstance(value, list) else str(value)) in page


@pytest.mark.parametrize("name", DOCUMENTS)
def test_without_a_card_documents_have_gaps_and_notices_are_refused(name: str) -> None:
    record = replace(made(name), card=None)
    if name in NOTICES:
        with pytest.raises(UsageError, match="no card"):
            document(record, name)
        return
    page = document(record, name)
    assert "[More Information Needed]" in page
    assert "Noor" not in page


def test_the_technical_file_invents_nothing() -> None:
    page = document(papers.failing(), "annex-iv")
    assert "| 2(h) | Measures of cybersecurity | missing |" in page
    assert "| 1(b) | Other systems and devices that it works with | given |" in page
    assert "MISSING: statement aia-technical-file, point standards (the statement does not cover it)" in page
    bare = document(replace(papers.failing(), card=None), "annex-iv")
    states = re.findall(r"^\| (\d[()a-h]*) \| .* \| (given|in part|missing) \|$", bare, re.MULTILINE)
    assert [number for number, _ in states][:3] == ["1(a)", "1(b)", "1(c)"]
    assert len(states) == 23
    assert {number for number, state in states if state == "given"} == set()


def test_a_document_whose_file_is_not_there_is_missing() -> None:
    gone = papers.statement("aia-technical-file", evidence="files/none.pdf")
    page = document(papers.with_card(papers.failing(), gone), "annex-iv")
    assert "(evidence: the file is not there)" in page


def test_an_assessment_asks_what_nobody_answered() -> None:
    page = document(papers.failing(), "impact-assessment")
    assert "- OPEN (statement adm-dpia, point advice: the statement does not cover it). Your answer" in page
    assert page.count("Your answer: ____") >= 8
    assert "| Groups are selected at similar rates | race = black | fail | 0.622 | 300 |" in page


def test_a_register_has_a_row_for_whatever_is_open() -> None:
    record = papers.failing()
    page = document(record, "risk-register")
    rows = re.findall(r"^\| \d+ \| .*$", page, re.MULTILINE)
    assert len(rows) == sum(v.status.value not in ("pass", "not_applicable") for v in record.verdicts)
    (waived,) = [row for row in rows if "| waived |" in row]
    assert "Dana Ortiz | 2027-03-31 | accepted: Sample from the pilot only" in waived
    (ahead,) = [row for row in rows if "readiness" in row]
    assert "| evidence missing |" in ahead
    assert "| 2027-12-02 |" in ahead
    assert all("____" in row for row in rows if row != waived)


def test_a_data_sheet_counts_what_was_missing() -> None:
    page = _plain(document(papers.failing(), "data-sheet"))
    assert "| missing_rate | column = income, race = black | 0.030 |" in page
    assert "| race | asian | 87 |" in page


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("foreign", HOSTILE)
def test_hostile_names_stay_text(name: str, foreign: str) -> None:
    record = hostile(foreign)
    content = json.dumps(papers.card(*map(papers.statement, ALL_SIGNED)).model_dump(mode="json"))
    card = SystemCard.model_validate(_poisoned(json.loads(content), foreign or "x")).model_dump(mode="json")
    if name == "ll144-summary":
        record = replace(record, outcomes=papers.ll144().outcomes)
    record = replace(record, card=card)
    if name in NOTICES and re.search("<[a-z]", foreign):  # a placeholder, as forms have them
        with pytest.raises(UsageError, match="placeholder"):
            document(record, name)
        return
    page = document(record, name)
    assert not re.search(r"(?<!\\)<[a-zA-Z/!]", page)
    assert not re.search(r"(?<!\\)!?\[[^\]]*\]\(", page)
    assert "\u202e" not in page
    assert "\x1b" not in page
    for table in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1


def _poisoned(value: Any, foreign: str, key: str = "") -> Any:
    if isinstance(value, dict):
        return {k: _poisoned(v, foreign, k) for k, v in value.items()}
    kept = key in ("id", "date", "expires", "first_use", "use_cases", "jurisdictions", "roles", "covers")
    return f"{foreign} | and [more](x)" if isinstance(value, str) and not kept else value


def test_an_old_card_that_is_none_is_told() -> None:
    with pytest.raises(IncompleteError, match="not one that this version reads"):
        document(RECORDS["failing"][0], "data-sheet")


def test_the_same_record_gives_the_same_bytes() -> None:
    assert document(papers.failing(), "annex-iv") == document(papers.failing(), "annex-iv")
