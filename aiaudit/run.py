"""Run a plan: each check by itself, so that one that crashes is a finding and not the end."""

from __future__ import annotations

import warnings
from collections.abc import Callable

from aiaudit.check import Check, NotApplicable
from aiaudit.errors import AuditError, one_line
from aiaudit.facts import Errored, Measured, Outcome, Skipped
from aiaudit.plan import Plan
from aiaudit.subject import Subject

Told = Callable[[str, int, int], None]

UNWEIGHTED = "the weights of the rows are not used by this check"


def run(plan: Plan, subject: Subject, told: Told | None = None) -> tuple[Outcome, ...]:
    """Run every planned check.

    Parameters
    ----------
    plan : Plan
        What runs.
    subject : Subject
        What it runs on.
    told : callable or None
        Told (check id, how many are done, how many there are) before each check.

    Returns
    -------
    tuple of Outcome
        One for every check of the plan, sorted by check id.
    """
    outcomes: list[Outcome] = list(plan.skipped)
    for done, check in enumerate(plan.run):
        if told is not None:
            told(check.id, done, len(plan.run))
        outcomes.append(run_check(check, subject))
    return tuple(sorted(outcomes, key=lambda outcome: outcome.check))


def run_check(check: Check, subject: Subject) -> Outcome:
    """Run one check; whatever it raises becomes an outcome, never a pass."""
    try:
        with warnings.catch_warnings(record=True) as noise:
            warnings.simplefilter("always")
            measurements = tuple(check.measure(subject))
        declared = {metric.name for metric in check.metrics}
        stray = sorted({m.metric for m in measurements} - declared)
        if stray:
            raise ValueError(f"it reported metrics it does not declare: {', '.join(stray)}")
    except NotApplicable as reason:
        return Skipped(check=check.id, reason=one_line(reason), applicable=False)
    except AuditError as error:
        return Errored(check=check.id, error=one_line(error.message), plugin=_module(check))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - foreign code; its crash must not end the audit
        return Errored(
            check=check.id, error=one_line(f"{type(error).__name__}: {error}"), plugin=_module(check)
        )
    notes = tuple(sorted({one_line(w.message) for w in noise}))
    if subject.weights is not None and not check.weighted:
        notes = (UNWEIGHTED, *notes)
    return Measured(
        check=check.id, version=check.version, measurements=measurements, metrics=check.metrics, notes=notes
    )


def _module(check: Check) -> str:
    return str(getattr(check.measure, "__module__", "unknown"))
