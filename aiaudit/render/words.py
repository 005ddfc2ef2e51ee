"""The words and figures that every report shares: statuses, scopes, numbers for print."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

from aiaudit.errors import one_line
from aiaudit.facts import Effort, Interval, Measurement, Reference, Scope
from aiaudit.policy.model import Op, PolicySource, Requirement
from aiaudit.record import Status

#: Differences below this come from binary arithmetic, not from the data.
NOISE = 1e-9
#: Worst news first: the order in which findings are listed.
ORDER = (
    Status.ERROR,
    Status.FAIL,
    Status.INCONCLUSIVE,
    Status.NOT_ASSESSED,
    Status.WAIVED,
    Status.PASS,
    Status.NOT_APPLICABLE,
)
#: The order of the tiles: what most readers look for first.
TILES = (
    Status.FAIL,
    Status.ERROR,
    Status.INCONCLUSIVE,
    Status.NOT_ASSESSED,
    Status.WAIVED,
    Status.PASS,
    Status.NOT_APPLICABLE,
)
WORDS: Mapping[Status, str] = MappingProxyType({s: s.value.replace("_", " ") for s in Status})
SYMBOLS: Mapping[Status, str] = MappingProxyType(
    {
        Status.ERROR: "E",
        Status.FAIL: "✗",
        Status.INCONCLUSIVE: "!",
        Status.NOT_ASSESSED: "?",
        Status.WAIVED: "~",
        Status.PASS: "✓",
        Status.NOT_APPLICABLE: "–",
    }
)
EFFORT: Mapping[Effort, str] = MappingProxyType(
    {
        "hours": "takes hours",
        "days": "takes days",
        "weeks": "takes weeks",
        "ongoing": "a little work from now on",
    }
)
RULES: Mapping[str, str] = MappingProxyType(
    {
        "most_favoured": "the most favoured group",
        "largest": "the largest group",
        "rest": "everyone else",
        "declared": "the group declared as reference",
        "named": "named by the policy",
    }
)


def name(text: object, limit: int = 300) -> str:
    """Return a foreign name (column, group, person) as one printable line, never empty."""
    return one_line(text, limit) or "(blank)"


def scope_text(scope: Scope, limit: int = 60) -> str:
    """Return ``race = black, sex = female``; an empty scope is the whole table."""
    return ", ".join(f"{name(k, limit)} = {name(v, limit)}" for k, v in scope.items()) or "all rows"


def dated_text(source: PolicySource) -> str:
    """Return since when the limits of a policy stand, as far as is known."""
    if source.committed is not None:
        return f"committed {source.committed.isoformat()}"
    if source.dated is not None:
        return f"of {source.dated.isoformat()} ({one_line(source.dated_by)})"
    return "commit date unknown"


def reference_text(reference: Reference, limit: int = 60) -> str:
    """Return whom a contrast is set against, in words."""
    return "everyone else" if reference.rule == "rest" else scope_text(reference.scope, limit)


def figure(value: float, apart_from: float | None = None) -> str:
    """Return a number for print: three decimals, a whole number whole, more digits only where needed.

    Parameters
    ----------
    value : float
        The number.
    apart_from : float or None
        A limit. A value that is not the limit must not look like it, so it gets as many digits as that
        takes: 0.79996 is not printed as 0.800 beside "at least 0.8".
    """
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    if abs(value) < 0.001:
        return f"{value:.2g}"
    digits = 3 if abs(value) < 1000 else 1
    if apart_from is not None and abs(value - apart_from) > NOISE:
        while round(value - apart_from, digits) == 0:
            digits += 1
    return f"{value:,.{digits}f}"


def exact(number: Fraction) -> str:
    """Return a threshold as it was meant: ``0.8``, or ``1/3`` where no short decimal exists."""
    return f"{float(number):,g}" if Fraction(f"{float(number):g}") == number else str(number)


def value_text(m: Measurement, limit: float | None = None) -> str:
    """Return a measurement's value for print; undefined with the counts that made it so."""
    if m.value is not None:
        return figure(m.value, limit)
    if "withheld" in m.params:
        return str(m.params["withheld"])
    if m.numerator is None or m.denominator is None:
        return "undefined"
    return f"undefined ({m.numerator:,}/{m.denominator:,})"


def percent_text(m: Measurement) -> str:
    """Return a share in percent; undefined as `value_text` says it."""
    return value_text(m) if m.value is None else f"{m.value * 100:.1f} %"


def rows_text(m: Measurement) -> str:
    """Return how many rows a measurement's scope holds; nothing where that is withheld."""
    return "" if "withheld" in m.params else f"{m.n:,}"


def interval_text(interval: Interval, limit: float | None = None) -> str:
    """Return ``0.55 to 0.7``, each end rounded like the value."""
    return f"{figure(interval.low, limit)} to {figure(interval.high, limit)}"


def with_interval(m: Measurement, limit: float | None = None) -> str:
    """Return ``0.622 (0.548 to 0.703)``."""
    interval = "" if m.interval is None else f" ({interval_text(m.interval, limit)})"
    return value_text(m, limit) + interval


def level_text(level: float) -> str:
    """Return ``95 %``."""
    return f"{level * 100:.5g} %"


def p_text(p: float) -> str:
    """Return a p-value for print: three significant digits, the smallest only as small."""
    return "< 0.001" if p < 0.001 else f"{p:.3g}"


def asked(requirement: Requirement) -> str:
    """Return what the requirement asks of the value, in words."""
    limit = exact(requirement.threshold)
    return {
        Op.AT_LEAST: f"at least {limit}",
        Op.AT_MOST: f"at most {limit}",
        Op.WITHIN: f"between -{limit} and {limit}",
    }[requirement.op]


def count(n: int, noun: str, plural: str | None = None) -> str:
    """Return ``1 row``, ``2 rows``."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def listed(parts: list[str]) -> str:
    """Return ``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""
