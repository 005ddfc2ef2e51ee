"""Waivers accept a failure for a while and hide nothing; whatever happens, every answer is counted."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiaudit.facts import Errored, Skipped
from aiaudit.judge import judge, unused_waivers
from aiaudit.record import Status
from tests.made import EARLIER, LATER, TODAY, contrast, measured, policy, record, requirement, waiver

CHECK = "bias.selection-rate"
SURE, UNSURE, EVEN = (20, 100, 40, 100), (7, 50, 10, 50), (40, 100, 40, 100)


def verdict(outcome, waivers):
    (only,) = judge([outcome], policy(requirement()), TODAY, waivers)
    return only


@pytest.mark.parametrize(
    ("waivers", "status", "expires"),
    [
        ([waiver()], Status.WAIVED, LATER),
        ([waiver(expires=TODAY)], Status.WAIVED, TODAY),
        ([waiver(created=LATER)], Status.FAIL, None),
        ([waiver(expires=EARLIER)], Status.FAIL, EARLIER),
        ([waiver(expires=EARLIER), waiver()], Status.WAIVED, LATER),
        ([waiver(expires=EARLIER), waiver(expires=date(2026, 3, 1))], Status.FAIL, EARLIER),
        ([waiver(scope={"sex": "female"})], Status.WAIVED, LATER),
        ([waiver(scope={"sex": "male"})], Status.FAIL, None),
        ([waiver(scope={"sex": "female", "race": "a"})], Status.FAIL, None),
        ([waiver("r2")], Status.FAIL, None),
        ([], Status.FAIL, None),
    ],
)
def test_waivers(waivers, status, expires):
    found = verdict(measured(contrast(*SURE)), waivers)
    assert found.status is status
    assert (found.waiver and found.waiver.expires) == expires
    assert found.reason.count("its waiver expired") == (expires == EARLIER)
    assert found.measurement is not None


@pytest.mark.parametrize(
    "outcome",
    [
        measured(contrast(*EVEN)),
        measured(contrast(*UNSURE)),
        Skipped(check=CHECK, reason="why", applicable=True),
        Errored(check=CHECK, error="boom", plugin="p"),
    ],
)
def test_only_a_failure_can_be_waived(outcome):
    accepted = waiver()
    found = verdict(outcome, [accepted])
    assert found.waiver is None
    assert found.status is not Status.WAIVED
    assert unused_waivers([found], [accepted]) == (accepted,)


def test_waivers_that_were_needed_are_used_though_they_expired():
    used, other = waiver(expires=EARLIER), waiver("r2")
    found = [verdict(measured(contrast(*SURE)), [used, other])]
    assert unused_waivers(found, [used, other]) == (other,)


MEASUREMENT = st.builds(
    lambda x1, x2, sex: contrast(x1, 60, x2, 60, scope={"sex": sex}),
    st.integers(0, 60), st.integers(1, 60), st.sampled_from("abcd"),
)  # fmt: skip
OUTCOME = st.one_of(
    st.lists(MEASUREMENT, max_size=4).map(lambda ms: measured(*ms)),
    st.builds(lambda a: Skipped(check=CHECK, reason="why", applicable=a), st.booleans()),
    st.just(Errored(check=CHECK, error="boom", plugin="p")),
)
REQUIREMENT = st.builds(
    dict,
    decide_on=st.sampled_from(["value", "significance", "interval"]),
    min_n=st.sampled_from([1, 30, 61]),
    check=st.sampled_from([CHECK, "bias.absent"]),
)


@given(outcome=OUTCOME, asked=st.lists(REQUIREMENT, max_size=4), waive=st.booleans())
def test_every_requirement_is_answered_and_every_answer_counted(outcome, asked, waive):
    requirements = [requirement(f"r{i}", **changed) for i, changed in enumerate(asked)]
    waivers = tuple(waiver(r.id) for r in requirements) if waive else ()
    made = record(policy(*requirements), outcome, waivers=waivers)
    assert {v.requirement for v in made.verdicts} == {r.id for r in requirements}
    assert set(made.counts()) == set(Status)
    assert sum(made.counts().values()) == len(made.verdicts)
    for found in made.verdicts:
        if found.status is Status.PASS:
            assert found.measurement is not None
            assert found.margin >= 0
        assert (found.status is Status.FAIL and waive) is False
        if found.status is Status.WAIVED:
            assert found.waiver in waivers
            assert found.measurement is not None
