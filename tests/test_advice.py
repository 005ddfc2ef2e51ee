"""Advice for what calls for action, the most pressing first, and for nothing else."""

from dataclasses import replace

import pytest

from aiaudit.advice import advise
from aiaudit.facts import Errored, Interval, Measured, Measurement, Skipped
from aiaudit.judge import judge
from aiaudit.record import Status
from aiaudit.registry import checks, get
from tests.made import MEN, TODAY, WOMEN, contrast, measured, policy, requirement, waiver

SURE, UNSURE, EVEN = (20, 100, 40, 100), (7, 50, 10, 50), (40, 100, 40, 100)
CHECK = "bias.selection-rate"


def advised(asked, *outcomes, waivers=()):
    asked = policy(*(asked if isinstance(asked, tuple) else (asked,)))
    return advise(judge(outcomes, asked, TODAY, waivers), asked, checks())


def test_a_failure_is_answered_with_the_policys_steps():
    (found,) = advised(requirement(remediation=("Do this.", "Then that.")), measured(contrast(*SURE)))
    assert found.steps == ("Do this.", "Then that.")
    assert (found.problem, found.why) == ("Groups are selected alike", "A reason.")
    assert (found.status, found.scopes) == (Status.FAIL, (WOMEN,))


def test_without_steps_in_the_policy_those_of_the_check_are_given():
    (found,) = advised(requirement(), measured(contrast(*SURE)))
    assert found.steps == get(CHECK).remediation


def test_steps_have_their_price_and_the_rest_of_the_note():
    (found,) = advised(requirement(), measured(contrast(*SURE)))
    assert found.effort == get(CHECK).effort == ("hours", "hours", "days", "ongoing")
    assert found.avoid.startswith("Do not set cut-offs, scores or bonuses of its own for one group")
    assert found.who.startswith("Whoever builds the model")
    assert "must then pass" in found.verify


@pytest.mark.parametrize(
    ("effort", "kept"), [(("days", "weeks"), ("days", "weeks")), (("days",), ()), ((), ())]
)
def test_estimates_that_do_not_fit_the_policys_steps_are_not_shown(effort, kept):
    asked = requirement(remediation=("Do this.", "Then that."), effort=effort)
    (found,) = advised(asked, measured(contrast(*SURE)))
    assert found.effort == kept


def test_papers_take_hours_and_are_not_to_be_made_up():
    asked = requirement(kind="documented", remediation=("Write it down.",))
    (found,) = advised(asked, measured(contrast(*SURE)))
    assert found.effort == ("hours",)
    assert found.who == "Whoever answers for the system"
    assert found.avoid.startswith("Do not write what is not so")


def gap(column, value, spread, scope=WOMEN):
    interval = Interval(low=value - spread, high=value + spread, level=0.95, method="t")
    return Measurement(
        metric="attribution_gap", value=value, n=100, scope={"column": column, **scope}, interval=interval
    )


def test_columns_that_carry_a_gap_beyond_chance_are_named():
    carried = (
        gap("tenure", -0.02, 0.01),
        gap("income", -0.1, 0.01),
        gap("noise", -0.5, 0.6),
        gap("region", 0.03, 0.01),
        gap("elsewhere", -0.9, 0.01, MEN),
    )
    outcomes = (
        measured(contrast(*SURE)),
        Measured(check="explainability.attribution-gap", version=1, measurements=carried),
    )
    asked = policy(requirement())
    (found,) = advise(judge(outcomes, asked, TODAY), asked, checks(), outcomes)
    assert found.facts == (
        "What moves the model's output most for sex = female, against everyone else: "
        "'income' (down), 'region' (up), 'tenure' (down).",
    )
    (found,) = advise(judge(outcomes, asked, TODAY), asked, checks(), outcomes[:1])
    assert found.facts == ()


@pytest.mark.parametrize("check", list(checks().values()), ids=lambda check: check.id)
def test_every_step_of_every_check_has_an_estimate(check):
    assert len(check.effort) == len(check.remediation)


def test_an_unknown_check_has_no_steps():
    asked = policy(requirement())
    (found,) = advise(judge([measured(contrast(*SURE))], asked, TODAY), asked, {})
    assert found.steps == ()


def test_an_open_question_is_answered_with_rows_by_group_the_fewest_first():
    outcome = measured(
        contrast(5, 12, 20, 50, scope={"race": "a", "sex": "f"}),
        contrast(5, 20, 20, 50, scope={"race": "b"}),
        contrast(5, 20, 20, 50, scope={"race": "(missing)"}, params={"unknown_group": True}),
    )
    (found,) = advised(requirement(), outcome)
    assert found.status is Status.INCONCLUSIVE
    assert found.steps == (
        "Audit about 10 more rows of race = b.",
        "Audit about 18 more rows of race = a and sex = f.",
        "Pool more periods, or declare coarser groups, until each group is large enough to judge.",
    )
    assert found.problem.startswith("Groups are selected alike: too few to tell")


def test_only_the_worst_scopes_are_named():
    outcome = measured(contrast(*SURE), contrast(*UNSURE, scope=MEN), contrast(*EVEN, scope={"sex": "x"}))
    (found,) = advised(requirement(), outcome)
    assert (found.status, found.scopes) == (Status.FAIL, (WOMEN,))


@pytest.mark.parametrize(
    ("outcome", "status", "step"),
    [
        (Skipped(check=CHECK, reason="no labels", applicable=True), Status.NOT_ASSESSED, "Give the audit what it lacked"),
        (Errored(check=CHECK, error="boom", plugin="p"), Status.ERROR, "Run the check by itself"),
    ],
)  # fmt: skip
def test_what_could_not_be_measured_calls_for_action_too(outcome, status, step):
    (found,) = advised(requirement(), outcome)
    assert found.status is status
    assert found.steps[0].startswith(step)
    assert found.scopes == ()


@pytest.mark.parametrize(
    "outcome", [measured(contrast(*EVEN)), Skipped(check=CHECK, reason="a regression", applicable=False)]
)
def test_what_is_well_or_makes_no_sense_calls_for_nothing(outcome):
    assert advised(requirement(), outcome) == ()


def test_what_was_accepted_calls_for_nothing():
    assert advised(requirement(), measured(contrast(*SURE)), waivers=[waiver()]) == ()


def test_errors_come_first_then_failures_by_severity_then_doubts():
    outcomes = (
        measured(contrast(*SURE)),
        measured(contrast(*UNSURE), check="open"),
        Errored(check="crashed", error="boom", plugin="p"),
        Skipped(check="skipped", reason="why", applicable=True),
    )
    asked = (
        requirement("skipped", check="skipped", severity="blocker"),
        requirement("open", check="open"),
        requirement("low", severity="low"),
        requirement("high"),
        requirement("crashed", check="crashed", severity="info"),
    )
    assert [a.requirement for a in advised(asked, *outcomes)] == ["crashed", "high", "low", "open", "skipped"]


def test_advice_does_not_depend_on_the_order_of_requirements_of_one_kind():
    one, other = requirement("aa"), requirement("bb")
    forth = advised((one, other), measured(contrast(*SURE)))
    back = advised((other, one), measured(contrast(*SURE)))
    assert sorted(forth, key=lambda a: a.requirement) == sorted(back, key=lambda a: a.requirement)
    assert replace(forth[0], requirement="bb") == forth[1]
