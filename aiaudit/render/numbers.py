"""Every measurement of a check, as tables that say once whatever many of their rows share."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from aiaudit.facts import Interval, Measured, Measurement, Reference
from aiaudit.render.words import (
    RULES,
    figure,
    interval_text,
    level_text,
    name,
    p_text,
    reference_text,
    rows_text,
    value_text,
)

Cell = Callable[[Measurement], str]


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a table: its heading, what stands in a row's cell, and whether that is prose."""

    heading: str
    cell: Cell
    prose: bool = False


@dataclass(frozen=True, kw_only=True)
class Block:
    """Rows one after another whose scopes have the same keys, and which are set against the same group.

    The heading names the keys, which the reference group does too, and that group with its counts.
    """

    heading: str
    rows: tuple[Measurement, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """The measurements of one metric.

    Parameters
    ----------
    name : str
        The metric's.
    unit : str
        The metric's, empty where it was not declared.
    told : tuple of str
        What holds for every row: the method, the interval's level and method, parameters.
    columns : tuple of Column
        What differs from row to row, empty columns left out.
    blocks : tuple of Block
        The rows.
    """

    name: str
    unit: str
    told: tuple[str, ...]
    columns: tuple[Column, ...]
    blocks: tuple[Block, ...]


def tables(outcome: Measured) -> Iterator[Table]:
    """Yield the tables of a check, in the order of its measurements."""
    grouped: dict[str, list[Measurement]] = defaultdict(list)
    for m in outcome.measurements:
        grouped[m.metric].append(m)
    units = {metric.name: metric.unit for metric in outcome.metrics}
    for metric, rows in grouped.items():
        alike = shared(rows)
        yield Table(
            name=metric,
            unit=units.get(metric, ""),
            told=alike.told,
            columns=tuple(c for c in _columns(rows, alike) if any(map(c.cell, rows))),
            blocks=tuple(_blocks(rows)),
        )


def said(value: object) -> str:
    """Return a parameter for print."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return figure(value) if isinstance(value, float) else name(value, 1000)


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What several measurements have in common: parts of the method, the kind of interval, parameters.

    One measurement shares its method and interval with itself, and keeps its parameters.
    """

    method: tuple[str, ...] = ()
    interval: str = ""
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def told(self) -> tuple[str, ...]:
        """All of it, for print."""
        level, _, method = self.interval.partition(": ")
        interval = level if any(method in part for part in self.method) else self.interval
        params = (f"{name(key)}: {said(value)}" for key, value in self.params.items())
        return tuple(filter(None, (*self.method, interval, *params)))

    def own_method(self, m: Measurement) -> str:
        """Return the parts of a measurement's method that are not shared."""
        return "; ".join(part for part in _method(m) if part not in self.method)


def shared(rows: Sequence[Measurement]) -> Shared:
    """Return what *rows* have in common."""
    if not rows:
        return Shared()
    methods = [_method(m) for m in rows]
    kinds = {kind(m.interval) for m in rows if m.interval is not None}
    first, *others = map(_params, rows)
    return Shared(
        method=tuple(part for part in methods[0] if all(part in parts for parts in methods)),
        interval=kinds.pop() if len(kinds) == 1 else "",
        params={k: v for k, v in first.items() if others and all((k, v) in o.items() for o in others)},
    )


def _method(m: Measurement) -> list[str]:
    return m.method.split("; ")


def _params(m: Measurement) -> dict[str, object]:
    # What is withheld stands in place of the value.
    return {key: value for key, value in m.params.items() if key != "withheld"}


def kind(interval: Interval) -> str:
    """Return level and method of an interval."""
    return f"{level_text(interval.level)} interval: {interval.method}"


def _columns(rows: list[Measurement], alike: Shared) -> Iterator[Column]:
    """Yield what may stand beside a row's scope; tests and settings that most rows have get columns of their own."""
    yield Column(heading="Value", cell=value_text)
    yield Column(heading="Interval", cell=lambda m: "" if m.interval is None else interval_text(m.interval))
    yield Column(heading="Rows", cell=rows_text)
    yield Column(heading="Rows of equal weight", cell=_effective)
    yield Column(heading="Counts", cell=lambda m: _fraction(m.numerator, m.denominator))
    yield Column(heading="Counts there", cell=_counts_there(rows))
    yield Column(heading="p", cell=lambda m: "" if m.p_value is None else p_text(m.p_value))
    tests = _frequent([key for m in rows for key in m.tests], rows)
    yield from (Column(heading=key, cell=_test(key)) for key in tests)
    params = [k for k in _frequent([k for m in rows for k in _params(m)], rows) if k not in alike.params]
    yield from (Column(heading=key, cell=_param(key), prose=_wordy(rows, key)) for key in params)
    yield Column(heading="Method", cell=alike.own_method, prose=True)
    yield Column(heading="Remarks", cell=_remarks(alike, {*tests, *params}), prose=True)


def _frequent(keys: list[str], rows: list[Measurement]) -> list[str]:
    return [key for key, n in Counter(keys).items() if 2 * n > len(rows)]


def _wordy(rows: list[Measurement], key: str) -> bool:
    return any(isinstance(m.params.get(key), str) for m in rows)


def _remarks(alike: Shared, columns: set[str]) -> Cell:
    """Return what tells the rest of a row: whatever has no column and is not shared."""

    def remarks(m: Measurement) -> str:
        told = [kind(m.interval)] if m.interval is not None and not alike.interval else []
        told += [f"{name(key)} {figure(p)}" for key, p in m.tests.items() if key not in columns]
        own = {k: v for k, v in _params(m).items() if k not in alike.params and k not in columns}
        told += [f"{name(k)}: {said(v)}" for k, v in own.items()]
        told += [f"{n:,} left out: {name(why)}" for why, n in m.excluded.items()]
        told += [] if m.valid_from is None else [f"from {m.valid_from.isoformat()}"]
        told += [] if m.expires is None else [f"until {m.expires.isoformat()}"]
        return "; ".join(told)

    return remarks


def _effective(m: Measurement) -> str:
    return "" if m.effective_n is None else f"{m.effective_n:,.0f}"


def _test(key: str) -> Cell:
    return lambda m: figure(m.tests[key]) if key in m.tests else ""


def _param(key: str) -> Cell:
    return lambda m: said(m.params[key]) if key in m.params else ""


def _fraction(numerator: int | None, denominator: int | None) -> str:
    return "" if numerator is None or denominator is None else f"{numerator:,}/{denominator:,}"


def _blocks(rows: list[Measurement]) -> Iterator[Block]:
    for (keys, against), some in groupby(rows, key=_alike):
        block = tuple(some)
        counts = {_there(m.reference) for m in block if m.reference is not None}
        there = f": {counts.pop()}" if len(counts) == 1 else ""
        told = [] if keys is None else [", ".join(map(name, keys)) or "all rows"]
        told += [f"against {against}{there}"] if against else []
        yield Block(heading=", ".join(told) if keys or against else "", rows=block)


def _alike(m: Measurement) -> tuple[tuple[str, ...] | None, str]:
    """Return what the rows of a block have in common; no keys, where the reference names them."""
    r, keys = m.reference, tuple(m.scope)
    if r is None:
        return keys, ""
    if r.rule == "rest":
        return keys, reference_text(r)
    return None if tuple(r.scope) == keys else keys, f"{reference_text(r, 300)} ({RULES.get(r.rule, r.rule)})"


def _counts_there(rows: list[Measurement]) -> Cell:
    """Return the reference's own number, where the rows of a block have several."""
    counted = Counter(key for key, _ in {(_alike(m), _there(m.reference)) for m in rows if m.reference})
    return lambda m: _there(m.reference) if m.reference is not None and counted[_alike(m)] > 1 else ""


def _there(reference: Reference | None) -> str:
    """Return the reference group's counts, or its own number and the rows behind it."""
    if reference is None:
        return ""
    if reference.numerator is not None:
        return _fraction(reference.numerator, reference.denominator)
    rows = f"{reference.denominator:,} rows"
    return rows if reference.value is None else f"{figure(reference.value)} ({rows})"
