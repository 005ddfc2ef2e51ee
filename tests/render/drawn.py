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
