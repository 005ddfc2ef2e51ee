"""What will run, and why the rest will not: decided before anything costly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiaudit.check import Check, Need
from aiaudit.errors import UsageError, did_you_mean, one_line
from aiaudit.facts import Skipped
from aiaudit.labels import Task
from aiaudit.subject import Subject

WANT = {
    Need.PREDICTIONS: "there are no decisions",
    Need.DECISIONS: "there are no yes-or-no decisions",
    Need.LABELS: "no column of true outcomes was given (--target)",
    Need.GROUPS: "no protected column was named (--sensitive)",
    Need.MODEL: "the decisions came without a model",
    Need.SCORES: "there are no scores behind the decisions (--scores, or a model that gives them)",
    Need.CONTROLS: "no control column was named (--control)",
    Need.TRAIN: "the training data were not given (--train)",
    Need.COLUMNS: "there are no columns beside decisions and outcomes",
    Need.POPULATION: "no population was declared that the rows should represent (data.population)",
    Need.REASONS: "no reason dictionary was given (--reasons)",
    Need.DIRECTIONS: "no direction was declared for any column (data.directions)",
}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Checks to run, in order, and the reason for each that will not."""

    run: tuple[Check, ...]
    skipped: tuple[Skipped, ...]


def plan(
    checks: Mapping[str, Check], subject: Subject, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> Plan:
    """Decide which checks run on *subject*.

    Parameters
    ----------
    checks : mapping of str to Check
        Every registered check.
    subject : Subject
        What will be audited.
    select, ignore : sequence of str
        Check ids or families (``bias``) to run alone, or to leave out.

    Raises
    ------
    UsageError
        If a name in *select* or *ignore* is neither a check nor a family.
    """
    _known(checks, [*select, *ignore])
    run, skipped = [], []
    for check in checks.values():
        reason = _reason(check, subject, select, ignore)
        if reason is None:
            run.append(check)
        else:
            skipped.append(reason)
    return Plan(run=tuple(run), skipped=tuple(skipped))


def _known(checks: Mapping[str, Check], names: Sequence[str]) -> None:
    families = {check.family for check in checks.values()}
    for name in names:
        if name not in checks and name not in families:
            raise UsageError(
                f"'{one_line(name)}' is neither a check nor a family of checks.",
                f"aiaudit rules lists them.{did_you_mean(name, [*checks, *families])}",
            )


def _reason(check: Check, subject: Subject, select: Sequence[str], ignore: Sequence[str]) -> Skipped | None:
    names = {check.id, check.family}
    if names & set(ignore):
        return Skipped(check=check.id, reason="left out by request (--ignore)", applicable=True)
    if select and not names & set(select):
        return Skipped(check=check.id, reason="not among the checks selected (--select)", applicable=True)
    lacking = subject.lacks(sorted(check.needs))
    if not lacking:
        return None
    if Need.DECISIONS in lacking and subject.task is Task.REGRESSION:
        return Skipped(check=check.id, reason="a regression makes no yes-or-no decisions", applicable=False)
    return Skipped(check=check.id, reason="; ".join(WANT[need] for need in lacking), applicable=True)
