"""Whatever the table and the model: finite, ordered, adding up, and no crash."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from aiaudit.explaining.importance import explain
from aiaudit.explaining.intervals import importances, share

VALUES = st.sampled_from([0.0, 1.0, -2.5, 1e-9, 1e6, float("nan")])
WORDS = st.sampled_from(["a", "b", "", None])


@st.composite
def tables(draw):
    n = draw(st.integers(2, 40))
    columns = {
        f"c{j}": draw(st.lists(draw(st.sampled_from([VALUES, WORDS])), min_size=n, max_size=n))
        for j in range(draw(st.integers(1, 7)))
    }
    return pd.DataFrame(columns)


def output_of(kind):
    def output(table):
        numbers = [
            column.fillna(7.0).to_numpy(float)
            if pd.api.types.is_numeric_dtype(column)
            else column.fillna("?").astype(str).str.len().to_numpy(float)
            for _, column in table.items()
        ]
        total = sum(numbers)
        if kind == "product":
            return np.tanh(numbers[0] * numbers[-1])
        if kind == "rare":
            return (numbers[0] == 1e6) * 1e-6
        if kind == "gaps":
            return np.where(numbers[0] == 7.0, np.nan, np.tanh(total))
        return total if kind == "sum" else np.full(len(table), 3.0)

    return output


@given(tables(), st.sampled_from(["sum", "product", "rare", "gaps", "constant"]), st.integers(0, 3))
def test_explanations_are_sound(frame, kind, seed):
    before = frame.copy(deep=True)
    output = output_of(kind)
    found = explain(output, frame, seed)
    pd.testing.assert_frame_equal(frame, before)
    assert found.sampled == len(frame)
    known = np.isfinite(output(frame))
    assert known[found.rows].all()
    if found.ranked is None:
        assert len(found.rows) < 2
        return
    # Rounding is relative to what the made-up rows were given, which may dwarf the range of outputs.
    assert found.additivity * (np.ptp(found.outputs) or 1) < (1e-6 if kind == "sum" else 1e-12)
    p = frame.shape[1]
    for estimate in importances(found.sizes, 0.95):
        assert estimate.value >= 0
        if estimate.ends is not None:
            assert 0 <= estimate.ends[0] <= estimate.value <= estimate.ends[1] < np.inf
    parts = [share(found.sizes, np.arange(p) == j, 0.95) for j in range(p)]
    if found.values.any():
        assert abs(sum(part.value for part in parts) - 1) < 1e-9
        for part in parts:
            assert part.ends is None or 0 <= part.ends[0] <= part.value <= part.ends[1] <= 1
    else:
        assert parts == [None] * p
