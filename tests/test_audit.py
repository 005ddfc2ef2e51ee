"""A whole audit of each kind of subject: what cannot be asked is said, and nothing of it passes."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from aiaudit.audit import Choices, audit, references, today
from aiaudit.errors import UsageError
from aiaudit.gate import exit_code
from aiaudit.labels import Task
from aiaudit.policy import load_policies
from aiaudit.record import Status
from aiaudit.subject import Rows, Subject
from aiaudit.testing import subject_of, toy_subject
from tests.made import TODAY, policy, requirement

BIAS = {"selection-gap", "missed-gap", "false-accept-gap"}
GROUPS = {"sex": ["f", "m"] * 100}
DECISIONS, OUTCOMES = ["1", "0", "0", "1"] * 50, (["1"] * 4 + ["0"] * 4) * 25


def audited(subject):
    """Return the one status of each requirement about groups, and the record."""
    asked = load_policies(["smb-baseline"]).policy
    made = audit(subject, asked, Choices(select=("bias",), today=TODAY))
    statuses = {id: {v.status for v in made.verdicts if v.requirement == id} for id in BIAS}
    assert all(len(found) == 1 for found in statuses.values())
    return {id: found.pop() for id, found in statuses.items()}, made


def test_a_regression_has_no_decisions_to_compare():
    values = np.arange(4.0)
    subject = Subject(
        task=Task.REGRESSION, predicted_values=values, actual_values=values, rows=Rows(read=4, assessed=4)
    )
    statuses, made = audited(subject)
    assert set(statuses.values()) == {Status.NOT_APPLICABLE}
    assert made.counts()[Status.PASS] == 0


def test_decisions_without_a_model_are_audited():
    statuses, made = audited(subject_of(GROUPS, DECISIONS, OUTCOMES))
    assert made.subject.model is None
    assert set(statuses.values()) == {Status.PASS}


def test_without_outcomes_errors_are_not_assessed():
    statuses, _ = audited(subject_of(GROUPS, DECISIONS))
    assert statuses["selection-gap"] == Status.PASS
    assert statuses["missed-gap"] == statuses["false-accept-gap"] == Status.NOT_ASSESSED


def test_without_protected_columns_nothing_is_assessed_and_nothing_passes():
    statuses, made = audited(subject_of({}, DECISIONS, OUTCOMES))
    assert set(statuses.values()) == {Status.NOT_ASSESSED}
    assert made.counts()[Status.PASS] == 0


def test_an_outlier_detectors_flags_are_decisions():
    flags = subject_of(GROUPS, ["1", "1", "1", "-1"] * 50, favorable="1")
    statuses, made = audited(replace(flags, task=Task.OUTLIER))
    assert made.subject.task is Task.OUTLIER
    assert statuses["selection-gap"] is Status.FAIL


def test_verdicts_add_up():
    made = audit(
        toy_subject(), load_policies(["smb-baseline"]).policy, Choices(select=("bias",), today=TODAY)
    )
    assert sum(made.counts().values()) == len(made.verdicts)
    assert made.provenance.judged_on == TODAY
    assert made.provenance.selected == ("bias",)
    assert set(made.provenance.libraries) == {"python", "numpy", "scipy", "pandas", "scikit-learn"}
    assert exit_code(made) in (0, 1)


@pytest.mark.parametrize(("epoch", "day"), [("0", date(1970, 1, 1)), ("1780272000", date(2026, 6, 1))])
def test_the_day_is_that_of_the_environment(monkeypatch, epoch, day):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert today() == day


def test_without_it_the_day_is_the_day_in_greenwich():
    assert abs((today() - datetime.now(UTC).date()).days) <= 1


@pytest.mark.parametrize("epoch", ["", "soon", "1e9", "9" * 30])
def test_an_epoch_that_is_no_number_of_seconds_is_refused(monkeypatch, epoch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH is not a number of seconds"):
        today()


def test_the_houses_reference_is_measured_first_and_each_once():
    asked = policy(
        requirement("r1", reference="rest"), requirement("r2"), requirement("r3", reference="rest")
    )
    assert references(asked, {}) == ("most_favoured", "rest")
