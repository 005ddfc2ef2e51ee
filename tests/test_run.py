"""One check that crashes is a finding and not the end, and never a pass."""

import sys
import warnings

import pytest

from aiaudit.check import NotApplicable, check
from aiaudit.errors import IncompleteError
from aiaudit.facts import Errored, Form, Measured, Measurement, Reference, Skipped
from aiaudit.metrics import rate
from aiaudit.plan import plan
from aiaudit.run import run, run_check
from aiaudit.testing import toy_subject

SUBJECT = toy_subject(20)
SHARE = rate("share", "A share.", "here")


def made(measure, id="bias.made", metrics=(SHARE,)):
    return check(id=id, title="T", needs=[], metrics=metrics, remediation=["Do it."], version=3)(measure)


def one(**changed):
    return Measurement(**{"metric": "share", "form": Form.RATE, "value": 0.5, "n": 2, "numerator": 1, "denominator": 2, **changed})  # fmt: skip


def crash(error):
    def measure(subject):
        yield one()
        raise error

    return measure


def test_measurements_become_an_outcome():
    outcome = run_check(made(lambda subject: [one()]), SUBJECT)
    assert outcome == Measured(
        check="bias.made", version=3, measurements=(one(),), metrics=(SHARE,), notes=()
    )


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("a\nb\x1b[2J"), "ValueError: a b [2J"),
        (ZeroDivisionError("division by zero"), "ZeroDivisionError: division by zero"),
        (MemoryError(), "MemoryError: "),
        (RecursionError("deep"), "RecursionError: deep"),
        (AssertionError(), "AssertionError: "),
        (SystemExit(0), "SystemExit: 0"),
        (IncompleteError("the model failed", "Do that."), "the model failed"),
    ],
)
def test_a_crash_half_way_is_an_error_and_leaves_no_half_results(error, text):
    outcome = run_check(made(crash(error)), SUBJECT)
    assert outcome == Errored(check="bias.made", error=text.strip(), plugin=__name__)


def test_an_interruption_by_the_user_is_none_of_the_checks():
    with pytest.raises(KeyboardInterrupt):
        run_check(made(crash(KeyboardInterrupt())), SUBJECT)


def test_a_question_that_makes_no_sense_is_skipped():
    outcome = run_check(made(crash(NotApplicable("a\nregression"))), SUBJECT)
    assert outcome == Skipped(check="bias.made", reason="a regression", applicable=False)


def test_a_metric_that_was_not_declared_is_an_error():
    outcome = run_check(made(lambda subject: [one(), one(metric="other")]), SUBJECT)
    assert isinstance(outcome, Errored)
    assert outcome.error == "ValueError: it reported metrics it does not declare: other"


@pytest.mark.parametrize("answer", [None, 5, ["no measurement"]])
def test_an_answer_that_is_none_is_an_error(answer):
    assert isinstance(run_check(made(lambda subject: answer), SUBJECT), Errored)


NOWHERE = Reference(scope={}, numerator=0, denominator=0, rule="named")


@pytest.mark.parametrize(
    "changed",
    [
        {"value": float("nan")},
        {"value": float("inf")},
        {"p_value": float("nan")},
        {"tests": {"z": float("nan")}},
        {"params": {"tolerance": float("inf")}},
        {"denominator": 0},
        {"form": Form.DIFFERENCE, "reference": NOWHERE},
        {"form": Form.RATIO, "reference": Reference(scope={}, numerator=0, denominator=9, rule="named")},
    ],
)
def test_numbers_that_no_record_can_hold_are_the_checks_error(changed):
    outcome = run_check(made(lambda subject: [one(**changed)]), SUBJECT)
    assert isinstance(outcome, Errored)
    assert outcome.error.startswith("ValueError: share: ")


def test_warnings_become_notes_once_each_and_on_one_line():
    def measure(subject):
        for _ in range(3):
            warnings.warn("careful\nhere", RuntimeWarning, stacklevel=1)
        warnings.warn("and there", DeprecationWarning, stacklevel=1)
        return [one()]

    assert run_check(made(measure), SUBJECT).notes == ("and there", "careful here")


def test_a_plan_is_run_in_order_with_progress_and_sorted_outcomes():
    told = []
    known = {
        id: made(measure, id)
        for id, measure in {
            "z.last": lambda subject: [one()],
            "a.first": crash(OSError("disk")),
            "m.ignored": lambda subject: sys.exit(1),
        }.items()
    }
    planned = plan(known, SUBJECT, ignore=["m"])
    outcomes = run(planned, SUBJECT, lambda *progress: told.append(progress))
    assert [(o.check, o.status) for o in outcomes] == [
        ("a.first", "errored"),
        ("m.ignored", "skipped"),
        ("z.last", "measured"),
    ]
    assert told == [("z.last", 0, 2), ("a.first", 1, 2)]
