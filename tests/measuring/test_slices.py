"""The search for slices against brute force, and its limits."""

from itertools import combinations, product

import numpy as np
import pytest

from aiaudit.measuring import lattice as lattices
from aiaudit.measuring.coding import Coded
from aiaudit.measuring.effects import SUPPORT, Effect
from aiaudit.measuring.lattice import OVERHEAD, Lattice, Outcomes
from aiaudit.measuring.slices import BEST, NARROWER, WORSE, search


def columns_of(table):
    return [
        Coded(name=f"c{j}", codes=codes, levels=tuple(map(str, range(codes.max() + 1))))
        for j, codes in enumerate(table.T)
    ]


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(0)
    table = rng.integers(0, 3, (900, 4))
    low = (table[:, 0] == 1) & (table[:, 2] == 2)
    selected = rng.random(900) < 0.6 - 0.4 * low
    deserved = rng.random(900) < 0.5
    everybody = np.ones(900, bool)
    effects = [
        Effect(name="selection_rate", values=selected * 1.0, among=everybody, worse=-1),
        Effect(name="false_negative_rate", values=~selected * 1.0, among=deserved, worse=1),
        Effect(name="number", values=rng.normal(size=900) + low, among=everybody, worse=1, rate=False),
    ]
    return columns_of(table), effects


def brute(columns, effect):
    """Return the pooled Z of every slice of enough people, by its conditions."""
    found = {}
    for depth in (1, 2, 3):
        for chosen in combinations(range(len(columns)), depth):
            for codes in product(*(range(len(columns[j].levels)) for j in chosen)):
                inside = np.logical_and.reduce(
                    [columns[j].codes == c for j, c in zip(chosen, codes, strict=True)]
                )
                mine, others = (effect.values[rows & effect.among] for rows in (inside, ~inside))
                if len(mine) < SUPPORT or len(mine) > len(others):
                    continue
                spread = effect.values[effect.among].var() * (1 / len(mine) + 1 / len(others))
                found[tuple(zip(chosen, codes, strict=True))] = (
                    effect.worse * (mine.mean() - others.mean()) / np.sqrt(spread)
                )
    return found


def test_every_slice_is_scored_as_by_hand(people):
    columns, effects = people
    lattice = Lattice(columns=columns, outcomes=Outcomes.of(effects))
    lattice.walk()
    for e, effect in enumerate(effects[:2]):
        expected = brute(columns, effect)
        found = {lattice.conditions(c, cell): score for score, c, cell in lattice.ranked(e)}
        wanted = {k: z for k, z in expected.items() if z >= WORSE}
        assert set(found) == set(wanted)
        for conditions, score in found.items():
            assert score == pytest.approx(wanted[conditions], abs=1e-9)
    assert lattice.looked_at == len({k for effect in effects for k in brute(columns, effect)})


def test_numbers_are_scored_nearly_as_by_hand(people):
    columns, effects = people
    lattice = Lattice(columns=columns, outcomes=Outcomes.of(effects))
    lattice.walk()
    expected = brute(columns, effects[2])
    for score, c, cell in lattice.ranked(2)[:5]:
        assert score == pytest.approx(expected[lattice.conditions(c, cell)], rel=0.1)


def test_the_planted_slice_comes_first_and_its_parts_do_not_follow(people):
    columns, effects = people
    found = search(columns, effects, np.arange(900))
    first = next(s for s in found.slices if s.effect is effects[0])
    assert first.conditions == ((0, 1), (2, 2))
    for one in found.slices:
        assert len(one.conditions) <= 3
        inside = one.rows(columns)
        for parent in one.parents(columns):
            assert inside.sum() <= (1 - NARROWER) * parent.sum()
            assert one.effect.z(inside, parent & ~inside) >= WORSE


def test_only_the_rows_named_are_searched(people):
    columns, effects = people
    half = np.arange(450)
    changed = [
        Effect(
            name=e.name,
            values=np.where(np.arange(900) < 450, e.values, 1 - e.values),
            among=e.among,
            worse=e.worse,
        )
        for e in effects[:2]
    ]
    mine, theirs = search(columns, effects[:2], half), search(columns, changed, half)
    assert [s.conditions for s in mine.slices] == [s.conditions for s in theirs.slices]
    assert [s.score for s in mine.slices] == [s.score for s in theirs.slices]


def test_a_wide_table_is_searched_within_its_budget(monkeypatch):
    rng = np.random.default_rng(1)
    table = rng.integers(0, 3, (1200, 25))
    low = (table[:, 3] == 1) & (table[:, 7] == 2) & (table[:, 20] == 0)
    effect = Effect(
        name="selection_rate",
        values=(rng.random(1200) < 0.8 - 0.7 * low) * 1.0,
        among=np.ones(1200, bool),
        worse=-1,
    )
    whole = search(columns_of(table), [effect], np.arange(1200))
    monkeypatch.setattr(lattices, "BUDGET", (1200 + OVERHEAD) * 400)
    part = search(columns_of(table), [effect], np.arange(1200))
    assert part.looked_at < whole.looked_at / 3
    assert part.slices[0].conditions == whole.slices[0].conditions == ((3, 1), (7, 2), (20, 0))
    monkeypatch.setattr(lattices, "BUDGET", 0)
    assert search(columns_of(table), [effect], np.arange(1200)).looked_at < 1200


def test_many_candidates_are_trimmed_to_the_best(people, monkeypatch):
    columns, effects = people
    whole = search(columns, effects, np.arange(900))
    monkeypatch.setattr(lattices, "_CANDIDATES", 5)
    few = search(columns, effects, np.arange(900))
    assert few.slices[0].conditions == whole.slices[0].conditions
    assert len(few.slices) <= 3 * BEST


def test_nothing_to_search_is_no_error():
    flat = [Coded(name="c", codes=np.zeros(100, int), levels=("only",))]
    effect = Effect(name="selection_rate", values=np.ones(100), among=np.ones(100, bool), worse=-1)
    found = search(flat, [effect], np.arange(100))
    assert (found.slices, found.looked_at) == ((), 0)
