"""One function from a record to an exit code: each row says what ends how."""

import pytest

from aiaudit.facts import Errored, Skipped
from aiaudit.gate import MEANING, Exit, exit_code, gates
from aiaudit.policy.model import Severity
from aiaudit.record import Status
from tests.made import (
    EARLIER,
    LATER,
    TODAY,
    attested,
    contrast,
    measured,
    policy,
    record,
    requirement,
    waiver,
)

SURE, UNSURE, EVEN = (20, 100, 40, 100), (7, 50, 10, 50), (40, 100, 40, 100)
FAILS, OPEN, MEETS = (measured(contrast(*counts)) for counts in (SURE, UNSURE, EVEN))
CRASHED = Errored(check="bias.selection-rate", error="boom", plugin="p")
CRASHED_ELSEWHERE = Errored(check="bias.other", error="boom", plugin="p")
UNASKED = Skipped(check="bias.selection-rate", reason="no labels", applicable=True)
SENSELESS = Skipped(check="bias.selection-rate", reason="a regression", applicable=False)
HIGH, MEDIUM = requirement(), requirement("r2", severity="medium")
STRICT = {"strict": True}


@pytest.mark.parametrize(
    ("asked", "outcomes", "changed", "code"),
    [
        ([HIGH], [MEETS], {}, 0),
        ([HIGH], [FAILS], {}, 1),
        ([HIGH], [OPEN], {}, 0),
        # Nothing that gates was answered: that is no policy met.
        ([HIGH], [UNASKED], {}, 3),
        ([HIGH, MEDIUM], [UNASKED], {}, 3),
        ([MEDIUM], [UNASKED], {}, 0),
        ([HIGH], [SENSELESS], {}, 0),
        ([HIGH], [CRASHED], {}, 3),
        ([HIGH], [], {}, 3),
        # Strictness lets doubt gate, but not a question that makes no sense.
        ([HIGH], [MEETS], STRICT, 0),
        ([HIGH], [FAILS], STRICT, 1),
        ([HIGH], [OPEN], STRICT, 4),
        ([HIGH], [UNASKED], STRICT, 3),
        ([HIGH], [SENSELESS], STRICT, 0),
        # Severity: at or above fail_on gates, below is shown.
        ([MEDIUM], [FAILS], {}, 0),
        ([MEDIUM], [FAILS], {"fail_on": "medium"}, 1),
        ([MEDIUM], [FAILS], {"fail_on": "low"}, 1),
        ([HIGH], [FAILS], {"fail_on": "blocker"}, 0),
        ([requirement(severity="blocker")], [FAILS], {}, 1),
        ([MEDIUM], [OPEN], STRICT, 0),
        ([MEDIUM, HIGH], [FAILS], {}, 1),
        # A law to come is readiness.
        ([requirement(applies_from=LATER)], [FAILS], {}, 0),
        ([requirement(applies_from=LATER)], [OPEN], STRICT, 0),
        ([requirement(applies_from=TODAY)], [FAILS], {}, 1),
        # What was not measured neither failed nor passed: 3 beats 1 and 4.
        ([HIGH, requirement("r3", check="bias.absent")], [FAILS], {}, 3),
        ([HIGH], [FAILS, CRASHED_ELSEWHERE], {}, 3),
        ([MEDIUM], [CRASHED], {}, 3),
        ([requirement(applies_from=LATER)], [CRASHED], {}, 3),
        ([HIGH], [OPEN, CRASHED_ELSEWHERE], STRICT, 3),
        ([requirement("r3", check="bias.absent", severity="low")], [MEETS], {}, 0),
        # 1 beats 4.
        ([HIGH, attested()], [OPEN, measured(check="card")], STRICT, 1),
        ([attested()], [measured(check="card")], {}, 1),
        # Nothing is asked, so nothing fails.
        ([], [MEETS], {}, 0),
    ],
)
def test_exit_codes(asked, outcomes, changed, code):
    assert exit_code(record(policy(*asked, **changed), *outcomes)) == code


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        (waiver(), 0),
        (waiver(expires=EARLIER), 1),
        (waiver("r2"), 1),
        (waiver(scope={"sex": "male"}), 1),
    ],
)
@pytest.mark.parametrize("strict", [False, True])
def test_what_is_waived_does_not_gate(accepted, code, strict):
    assert exit_code(record(policy(HIGH, strict=strict), FAILS, waivers=(accepted,))) == code


def test_every_code_has_its_meaning():
    assert set(MEANING) == set(Exit)
    assert [int(code) for code in Exit] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("severity", list(Severity))
@pytest.mark.parametrize("fail_on", list(Severity))
def test_what_gates_is_in_force_and_severe_enough(severity, fail_on):
    for applies, in_force in ((None, True), (LATER, False)):
        asked = requirement(severity=severity, applies_from=applies)
        made = record(policy(asked, fail_on=fail_on), FAILS)
        (verdict,) = made.verdicts
        assert verdict.status is Status.FAIL
        assert gates(made, verdict) == (in_force and severity >= fail_on)
