"""Outcomes and a policy in, verdicts out: every way a requirement can end, as a table."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aiaudit.facts import Errored, Form, Reference, Skipped
from aiaudit.judge import judge
from aiaudit.record import Status
from tests.made import (
    EARLIER,
    LATER,
    MEN,
    TODAY,
    WOMEN,
    attested,
    contrast,
    measured,
    number,
    policy,
    requirement,
)

PASS, FAIL, INCONCLUSIVE = Status.PASS, Status.FAIL, Status.INCONCLUSIVE
CHECK = "bias.selection-rate"
WITHIN = {"metric": "impact_ratio", "op": "within", "threshold": "0.1"}
AT_MOST = {"metric": "impact_ratio", "op": "<=", "threshold": "1.25"}
#: A breach that is significant, one that is not, parity, and a small gap that a million rows prove.
SURE, UNSURE, EVEN, TINY = (
    (20, 100, 40, 100),
    (7, 50, 10, 50),
    (40, 100, 40, 100),
    (450_000, 10**6, 460_000, 10**6),
)


def verdicts(asked, *outcomes):
    requirements = asked if isinstance(asked, tuple) else (asked,)
    return judge(outcomes, policy(*requirements), TODAY)


def verdict(asked, *outcomes):
    (only,) = verdicts(asked, *outcomes)
    return only


def difference(counts):
    return contrast(*counts, Form.DIFFERENCE)


def turned(counts):
    """The same two groups, the one that is ahead first."""
    return contrast(*counts[2:], *counts[:2])


@pytest.mark.parametrize(
    ("changed", "measurement", "status", "reason"),
    [
        # By significance, each direction of threshold.
        ({}, contrast(*SURE), FAIL, "breaches the threshold, and the difference is significant"),
        ({}, contrast(*UNSURE), INCONCLUSIVE, "chance alone could explain it"),
        ({}, contrast(*EVEN), PASS, "no evidence of a breach"),
        ({}, contrast(*TINY), PASS, "significant but within the threshold"),
        (WITHIN, difference(SURE), FAIL, "is significant"),
        (WITHIN, difference((4, 30, 8, 30)), INCONCLUSIVE, "chance alone"),
        (WITHIN, difference(EVEN), PASS, "no evidence"),
        (WITHIN, difference(TINY), PASS, "significant but within"),
        (AT_MOST, turned(SURE), FAIL, "is significant"),
        (AT_MOST, turned(UNSURE), INCONCLUSIVE, "chance alone"),
        (AT_MOST, turned(EVEN), PASS, "no evidence"),
        (AT_MOST, turned(TINY), PASS, "significant but within"),
        # Every sample misses parity by a little: there significance alone decides.
        ({**WITHIN, "threshold": 0}, difference(TINY), FAIL, "is significant"),
        ({**WITHIN, "threshold": 0}, difference(UNSURE), PASS, "no evidence"),
        ({"threshold": 1}, contrast(*UNSURE), PASS, "no evidence"),
        ({"threshold": 1}, contrast(*SURE), FAIL, "is significant"),
        # By the bare value: chance is no excuse, size neither.
        ({"decide_on": "value"}, contrast(*SURE), FAIL, "the value breaches the threshold"),
        ({"decide_on": "value"}, contrast(*UNSURE), FAIL, "the value breaches the threshold"),
        ({"decide_on": "value"}, contrast(*EVEN), PASS, "the value meets the threshold"),
        ({"decide_on": "value"}, contrast(3, 4, 4, 5), PASS, "the value meets the threshold"),
        ({"decide_on": "value", **WITHIN}, difference(SURE), FAIL, "breaches"),
        ({"decide_on": "value", **WITHIN}, difference(EVEN), PASS, "meets"),
        ({"decide_on": "value", **AT_MOST}, turned(SURE), FAIL, "breaches"),
        ({"decide_on": "value", **AT_MOST}, turned(EVEN), PASS, "meets"),
        # By the interval: wholly inside, wholly outside, or neither.
        ({"decide_on": "interval"}, number(0.9, spread=0.05), PASS, "lies within"),
        ({"decide_on": "interval"}, number(0.7, spread=0.05), FAIL, "lies beyond"),
        ({"decide_on": "interval"}, number(0.82, spread=0.05), INCONCLUSIVE, "straddles"),
        ({"decide_on": "interval"}, number(0.78, spread=0.05), INCONCLUSIVE, "straddles"),
        ({"decide_on": "interval", **WITHIN}, number(0.0, spread=0.05), PASS, "lies within"),
        ({"decide_on": "interval", **WITHIN}, number(0.2, spread=0.05), FAIL, "lies beyond"),
        ({"decide_on": "interval", **WITHIN}, number(-0.2, spread=0.05), FAIL, "lies beyond"),
        ({"decide_on": "interval", **WITHIN}, number(0.08, spread=0.05), INCONCLUSIVE, "straddles"),
        ({"decide_on": "interval", **WITHIN}, number(0.0, spread=0.5), INCONCLUSIVE, "straddles"),
        ({"decide_on": "interval", **AT_MOST}, number(1.0, spread=0.05), PASS, "lies within"),
        ({"decide_on": "interval", **AT_MOST}, number(2.0, spread=0.05), FAIL, "lies beyond"),
        ({"decide_on": "interval", **AT_MOST}, number(1.25, spread=0.05), INCONCLUSIVE, "straddles"),
        # Too few rows are inconclusive whatever the number, unless the bare value decides.
        ({"min_n": 101}, contrast(*SURE), INCONCLUSIVE, "too few to tell"),
        ({"min_n": 101}, contrast(*EVEN), INCONCLUSIVE, "too few to tell"),
        ({"min_n": 101, "decide_on": "interval"}, number(0.9, spread=0.01), INCONCLUSIVE, "too few to tell"),
        ({"min_n": 101, "decide_on": "value"}, contrast(*EVEN), PASS, "meets"),
        # The undefined is neither.
        ({}, replace(contrast(*EVEN), value=None, p_value=None), Status.NOT_ASSESSED, "undefined"),
        ({"decide_on": "value"}, number(None), Status.NOT_ASSESSED, "undefined"),
        ({"decide_on": "interval"}, number(None), Status.NOT_ASSESSED, "undefined"),
    ],
)  # fmt: skip
def test_every_way_of_deciding(changed, measurement, status, reason):
    found = verdict(requirement(**changed), measured(measurement))
    assert (found.status, reason in found.reason) == (status, True), found.reason
    assert found.measurement is measurement


@pytest.mark.parametrize(
    ("outcome", "asked", "status", "reason"),
    [
        (None, requirement(), Status.ERROR, f"the check {CHECK} is not installed"),
        (
            Errored(check=CHECK, error="boom", plugin="p"),
            requirement(),
            Status.ERROR,
            "the check crashed: boom",
        ),
        (Skipped(check=CHECK, reason="why", applicable=True), requirement(), Status.NOT_ASSESSED, "why"),
        (Skipped(check=CHECK, reason="why", applicable=False), requirement(), Status.NOT_APPLICABLE, "why"),
        (measured(), requirement(), Status.NOT_ASSESSED, "nothing could be measured in this scope"),
        (
            measured(number(1.0, metric="other")),
            requirement(),
            Status.NOT_ASSESSED,
            "nothing could be measured",
        ),
        (measured(check="card"), attested(), FAIL, "the system card does not give this evidence"),
        (measured(check="card"), attested(kind="documented"), FAIL, "does not give this evidence"),
        (Errored(check="card", error="boom", plugin="p"), attested(), Status.ERROR, "boom"),
    ],
)
def test_without_a_measurement(outcome, asked, status, reason):
    found = verdict(asked, *([] if outcome is None else [outcome]))
    assert found.status is status
    assert reason in found.reason
    assert found.measurement is None
    assert found.scope == {}


@pytest.mark.parametrize(
    ("value", "changed", "status", "reason"),
    [
        (1.0, {}, PASS, "meets"),
        (1.0, {"expires": TODAY}, PASS, "meets"),
        (1.0, {"expires": EARLIER}, FAIL, "the evidence expired on 2026-05-31"),
        (1.0, {"valid_from": TODAY}, PASS, "meets"),
        (1.0, {"valid_from": LATER}, FAIL, "the evidence is dated 2026-06-02, which is still to come"),
        (0.0, {"params": {"state": "no name is given"}}, FAIL, "no name is given"),
    ],
)
@pytest.mark.parametrize("decide_on", ["value", "significance", "interval"])
@pytest.mark.parametrize("kind", ["attested", "documented"])
def test_evidence_is_given_valid_and_never_a_matter_of_sample_size(
    value, changed, status, reason, decide_on, kind
):
    found = verdict(
        attested(decide_on=decide_on, kind=kind),
        measured(number(value, metric="attested", n=1, **changed), check="card"),
    )
    assert (found.status, reason in found.reason) == (status, True)


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        ({}, ["", "race", "race+sex", "sex", "sex", "column"]),
        ({"over": "all"}, ["", "race", "race+sex", "sex", "sex", "column"]),
        ({"over": "overall"}, ["", "column"]),
        ({"over": "groups"}, ["race", "sex", "sex"]),
        ({"over": "intersections"}, ["race+sex"]),
        ({"over": "groups", "attributes": ["sex"]}, ["sex", "sex"]),
        ({"attributes": ["sex", "race"], "over": "intersections"}, ["race+sex"]),
        ({"attributes": "sex", "over": "intersections"}, [None]),
        ({"match": {"sex": "female"}}, ["race+sex", "sex"]),
        ({"match": {"sex": ["female", "male"]}, "over": "groups"}, ["sex", "sex"]),
        ({"match": {"column": "age"}}, ["column"]),
        ({"match": {"sex": "other"}}, [None]),
    ],
)
def test_scopes(filter, expected):
    scopes = [{}, {"race": "a"}, {"race": "a", **WOMEN}, WOMEN, MEN, {"column": "age"}]
    found = verdicts(
        requirement(decide_on="value", scope=filter), measured(*(number(1.0, scope=s) for s in scopes))
    )
    shown = ["+".join(sorted(v.scope)) if v.measurement else None for v in found]
    assert shown == expected
    if expected == [None]:
        assert found[0].status is Status.NOT_ASSESSED


@pytest.mark.parametrize(
    ("asked", "judged"),
    [(None, ["most_favoured", "named"]), ("rest", ["rest"]), ("largest", ["largest"]), ("most_favoured", ["most_favoured"])],
)  # fmt: skip
def test_a_requirement_is_judged_against_its_own_reference(asked, judged):
    references = [Reference(scope=MEN, numerator=4, denominator=10, rule=r) for r in ("most_favoured", "largest", "rest", "named")]  # fmt: skip
    found = verdicts(
        requirement(reference=asked, decide_on="value"), measured(*(contrast(4, 10, 4, 10, reference=r) for r in references))
    )  # fmt: skip
    assert [v.measurement.reference.rule for v in found] == judged


@pytest.mark.parametrize(
    ("applies", "in_force"), [(None, True), (EARLIER, True), (TODAY, True), (LATER, False)]
)
def test_a_law_to_come_is_judged_as_readiness(applies, in_force):
    found = verdict(requirement(applies_from=applies), measured(contrast(*SURE)))
    assert (found.status, found.in_force) == (FAIL, in_force)
    assert verdict(requirement(applies_from=applies)).in_force is in_force


def test_verdicts_come_in_the_order_of_the_policy_and_of_the_measurements():
    outcome = measured(contrast(*SURE), contrast(*EVEN, scope=MEN))
    found = verdicts((requirement("r2"), requirement("r1")), outcome)
    assert [(v.requirement, v.scope) for v in found] == [
        ("r2", WOMEN),
        ("r2", MEN),
        ("r1", WOMEN),
        ("r1", MEN),
    ]


def test_one_family_spans_the_requirements_of_a_run():
    pair = requirement("r1"), requirement("r2", check="bias.other")
    outcomes = measured(contrast(*SURE)), measured(contrast(*SURE), check="bias.other")
    alone = verdict(pair[0], outcomes[0])
    together = judge(outcomes, policy(*pair), TODAY)
    assert [v.p_adjusted for v in together] == pytest.approx([2 * alone.p_adjusted] * 2)
    apart = judge(outcomes, policy(*pair, error_control={"family": "requirement"}), TODAY)
    assert [v.p_adjusted for v in apart] == pytest.approx([alone.p_adjusted] * 2)


@pytest.mark.parametrize(
    ("card", "status"),
    [
        (None, FAIL),
        ({}, FAIL),
        ({"context": {"use_cases": []}}, FAIL),
        ({"context": {"use_cases": ["pricing", "credit"]}}, FAIL),
        ({"context": {"use_cases": ["pricing"]}}, Status.NOT_APPLICABLE),
    ],
)
def test_a_condition_excludes_only_what_the_card_says_otherwise(card, status):
    asked = requirement(applies_if={"context.use_cases": ["credit", "insurance"]})
    (only,) = judge([measured(contrast(*SURE))], policy(asked), TODAY, card=card)
    assert only.status is status


def test_truth_values_of_the_card_are_words_of_the_policy():
    asked = requirement(applies_if={"context.profiles_people": "true"})
    (only,) = judge(
        [measured(contrast(*SURE))], policy(asked), TODAY, card={"context": {"profiles_people": False}}
    )
    assert only.reason == ("asked only where context.profiles_people is true; the system card says false")


def test_what_does_not_apply_costs_the_others_nothing():
    outcomes = [measured(contrast(*SURE), contrast(*UNSURE, metric="rejection_ratio"))]
    first = requirement("r1")
    second = requirement("r2", metric="rejection_ratio", applies_if={"context.use_cases": "credit"})
    card = {"context": {"use_cases": ["hiring"]}}
    with_it, without = (
        judge(outcomes, policy(first, second), TODAY, card=card),
        judge(outcomes, policy(first), TODAY),
    )
    assert with_it[0] == without[0]


def test_each_piece_of_evidence_asked_for_by_name_must_be_there():
    given = number(1.0, metric="attested", scope={"attestation": "a"})
    asked = attested(metric="attested", scope={"match": {"attestation": ["a", "b", "c"]}})
    found = verdicts(asked, measured(given, check="card"))
    assert [(v.status, v.reason) for v in found] == [
        (PASS, "the value meets the threshold"),
        (FAIL, "the system card has no statement 'b'"),
        (FAIL, "the system card has no statement 'c'"),
    ]
    (none,) = verdicts(asked, measured(check="card"))
    assert none.reason == "the system card has no statement 'a', 'b', 'c'"


def test_points_that_a_statement_leaves_out_are_named_one_by_one():
    scope = {"attestation": "notice", "item": "purpose"}
    given = number(1.0, metric="attested", scope=scope)
    asked = attested(
        metric="attested", scope={"match": {"attestation": "notice", "item": ["purpose", "contact"]}}
    )
    reasons = [v.reason for v in verdicts(asked, measured(given, check="card"))]
    assert reasons == ["the value meets the threshold", "the statement 'notice' does not cover 'contact'"]
    (none,) = verdicts(asked, measured(check="card"))
    assert none.reason == ("the system card has no statement 'notice'; it must cover 'purpose', 'contact'")


@pytest.mark.parametrize(("days", "status"), [(365, PASS), (366, FAIL)])
def test_evidence_may_be_too_old_before_it_expires(days, status):
    given = number(1.0, metric="attested", valid_from=TODAY - timedelta(days=days), expires=LATER)
    assert verdict(attested(max_age=365), measured(given, check="card")).status is status
