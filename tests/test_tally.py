"""The tensor counts what a dictionary counts, and the split or the order of rows changes nothing."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiaudit import tally as module
from aiaudit.tally import UNIT, Axis, tally

AXES = (
    Axis(name="sex", levels=("f", "m")),
    Axis(name="race", levels=("a", "b", "c")),
    Axis(name="predicted", levels=("0", "1")),
)
ROW = st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 1), st.floats(0, 1))
TABLES = st.lists(ROW, min_size=0, max_size=40)


@pytest.fixture(params=["dense", "sparse"])
def way(request, monkeypatch):
    """Count both ways, in blocks of seven rows."""
    monkeypatch.setattr(module, "BLOCK", 7)
    if request.param == "sparse":
        monkeypatch.setattr(module, "DENSE_CELLS", 0)
    return request.param


def arrays(rows):
    columns = np.array([row[:3] for row in rows], np.uint16).reshape(len(rows), 3)
    return [columns[:, i] for i in range(3)], np.array([row[3] for row in rows], float)


def counted(rows, scores=True):
    codes, values = arrays(rows)
    return tally(AXES, codes, [values] if scores else [])


def assert_same(one, other):
    assert one.axes == other.axes
    for name in ("cells", "counts", "sums"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@given(rows=TABLES)
def test_counts_are_those_of_a_dictionary(rows):
    found = counted(rows)
    cells = zip(*(code.tolist() for code in found.codes()), strict=True)
    assert dict(zip(cells, found.counts.tolist(), strict=True)) == Counter(row[:3] for row in rows)
    assert found.n == len(rows)


@given(rows=TABLES)
def test_score_sums_are_exact_to_a_unit_a_row(rows):
    found = counted(rows)
    for *codes, units in zip(*found.codes(), found.sums[0], strict=True):
        mine = [row[3] for row in rows if list(row[:3]) == [int(c) for c in codes]]
        assert units / UNIT == pytest.approx(sum(mine), abs=len(mine) / UNIT)


@given(rows=TABLES, data=st.data())
def test_any_split_and_order_gives_the_same_arrays(rows, data):
    whole = counted(rows)
    shuffled = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(0, len(rows)))
    assert_same(counted(shuffled), whole)
    assert_same(counted(shuffled[:cut]) + counted(shuffled[cut:]), whole)


@given(rows=TABLES)
def test_over_is_the_tally_of_those_columns_alone(rows):
    codes, scores = arrays(rows)
    direct = tally([AXES[2], AXES[0]], [codes[2], codes[0]], [scores])
    assert_same(counted(rows).over(["predicted", "sex"]), direct)


def test_dense_and_sparse_counting_agree_over_blocks(way):
    rng = np.random.default_rng(0)
    codes, scores = [rng.integers(0, size, 100) for size in (2, 3, 2)], rng.random(100)
    rows = list(zip(*(code.tolist() for code in codes), scores.tolist(), strict=True))
    found = counted(rows)
    totals = Counter()
    for *key, score in rows:
        totals[tuple(key)] += round(score * UNIT)
    assert found.sums[0].tolist() == [totals[key] for key in sorted(totals)]
    assert np.all(np.diff(found.cells) > 0)


def test_sums_of_scores_survive_where_floats_would_drift():
    # A million times one tenth: floating-point sums depend on the order from the eighth digit on.
    n = 1_000_000
    axis = [Axis(name="g", levels=("a",))]
    found = tally(axis, [np.zeros(n, np.uint16)], [np.full(n, 0.1)])
    assert found.sums[0].tolist() == [n * round(0.1 * UNIT)]


def test_more_possible_cells_than_memory_are_counted_sparsely():
    axes = [Axis(name=f"a{i}", levels=tuple(map(str, range(1000)))) for i in range(5)]
    codes = [np.array([0, 999, 999], np.uint16)] * 5
    found = tally(axes, codes)
    assert found.counts.tolist() == [1, 2]
    assert found.over(["a3"]).counts.tolist() == [1, 2]


def test_more_possible_cells_than_an_index_holds_are_refused():
    axes = [Axis(name=f"a{i}", levels=tuple(map(str, range(1000)))) for i in range(7)]
    with pytest.raises(ValueError, match="too many possible combinations"):
        tally(axes, [np.zeros(1, np.uint16)] * 7)


@pytest.mark.parametrize("other", [counted([]).over(["sex"]), counted([], scores=False)])
def test_tallies_of_different_shape_do_not_add_up(other):
    with pytest.raises(ValueError, match="do not add up"):
        counted([]) + other
