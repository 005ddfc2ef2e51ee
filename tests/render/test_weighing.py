from __future__ import annotations

from dataclasses import replace

import pytest

from aiaudit.facts import Errored
from aiaudit.record import Record
from aiaudit.render.findings import findings
from aiaudit.render.html import render
from aiaudit.render.weighing import weighing

from . import factory
from .factory import RECORDS

FAILING, _ = RECORDS["failing"]


def told(record: Record) -> dict[str, str]:
    return dict(weighing(record, findings(record), record.exit_code))


def test_headings_are_the_six_that_are_weighed() -> None:
    assert list(told(FAILING)) == ["Quality", "Efficacy", "Recency", "Scope", "Results", "Response"]


def test_quality_counts_checks_intervals_and_the_control_of_error() -> None:
    quality = told(FAILING)["Quality"]

    # Counted by hand in the factory: 15 + 2 + 4 + 1 measurements, without interval the undefined rate and the card.
    assert "4 checks measured, 2 did not run and say why, 0 crashed" in quality
    assert "20 of 22 numbers have a confidence interval (95 %)" in quality
    assert "Of 3 measured requirements, 3 heed chance" in quality
    assert "in at most 5 % of audits (Holm)" in quality
    assert quality.endswith("How the model was run: process yes; network blocked; writes blocked.")
    crash = Errored(check="bias.extra", error="KeyError", plugin="acme")
    assert "1 crashed" in told(factory.record((), outcomes=(crash,)))["Quality"]


def test_efficacy_tells_what_could_have_been_seen_and_what_stayed_open() -> None:
    efficacy = told(FAILING)["Efficacy"]

    assert (
        "could just have shown: 71 for every 100 that others get for age = 62 or over (selection-ratio) and 71"
        in efficacy
    )
    assert "1 of 5 verdicts on numbers stayed open" in efficacy
    assert told(factory.record(()))["Efficacy"] == "No number was judged."


def test_recency_gives_every_date_that_the_record_has() -> None:
    card = {"data": {"period": "2023 to 2025"}, "monitoring": {"next_audit": "2027-05-01"}}

    assert told(replace(FAILING, card=card))["Recency"] == (
        f"Judged on {FAILING.provenance.judged_on.isoformat()}. Data from 2023 to 2025, says the card. "
        "Policy smb-baseline, edition 2026.11, committed 2026-11-01. Its law was last looked up on 2026-08-15. "
        "Next audit planned for 2027-05-01."
    )
    days = {"data": {"first_day": "2024-01-01", "last_day": "2024-12-31"}}
    assert "Data from 2024-01-01 to 2024-12-31" in told(replace(FAILING, card=days))["Recency"]
    assert "No card says which period" in told(replace(FAILING, card=None))["Recency"]


def test_scope_tells_who_was_in_and_what_was_left_out() -> None:
    assert told(FAILING)["Scope"] == (
        "1,000 read = 987 assessed + 13 excluded (13 no outcome in the target column). "
        "Compared by race (4 groups), sex (2 groups) and age (3 groups). "
        "12 values of these are missing, and counted as groups of their own. Not assessed: explain-stability. "
        "Narrowed by the user to: bias, explainability, transparency, not bias.calibration."
    )


@pytest.mark.parametrize("name", RECORDS)
def test_results_are_those_of_the_verdict(name: str) -> None:
    record, _ = RECORDS[name]
    results = told(record)["Results"]

    stopping = {f.requirement.id for f in findings(record) if f.gating}
    assert ("In the way of the policy" in results) == bool(stopping)
    assert all(id in results for id in stopping)
    assert all(str(n) in results for n in record.counts().values() if n)


def test_response_names_who_accepted_what_and_what_was_known() -> None:
    assert told(FAILING)["Response"] == (
        "Steps are advised on 3 requirements. No card names an owner. Statements asked for: 1; signed and "
        "valid: 0. Failure of selection-ratio accepted by Lee Novak until 2027-03-31 (owner Dana Ortiz). "
        "What is changed because of this audit, the next one can show."
    )
    known = factory.record(
        (replace(factory.FAILS, baseline="known"),), card={"identity": {"owner": {"name": "Ada"}}}
    )
    response = told(known)["Response"]
    assert "The card names Ada as owner." in response
    assert "Failures and doubts that the baseline knew: 1." in response


def test_the_page_shows_them_before_the_annexes() -> None:
    page = render(FAILING, 1)

    assert page.index("<dt>Quality</dt>") < page.index('id="annex-a"')
    assert '<a href="#weighing">' in page
