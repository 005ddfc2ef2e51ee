from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiaudit.facts import Form, Interval, Measurement, Reference
from aiaudit.policy.model import Op, Requirement
from aiaudit.record import Status, Verdict
from aiaudit.render import TEXTS, render
from aiaudit.render.findings import Finding, findings, headline
from aiaudit.render.plain import per_hundred, plain
from aiaudit.render.sentences import number_sentence, tiles_note, unguarded, verdict_sentence, what_now

from . import factory
from .factory import BLACK, BLACK_RATIO, RATIO, RECORDS, WHITE, a_ratio, requirement


def finding(requirement: Requirement, measurement: Measurement | None) -> Finding:
    verdict = Verdict(
        requirement=requirement.id, status=Status.FAIL, reason="the reason", measurement=measurement
    )
    return Finding(number=1, requirement=requirement, verdict=verdict, metric=None, gating=True)


def a_difference(metric: str, value: float, low: float, high: float, **changes: Any) -> Measurement:
    given = {
        "metric": metric,
        "form": Form.DIFFERENCE,
        "value": value,
        "n": 300,
        "interval": Interval(low=low, high=high, level=0.95, method="Newcombe"),
        "scope": BLACK,
        "reference": Reference(scope=WHITE, numerator=4, denominator=5, rule="most_favoured"),
    }
    return Measurement(**(given | changes))


def test_ratio_is_told_in_people() -> None:
    assert plain(finding(RATIO, BLACK_RATIO), ("approved",)) == (
        "In groups of equal size, people of race “black” get 62 favourable decisions ('approved') for every 100 "
        "that people of race “white” get (allowing for chance, 55 to 70). The policy asks for at least 80."
    )


def test_ratio_of_a_rate_among_some_names_them() -> None:
    ratio = a_ratio(BLACK, (40, 100), WHITE, (80, 100), metric="false_positive_rate_ratio")

    assert plain(finding(RATIO, ratio)).startswith(
        "Among people whose true outcome is unfavourable, in groups of equal size, people of race “black” get 50 favourable decisions for every"
    )


def test_the_rest_is_everyone_else() -> None:
    rest = Reference(scope={}, numerator=80, denominator=100, rule="rest")

    told = plain(finding(RATIO, replace(a_ratio(BLACK, (40, 100), {}, (80, 100)), reference=rest)))

    assert "people of race “black” get 50 favourable decisions for every 100 that other people get" in told


def test_difference_is_told_in_people() -> None:
    gap = a_difference("true_positive_rate_difference", -0.12, -0.21, -0.03)

    assert plain(finding(factory.GAP, gap), ("approved",)) == (
        "Of every 100 people of race “black” whose true outcome is favourable, 12 fewer get a favourable decision "
        "('approved') than of every 100 people of race “white” (allowing for chance, 21 fewer to 3 fewer). "
        "The policy asks for a difference of at most 10."
    )


def test_difference_on_both_sides_of_nothing() -> None:
    told = plain(finding(factory.GAP, a_difference("accuracy_difference", 0.0, -0.04, 0.05)))

    assert "as many are decided correctly as of every 100" in told
    assert "4 fewer to 5 more" in told


def test_intersections_name_every_attribute() -> None:
    both = a_ratio(BLACK | {"sex": "female"}, (40, 100), WHITE | {"sex": "male"}, (80, 100))

    assert "people of race “black” and sex “female” get 50" in plain(finding(RATIO, both))


def test_other_metrics_are_told_by_their_title() -> None:
    error = Measurement(metric="mean_error", value=12.5, n=40, scope=BLACK)

    assert plain(finding(requirement(threshold="10", op=Op.AT_MOST), error)) == (
        "Groups are selected at similar rates: 12.500 for people of race “black”. The policy asks for at most 10."
    )


def test_undefined_is_told_as_undefined() -> None:
    undefined = Measurement(
        metric="impact_ratio", form=Form.RATIO, value=None, n=9, numerator=0, denominator=0, scope=BLACK
    )

    assert "undefined (0/0) for people of race “black”" in plain(finding(RATIO, undefined))


def test_documents_are_told_by_their_reason() -> None:
    assert (
        plain(finding(factory.CARD_COMPLETE, factory.MISSING_FIELDS))
        == "The system card is complete: the reason"
    )
    assert plain(finding(RATIO, None)) == "Groups are selected at similar rates: the reason"


@pytest.mark.parametrize(
    ("share", "limit", "text"),
    [
        (0.6222, 0.8, "62"),
        (0.7996, 0.8, "79.96"),
        (0.8, 0.8, "80"),
        (0.004, None, "0.4"),
        (0.0, 0.8, "0"),
        (1.5, 0.8, "150"),
    ],
)
def test_in_a_hundred(share: float, limit: float | None, text: str) -> None:
    assert per_hundred(share, limit) == text


