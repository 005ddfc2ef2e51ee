"""Numbering of values and rows against Python's own sets, and against pandas."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiaudit.measuring.rows import identities, joined, row_numbers, value_codes
from aiaudit.testing import toy_subject

CELLS = st.one_of(st.integers(-3, 3), st.sampled_from([0.5, 1.0, -0.0]), st.sampled_from("ab1"), st.none())


def text(*values):
    return pd.Series(list(values), dtype=object)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pd.Series([1, 2]), pd.Series([1.0, 2.0])),
        (pd.Series([True, False]), pd.Series([1, 0])),
        (pd.Series([1, None], dtype="Int64"), pd.Series([1.0, np.nan])),
        (text("a", None), text("a", np.nan)),
        (text("a", None), pd.Series(["a", pd.NA], dtype="string")),
        (text("a", None), pd.Series(["a", None], dtype="category")),
        (text("1", "2"), pd.Series([1, 2])),
        (pd.to_datetime(pd.Series(["2026-01-01", None])), pd.to_datetime(pd.Series(["2026-01-01", pd.NaT]))),
        (pd.Series([0.0, 1.5]), pd.Series([-0.0, 1.5], dtype="Float64")),
    ],
    ids=str,
)
def test_the_same_value_in_another_type_is_the_same_value(one, other):
    mine, theirs = value_codes(one, other)
    assert mine.tolist() == theirs.tolist()


def test_different_values_stay_different():
    assert value_codes(pd.Series([2**53, 2**53 + 1]))[0].tolist() == [1, 2]
    assert value_codes(pd.Series([2**64 - 1, 2**64 - 2], dtype="uint64"))[0].tolist() == [1, 2]
    assert value_codes(text("1", 1, "NA", "", None))[0].tolist() == [1, 2, 3, 4, 0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=12), st.integers(0, 12))
def test_rows_are_told_apart_as_python_tells_them(rows, cut):
    frame = pd.DataFrame(rows, columns=["x", "y"], dtype=object)
    numbers = np.concatenate(row_numbers(frame.iloc[:cut], frame.iloc[cut:]))
    assert len(numbers) == len(rows)
    for i, row in enumerate(rows):
        assert [n == numbers[i] for n in numbers] == [row == other for other in rows]


def test_pairs_of_codes():
    rng = np.random.default_rng(0)
    one, other = rng.integers(0, 50, 1000), rng.integers(0, 50, 1000)
    found = joined(one, other)
    pairs = set(zip(one, other, found, strict=True))
    assert len(pairs) == len(set(zip(one, other, strict=True))) == found.max() + 1


def test_no_columns_are_one_row_and_no_rows_are_none():
    assert row_numbers(pd.DataFrame(index=range(3)))[0].tolist() == [0, 0, 0]
    assert row_numbers(pd.DataFrame({"a": []}))[0].tolist() == []


def test_labels_and_groups_tell_rows_apart():
    subject = toy_subject()
    frame = subject.features.assign(
        y=subject.actual, **{a.name: a.codes for a in (*subject.attributes, *subject.controls)}
    )
    assert len(np.unique(identities(subject))) == len(frame.drop_duplicates())
