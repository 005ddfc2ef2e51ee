"""What a policy can ask that no audit could answer, or no model could fail."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiaudit.errors import UsageError, did_you_mean, one_line, some
from aiaudit.facts import RESERVED_SCOPES, Better, Form, Metric
from aiaudit.policy.evidence import card_problems
from aiaudit.policy.model import DecideOn, Op, Policy, Requirement

if TYPE_CHECKING:
    from aiaudit.check import Check

_CONTRASTS = (Form.RATIO, Form.DIFFERENCE)
#: Smallest and greatest value of a metric, by its unit.
_RANGES = {"share": (0.0, 1.0), "yes (1) or no (0)": (0.0, 1.0), "ratio": (0.0, math.inf)}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing wrong with one requirement, or (with no requirement) with the whole policy."""

    requirement: str | None
    field: str
    what: str


def lint(policy: Policy, checks: Mapping[str, Check]) -> Iterator[Problem]:
    """Yield what is wrong with a policy although it validates.

    Parameters
    ----------
    policy : Policy
        A resolved policy.
    checks : mapping of str to Check
        Every registered check, by id.
    """
    for requirement in policy.requirements:
        for field, what in _of(requirement, checks):
            yield Problem(requirement=requirement.id, field=field, what=what)
    if not any(r.severity >= policy.fail_on for r in policy.requirements):
        what = f"no requirement is '{policy.fail_on.name.lower()}' or above, so this policy cannot fail"
        yield Problem(requirement=None, field="fail_on", what=f"{what}; lower fail_on, or raise a severity")


def _of(requirement: Requirement, checks: Mapping[str, Check]) -> Iterator[tuple[str, str]]:
    yield from card_problems(requirement)
    check = checks.get(requirement.check)
    if check is None:
        yield "check", f"there is no check '{requirement.check}'.{did_you_mean(requirement.check, checks)}"
        return
    metrics = {metric.name: metric for metric in check.metrics}
    metric = metrics.get(requirement.metric)
    if metric is None:
        near = did_you_mean(requirement.metric, metrics) or f" It measures {some(metrics, 20)}."
        yield "metric", f"{requirement.check} does not measure '{requirement.metric}'.{near}"
        return
    yield from _threshold(requirement, metric)
    if metric.form not in _CONTRASTS:
        yield from _no_contrast(requirement, metric)
    elif requirement.scope.over == "overall":
        yield "scope", f"'{metric.name}' compares groups; there is none for the whole table (over: overall)"


def _no_contrast(requirement: Requirement, metric: Metric) -> Iterator[tuple[str, str]]:
    if requirement.decide_on is DecideOn.SIGNIFICANCE:
        what = f"'{metric.name}' is set against no other group, so nothing tests its significance"
        yield "decide_on", f"{what}; write 'decide_on: value' or 'decide_on: interval'"
    if requirement.reference is not None:
        yield "reference", f"'{metric.name}' is set against no other group; remove 'reference'"


def _threshold(requirement: Requirement, metric: Metric) -> Iterator[tuple[str, str]]:
    op, limit = requirement.op, requirement.threshold
    low, high = _range(metric)
    asked = f"{metric.name} {op} {limit}"
    if op is Op.WITHIN:
        if metric.form is Form.RATIO:
            yield "op", "'within' measures the distance from 0, and a ratio's parity is 1; use >= or <="
        low, high = 0.0, max(abs(low), abs(high))
    wrong = (Op.AT_MOST, Better.HIGHER), (Op.AT_LEAST, Better.LOWER)
    if (op, metric.better) in wrong:
        yield "op", f"'{asked}' is the wrong way round: {metric.better} is better"
    elif (op is Op.AT_LEAST and limit <= low) or (op is not Op.AT_LEAST and limit >= high):
        yield "threshold", f"'{asked}' cannot fail: {_between(metric)}"
    elif (op is Op.AT_LEAST and limit > high) or (op is not Op.AT_LEAST and limit < low):
        yield "threshold", f"'{asked}' cannot be met: {_between(metric)}"


def _range(metric: Metric) -> tuple[float, float]:
    low, high = _RANGES.get(metric.unit, (-math.inf, math.inf))
    return (low - high, high) if metric.form is Form.DIFFERENCE else (low, high)


def _between(metric: Metric) -> str:
    low, high = _range(metric)
    return (
        f"a {metric.unit} is never below 0" if math.isinf(high) else f"it lies between {low:g} and {high:g}"
    )


def check_attributes(policy: Policy, attributes: Collection[str], referred: Collection[str] = ()) -> None:
    """Refuse a policy that speaks of attributes the data does not have.

    Parameters
    ----------
    policy : Policy
        A resolved policy.
    attributes : collection of str
        Names of the protected attributes under audit.
    referred : collection of str
        Those of them for which a group of reference was declared.

    Raises
    ------
    UsageError
        If a requirement's scope names another, or its contrasts need a reference that was not declared.
    """
    for requirement in policy.requirements:
        scope = requirement.scope
        named = [*(scope.attributes or ()), *(key for key in scope.match if key not in RESERVED_SCOPES)]
        for name in named:
            if name not in attributes:
                raise UsageError(
                    f"requirement '{requirement.id}' speaks of '{name}', which is no protected column here"
                    f".{did_you_mean(name, attributes)}",
                    f"Declare it with --sensitive (declared: {some(attributes) or 'none'}), or mend the policy.",
                )
        lacking = [name for name in scope.attributes or attributes if name not in referred]
        if requirement.reference == "declared" and lacking:
            raise UsageError(
                f"requirement '{requirement.id}' sets groups against a declared one; column "
                f"'{one_line(lacking[0])}' has none",
                f"Declare it with --reference '{one_line(lacking[0])}=GROUP', or narrow the requirement's scope.",
            )