@given(st.floats(0, 3), st.sampled_from([0.05, 0.1, 0.8, 1.25]))
def test_a_share_never_crosses_its_limit_in_print(share: float, limit: float) -> None:
    printed = float(per_hundred(share, limit)) / 100

    assert printed == pytest.approx(share, abs=0.0051)
    if abs(share - limit) > 1e-8:
        assert (printed > limit) == (share > limit)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("failing", "Policy smb-baseline: not met."),
        ("passing", "Policy smb-baseline: met."),
        ("without-model", "Policy smb-baseline: met, as far as it could be judged (1 not assessed)."),
        ("crashed", "Policy smb-baseline: no verdict, because the audit is incomplete."),
        (
            "inconclusive",
            "Policy smb-baseline: undecided; nothing failed, but what is open counts here (1 inconclusive).",
        ),
        ("empty", "Policy smb-baseline: nothing was judged, so nothing failed."),
    ],
)
def test_verdict_in_one_sentence(name: str, told: str) -> None:
    assert verdict_sentence(*RECORDS[name]) == told


def test_a_failure_says_what_must_happen_before_use() -> None:
    assert what_now(*RECORDS["failing"]) == (
        "Do not use the model for decisions before 2 failing requirements are mended, or a named person has accepted "
        "them in a written waiver."
    )


def test_failures_below_the_gate_are_not_passed_over() -> None:
    record = factory.record((factory.PASSES, factory.CARD_FAILS))

    assert what_now(record, 0) == (
        "Nothing failed that this policy takes for serious enough to stop the model (high or above). "
        "1 less serious requirement failed, and does not stop it."
    )


def test_tiles_say_what_they_count() -> None:
    assert tiles_note(RECORDS["failing"][0]) == (
        "8 verdicts on 5 requirements: a requirement is judged once for every group it speaks of; 1 of them on law "
        "not yet in force (readiness)."
    )


def test_headline_is_the_worst_gating_contrast() -> None:
    found = findings(RECORDS["failing"][0])

    first = headline(found)

    assert first is not None
    assert (first.requirement.id, first.verdict.scope) == ("selection-ratio", BLACK)


def test_headline_of_a_strict_policy_is_what_failed_not_what_is_open() -> None:
    record = factory.record((factory.DOUBTFUL, factory.GAP_FAILS), policy=factory.policy(strict=True))

    first = headline(findings(record))

    assert first is not None
    assert first.requirement.id == "tpr-gap"


def test_an_open_question_of_less_weight_does_not_open_the_summary() -> None:
    light = requirement("light", severity="low")
    record = factory.record(
        (replace(factory.DOUBTFUL, requirement="light"), factory.PASSES), policy=factory.policy(RATIO, light)
    )

    assert number_sentence(record).startswith("What came closest to its limit: ")


def test_a_share_that_is_no_contrast_is_told_in_a_hundred() -> None:
    asked = requirement(metric="selection_rate", op=Op.AT_LEAST, threshold="0.9")
    told = replace(finding(asked, factory.a_rate({}, 646, 987)), metric=factory.SELECTION)

    assert plain(told) == (
        "Groups are selected at similar rates: 65 in 100 (allowing for chance, 62 to 68). "
        "The policy asks for at least 90 in 100."
    )


def test_headline_without_failures_is_the_closest_call() -> None:
    assert number_sentence(RECORDS["passing"][0]).startswith(
        "What came closest to its limit: In groups of equal size, "
    )
    assert number_sentence(RECORDS["inconclusive"][0]).startswith(
        "Not settled yet: In groups of equal size, "
    )
    assert number_sentence(RECORDS["empty"][0]) == ""
    assert number_sentence(RECORDS["crashed"][0]) == ""


def test_only_failures_in_force_and_severe_enough_gate() -> None:
    gating = {
        (f.requirement.id, *f.verdict.scope.values()) for f in findings(RECORDS["failing"][0]) if f.gating
    }

    assert gating == {("selection-ratio", "black"), ("tpr-gap", "black")}


@pytest.mark.parametrize("format", TEXTS)
def test_no_report_calls_a_model_fair(format: str) -> None:
    for record, exit_code in RECORDS.values():
        # CycloneDX calls a key so; what stands under it does not.
        text = render(record, format, exit_code).replace("fairnessAssessments", "").lower()

        assert not re.search(r"\bcompliant|\b(un)?fair|\bunbiased", text)


def test_a_model_loaded_without_the_list_is_said_on_the_first_page() -> None:
    record, exit_code = RECORDS["failing"]
    model = record.subject.model
    assert unguarded(record) == ""
    off = replace(model, isolation={**model.isolation, "gate": "off (--unsafe-pickle)"})
    record = replace(record, subject=replace(record.subject, model=off))
    for style in ("html", "text", "markdown"):
        said = " ".join(render(record, style, exit_code).replace("\\", "").split())
        assert "without the allow-list (--unsafe-pickle)" in said, style
