"""A record that fills every chart, with names and numbers of groups to choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

from aiaudit.facts import Form, Measured, Measurement
from aiaudit.metrics import rate, value
from aiaudit.record import Record
from aiaudit.subject_facts import AttributeFacts, GroupFacts

from . import factory

CURVE = rate("calibration_curve", "Favourable outcomes, of rows whose probability lies in the bin.", "house")
ERROR = value("expected_calibration_error", "share", "Mean distance from the diagonal.", "house")
SWEEP = rate("selection_rate_at_cutoff", "Rows that reach the cut-off.", "house")
GAP = value("attribution_gap", "output units", "Part of one column.", "house")
WHOLE = value("output_gap", "output units", "All columns together.", "house")
PARTIAL = value("partial_dependence", "output units", "Mean output.", "house")
LOCAL = value("accumulated_effect", "output units", "Small steps added up.", "house")
MEAN = value("mean_score", "score", "Mean score.", "house")


def attribute(name: str, sizes: dict[str, int]) -> AttributeFacts:
    groups = tuple(GroupFacts(label=label, n=n) for label, n in sizes.items())
    return AttributeFacts(name=name, groups=groups, missing=0, edges=(), edges_from="", is_feature=True)


def counts(i: int, j: int) -> tuple[int, int]:
    """Favourable decisions and people of the i-th group of one attribute and the j-th of the other."""
    n = 20 + 10 * ((3 * i + 5 * j) % 7)
    return (7 * i + 11 * j) % (n + 1), n


def drawn(text: str = "", many: int = 4) -> Record:
    """A record of *many* groups of one attribute within three of another, *text* within every name."""
    a = {f"{text}a{i}": i for i in range(many)}
    b = {f"{text}b{j}": j for j in range(3)}
    cells = {pair: counts(a[pair[0]], b[pair[1]]) for pair in product(a, b)}
    one, two = f"{text}one", f"{text}two"
    rates = [
        factory.a_rate({}, *total(list(cells.values()))),
        *(factory.a_rate({one: g}, *total([cells[g, h] for h in b])) for g in a),
        *(factory.a_rate({two: h}, *total([cells[g, h] for g in a])) for h in b),
        *(factory.a_rate({one: g, two: h}, x, n) for (g, h), (x, n) in cells.items()),
    ]
    scopes = [m.scope for m in rates if len(m.scope) < 2]
    sizes = {m.scope.get(one) or m.scope.get(two): m.n for m in rates if len(m.scope) == 1}
    return factory.record(
        verdicts(rates),
        subject=factory.subject(
            attributes=(
                attribute(one, {g: sizes[g] for g in a}),
                attribute(two, {h: sizes[h] for h in b}),
            )
        ),
        outcomes=(
            Measured(
                check="bias.selection-rate",
                version=1,
                measurements=tuple(rates),
                metrics=(factory.SELECTION, factory.IMPACT),
            ),
            calibrated(scopes),
            swept(scopes),
            Measured(
                check="bias.score-distribution",
                version=1,
                measurements=tuple(replace(m, metric="mean_score", form=Form.VALUE) for m in rates[:4]),
                metrics=(MEAN,),
            ),
            relied_on(text),
            moved_apart(scopes[1:], text),
            depending(text),
        ),
    )


def calibrated(scopes: Sequence[Mapping[str, str]]) -> Measured:
    """Curves of five bins out of ten, and the error of each."""
    curves = [
        replace(
            factory.a_rate(scope, (3 * b + i) % (10 + b), 10 + b, "calibration_curve"),
            params={"from": b / 10, "to": (b + 1) / 10},
            n=60,
        )
        for i, scope in enumerate(scopes)
        for b in (0, 1, 4, 8, 9)
    ]
    errors = [
        replace(factory.importance("", 0.1, 0.05), metric="expected_calibration_error", scope=scope)
        for scope in scopes
    ]
    return Measured(
        check="bias.calibration-error", version=1, measurements=(*errors, *curves), metrics=(ERROR, CURVE)
    )


def swept(scopes: Sequence[Mapping[str, str]]) -> Measured:
    """Four cut-offs, the third in use."""
    rates = [
        replace(
            factory.a_rate(scope, 50 - 12 * step + (i * step) % 9, 60, "selection_rate_at_cutoff"),
            params={"cutoff": step / 4, "in_use": step == 2},
        )
        for i, scope in enumerate(scopes)
        for step in range(4)
    ]
    return Measured(check="bias.threshold-sweep", version=1, measurements=tuple(rates), metrics=(SWEEP,))


def relied_on(text: str) -> Measured:
    columns = [factory.importance(f"{text}{name}", 0.3 - 0.1 * i, 0.02) for i, name in enumerate("pqr")]
    return Measured(
        check="explainability.global-importance",
        version=1,
        measurements=tuple(columns),
        metrics=(factory.IMPORTANCE,),
    )


def moved_apart(scopes: Sequence[Mapping[str, str]], text: str) -> Measured:
    """Parts of seven columns that add up to the whole of each group."""
    gaps = []
    for i, scope in enumerate(scopes):
        parts = [(-1) ** k * 0.01 * (k + 1) - 0.01 * (i + 1) for k in range(7)]
        named = [(f"{text}c{k}", "attribution_gap", part) for k, part in enumerate(parts)]
        for column, metric, gap in [(None, "output_gap", sum(parts)), *named]:
            m = replace(
                factory.importance("", gap, 0.015),
                metric=metric,
                scope=scope if column is None else {**scope, "column": column},
                n=50 + i,
                denominator=20 + i,
                params={"output": f"{text}probability", "explained": 100},
            )
            gaps.append(m)
    return Measured(
        check="explainability.attribution-gap",
        version=1,
        measurements=tuple(gaps),
        metrics=(GAP, WHOLE),
    )


def depending(text: str) -> Measured:
    """A column of numbers with a missing value, one of days, and one of names."""
    points = [
        *((f"{text}num", f"{x}", x * 1.0, 0.1 + 0.05 * x) for x in (1, 2, 5)),
        (f"{text}num", f"{text}(missing)", None, 0.2),
        *((f"{text}day", f"2024-01-0{x}", 1e9 + 86400 * x, 0.4 - 0.1 * x) for x in (1, 2)),
        *((f"{text}name", f"{text}n{i}", None, 0.3 + 0.01 * i) for i in range(3)),
    ]
    curves = []
    for metric, down in (("partial_dependence", 0.0), ("accumulated_effect", 0.25)):
        for column, at, position, found in points:
            if position is None and down:
                continue
            params = {"output": f"{text}probability", "share": 0.2 + found / 10}
            m = replace(
                factory.importance("", found - down, 0.04),
                metric=metric,
                scope={"column": column, "at": at},
                n=300,
                params=params if position is None else {**params, "position": position},
            )
            curves.append(m)
    return Measured(
        check="explainability.dependence", version=1, measurements=tuple(curves), metrics=(PARTIAL, LOCAL)
    )


def total(cells: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return sum(x for x, _ in cells), sum(n for _, n in cells)


def verdicts(rates: Sequence[Measurement]) -> list[factory.Verdict]:
    """The last group of each table is the reference; of the others every third fails."""
    found = []
    for keys in {tuple(m.scope): None for m in rates if m.scope}:
        *others, last = [m for m in rates if tuple(m.scope) == keys]
        for i, m in enumerate(others):
            ratio = factory.a_ratio(
                m.scope,
                (m.numerator or 0, m.denominator or 0),
                last.scope,
                (last.numerator or 0, last.denominator or 0),
            )
            found.append(replace(factory.FAILS if i % 3 == 0 else factory.PASSES, measurement=ratio))
    return found
