"""What runs and why not the rest, decided before anything costly."""

from dataclasses import replace

import numpy as np
import pytest

from aiaudit.check import Check, Need, check
from aiaudit.errors import UsageError
from aiaudit.labels import Task
from aiaudit.plan import WANT, plan
from aiaudit.registry import checks
from aiaudit.subject import Rows, Subject
from aiaudit.testing import subject_of, toy_subject


def made(id, *needs):
    def measure(subject):
        """Say nothing."""
        return ()

    return check(id=id, title=id, needs=needs, metrics=[], remediation=["Do it."])(measure)


KNOWN = {
    c.id: c
    for c in (
        made("bias.groups", Need.DECISIONS, Need.GROUPS),
        made("bias.labels", Need.DECISIONS, Need.LABELS, Need.GROUPS),
        made("data.any"),
        made("explainability.model", Need.MODEL),
        made("robustness.numbers", Need.PREDICTIONS),
    )
}
FULL = toy_subject(20)
NUMBERS = Subject(
    task=Task.REGRESSION,
    predicted_values=np.zeros(2),
    actual_values=np.zeros(2),
    rows=Rows(read=2, assessed=2),
)


def reasons(planned):
    return {s.check: (s.applicable, s.reason) for s in planned.skipped}


@pytest.mark.parametrize(
    ("subject", "skipped"),
    [
        (FULL, {}),
        (replace(FULL, actual=None), {"bias.labels": (True, WANT[Need.LABELS])}),
        (replace(FULL, model=None), {"explainability.model": (True, WANT[Need.MODEL])}),
        (
            replace(FULL, attributes=()),
            {"bias.groups": (True, WANT[Need.GROUPS]), "bias.labels": (True, WANT[Need.GROUPS])},
        ),
        (
            subject_of({}, ["0", "1"]),
            {
                "bias.groups": (True, WANT[Need.GROUPS]),
                "bias.labels": (True, f"{WANT[Need.GROUPS]}; {WANT[Need.LABELS]}"),
                "explainability.model": (True, WANT[Need.MODEL]),
            },
        ),
        (
            NUMBERS,
            {
                "bias.groups": (False, "a regression makes no yes-or-no decisions"),
                "bias.labels": (False, "a regression makes no yes-or-no decisions"),
                "explainability.model": (True, WANT[Need.MODEL]),
            },
        ),
    ],
)
def test_what_is_missing_is_named(subject, skipped):
    planned = plan(KNOWN, subject)
    assert reasons(planned) == skipped
    assert [c.id for c in planned.run] == [id for id in KNOWN if id not in skipped]


@pytest.mark.parametrize(
    ("select", "ignore", "run"),
    [
        (("bias",), (), ["bias.groups", "bias.labels"]),
        (("bias.labels", "data"), (), ["bias.labels", "data.any"]),
        ((), ("bias", "data.any"), ["explainability.model", "robustness.numbers"]),
        (("bias",), ("bias.labels",), ["bias.groups"]),
        (("bias.labels",), ("bias",), []),
    ],
)
def test_selection_by_check_and_by_family(select, ignore, run):
    planned = plan(KNOWN, FULL, select, ignore)
    assert [c.id for c in planned.run] == run
    assert {c.id for c in planned.run} | {s.check for s in planned.skipped} == set(KNOWN)
    assert all(s.applicable and ("--select" in s.reason or "--ignore" in s.reason) for s in planned.skipped)


@pytest.mark.parametrize("names", [{"select": ["bais"]}, {"ignore": ["bais"]}])
def test_a_name_that_is_neither_check_nor_family_is_refused(names):
    with pytest.raises(UsageError, match="'bais' is neither a check nor a family") as refused:
        plan(KNOWN, FULL, **names)
    assert "Did you mean 'bias'?" in refused.value.hint


def test_every_need_has_its_sentence():
    assert set(WANT) == set(Need)


@pytest.mark.parametrize("known", checks().values(), ids=lambda c: c.id)
def test_registered_checks_are_planned_one_way_or_the_other(known):
    assert isinstance(known, Check)
    for subject in (FULL, NUMBERS, subject_of({}, ["0", "1"])):
        planned = plan({known.id: known}, subject)
        assert len(planned.run) + len(planned.skipped) == 1
