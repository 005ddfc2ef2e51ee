"""What became of what a policy asks, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from aiaudit.facts import Effort, Measurement
from aiaudit.policy.model import Waiver


class Status(StrEnum):
    """What became of one requirement in one scope; none of them collapses into PASS."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    NOT_ASSESSED = "not_assessed"
    NOT_APPLICABLE = "not_applicable"
    WAIVED = "waived"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One requirement judged in one scope.

    Parameters
    ----------
    requirement : str
        Its id.
    status : Status
        The outcome.
    reason : str
        Why, in one sentence.
    measurement : Measurement or None
        What it rests on.
    margin : float or None
        Distance from the threshold in the metric's unit, negative on the wrong side.
    p_adjusted : float or None
        p-value corrected for every comparison of the run.
    rows_needed : int or None
        About how many more rows of the scope's group would settle it.
    detectable : float or None
        The smallest gap this sample could have shown, as a value of the metric.
    waiver : Waiver or None
        Who accepted the failure, where somebody did.
    in_force : bool
        False before the requirement's law applies: shown as readiness, never gating.
    baseline : str or None
        Where the audit was set against an earlier one: ``known`` (not worse beyond noise; does not gate), ``new``
        among the failures, or ``worse`` beyond noise.
    """

    requirement: str
    status: Status
    reason: str
    measurement: Measurement | None = None
    margin: float | None = None
    p_adjusted: float | None = None
    rows_needed: int | None = None
    detectable: float | None = None
    waiver: Waiver | None = None
    in_force: bool = True
    baseline: Literal["known", "new", "worse"] | None = None

    @property
    def scope(self) -> Mapping[str, str]:
        """Where it was judged."""
        return {} if self.measurement is None else self.measurement.scope


@dataclass(frozen=True, kw_only=True)
class Advice:
    """What to do about one requirement.

    Parameters
    ----------
    requirement : str
        Its id.
    status : Status
        The worst of its verdicts.
    problem : str
        What is wrong, in one sentence.
    why : str
        Why the policy asks for it.
    steps : tuple of str
        What to do, first things first.
    scopes : tuple of mapping
        Where.
    effort : tuple of Effort
        What each step costs, roughly; empty where nobody estimated it.
    facts : tuple of str
        What the audit found that helps to act.
    who, avoid, verify : str
        Who should do it, what not to do, and how to tell that it is done.
    """

    requirement: str
    status: Status
    problem: str
    why: str
    steps: tuple[str, ...]
    scopes: tuple[Mapping[str, str], ...] = ()
    effort: tuple[Effort, ...] = ()
    facts: tuple[str, ...] = ()
    who: str = ""
    avoid: str = ""
    verify: str = ""
