"""Columns of the table as bars with their intervals: how much the model relies on each, and whom it moves apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from aiaudit.facts import Measured, Measurement, Metric, Scope
from aiaudit.record import Record
from aiaudit.render.drawing import Scale, around, place
from aiaudit.render.panels import Key, by_group, key, placed, ran

#: Columns drawn of an importance; annex B lists all.
COLUMNS = 20
#: Columns drawn of the gap of one group, and groups that have gaps drawn.
CARRIERS, GROUPS = 5, 12
#: Left and right margin of the axis, in percent of its width.
MARGIN = 2.0
#: What an axis of shares reaches at least: intervals around nothing shall look like little.
LEAST_SHARE = 0.1
GAP = "explainability.attribution-gap"


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One number: where it, its bar from zero and its interval lie, in percent of the width."""

    label: str
    measurement: Measurement
    at: str
    start: str
    width: str
    low: str | None
    high: str | None


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Numbers on one axis; `zero` is the place of none, `hidden` counts those for which there is no room."""

    bars: tuple[Bar, ...]
    zero: str
    hidden: int = 0


@dataclass(frozen=True, kw_only=True)
class Importances:
    """The importances of one metric, largest first."""

    check: str
    metric: Metric
    bars: Bars


@dataclass(frozen=True, kw_only=True)
class Gap:
    """What moves one group apart from everyone else: all columns together, then the largest parts."""

    scope: Scope
    explained: int
    bars: Bars


@dataclass(frozen=True, kw_only=True)
class Gaps:
    """The gaps of all groups on one axis.

    Parameters
    ----------
    check, number : str and int
        Who measured them, and the place of the numbers in annex B.
    output : str
        What is moved.
    explained : int
        Rows that were explained.
    groups : tuple of Gap
        The groups; of two that make up everybody, the one behind.
    mirrored : tuple of Scope
        The other ones of two.
    hidden : tuple of pairs of str and int
        By attribute, smaller groups for which there is no room.
    """

    check: str
    number: int
    output: str
    explained: int
    groups: tuple[Gap, ...]
    mirrored: tuple[Scope, ...]
    hidden: tuple[tuple[str, int], ...]


def importances(record: Record) -> tuple[Importances, ...]:
    """Return one metric of each check of explanations that tells of columns alone."""
    ran = (o for o in record.outcomes if isinstance(o, Measured) and o.check.startswith("explainability."))
    return tuple(drawn for outcome in ran for drawn in _importances(outcome))


def _importances(outcome: Measured) -> Iterator[Importances]:
    """Draw the share of the whole where there is one, as the others tell the same."""
    for metric in sorted(outcome.metrics, key=lambda metric: metric.unit != "share"):
        own = (m for m in outcome.measurements if m.metric == metric.name and set(m.scope) == {"column"})
        rows = sorted((m for m in own if m.value is not None), key=lambda m: -abs(m.value or 0.0))
        if len(rows) > 1:
            drawn = [(m.scope["column"], m) for m in rows[:COLUMNS]]
            scale = scale_of((m for _, m in drawn), reach=LEAST_SHARE if metric.unit == "share" else 0.0)
            bars = on_axis(drawn, scale, hidden=len(rows) - len(drawn))
            yield Importances(check=outcome.check, metric=metric, bars=bars)
            return


def scale_of(drawn: Iterable[Measurement], *, from_zero: bool = True, reach: float = 0.0) -> Scale:
    """Return the axis that holds every value and interval and, if it starts from zero, *reach*."""
    rows = list(drawn)
    intervals = [m.interval for m in rows if m.interval]
    ends = [*(m.value or 0.0 for m in rows), *(i.low for i in intervals), *(i.high for i in intervals)]
    return around([*ends, 0.0, reach] if from_zero else ends, most=10, margin=MARGIN)


def on_axis(rows: Iterable[tuple[str, Measurement]], scale: Scale, hidden: int = 0) -> Bars:
    """Return numbers, each with its label, as bars."""

    def bar(label: str, m: Measurement) -> Bar:
        value = m.value or 0.0
        return Bar(
            label=label,
            measurement=m,
            at=scale.percent(value),
            start=scale.percent(min(value, 0.0)),
            width=f"{place(scale.length(abs(value)))}%",
            low=scale.percent(m.interval.low) if m.interval else None,
            high=scale.percent(m.interval.high) if m.interval else None,
        )

    return Bars(bars=tuple(bar(label, m) for label, m in rows), zero=scale.percent(0.0), hidden=hidden)


def gaps(record: Record) -> Gaps | None:
    """Return which columns move each group apart from everyone else; None where that was not measured."""
    whole = {of: m for of, (m, *_) in by_group(record, GAP, "output_gap").items()}
    parts: dict[Key, list[Measurement]] = {}
    for m, *_ in by_group(record, GAP, "attribution_gap").values():
        parts.setdefault(key({k: v for k, v in m.scope.items() if k != "column"}), []).append(m)
    found = ran(record, GAP)
    mirrored = _mirrored(record, whole)
    shown = {of: m for of, m in whole.items() if of in parts and of not in map(key, mirrored)}
    kept, hidden = placed(record, {of: m.n for of, m in shown.items()}, GROUPS)
    if found is None or not kept:
        return None
    largest = {key(scope): _largest(parts[key(scope)]) for scope in kept}
    scale = scale_of(m for of, rows in largest.items() for m in (whole[of], *rows))
    first = whole[key(kept[0])]
    return Gaps(
        check=GAP,
        number=found[0],
        output=str(first.params.get("output", "")),
        explained=int(first.params.get("explained") or 0),
        groups=tuple(
            _gap(scope, whole[key(scope)], largest[key(scope)], len(parts[key(scope)]), scale)
            for scope in kept
        ),
        mirrored=mirrored,
        hidden=hidden,
    )


def _mirrored(record: Record, whole: Mapping[Key, Measurement]) -> tuple[Scope, ...]:
    """Return the better-off one of two groups that make up everybody: its gaps are those of the other, turned round."""
    found = []
    for a in record.subject.attributes:
        scopes = [{a.name: group.label} for group in a.groups]
        values = [m.value for m in map(whole.get, map(key, scopes)) if m is not None and m.value is not None]
        if len(scopes) == len(values) == 2:
            found.append(scopes[values.index(max(values))])
    return tuple(found)


def _largest(parts: list[Measurement]) -> list[Measurement]:
    return sorted(parts, key=lambda m: -abs(m.value or 0.0))[:CARRIERS]


def _gap(scope: Scope, whole: Measurement, largest: list[Measurement], parts: int, scale: Scale) -> Gap:
    rows = [("all columns", whole), *((m.scope["column"], m) for m in largest)]
    return Gap(
        scope=scope,
        explained=whole.denominator or 0,
        bars=on_axis(rows, scale, hidden=parts - len(largest)),
    )
