"""Columns of every type coded into few values, and places told by name and form."""

import numpy as np
import pandas as pd
import pytest

from aiaudit.measuring.coding import coded, may_be_codes, numbers
from aiaudit.measuring.places import place


def shown(column):
    return [column.levels[code] for code in column.codes]


def test_numbers_are_cut_at_quantiles_of_the_rows_named():
    values = pd.Series([*range(100), np.nan, 5000.0])
    column = coded("x", values, 4, 10, np.arange(100))
    assert column.levels == ("under 24", "24 to under 49", "49 to under 74", "74 or over", "(missing)")
    assert np.bincount(column.codes).tolist() == [24, 25, 25, 27, 1]
    assert shown(column)[-2:] == ["(missing)", "74 or over"]


def test_the_smallest_value_is_cut_off_where_most_rows_hold_it():
    column = coded("x", pd.Series([*[0.0] * 95, *range(1, 21)]), 4, 10)
    assert column.levels == ("under 1", "1 to under 7", "7 to under 14", "14 or over")
    assert np.bincount(column.codes).tolist() == [95, 6, 7, 7]


def test_few_numbers_stay_as_they_are_and_sort_as_numbers():
    column = coded("x", pd.Series([10.0, 2.0, 10.0, np.nan]), 4, 1)
    assert column.levels == ("2", "10", "(missing)")
    assert shown(column) == ["10", "2", "10", "(missing)"]


def test_rare_names_are_taken_together():
    column = coded("x", pd.Series(["b", "a", "b", None, "c", "a", "d"], dtype=object), 4, 2)
    assert column.levels == ("a", "b", "(other)", "(missing)")
    assert shown(column) == ["b", "a", "b", "(missing)", "(other)", "a", "(other)"]


def test_names_that_look_like_ours_are_kept_apart():
    column = coded("x", pd.Series(["(other)", "(other)", "a", None, "b"], dtype=object), 4, 1)
    assert column.levels == ("(other)", "((other))", "(missing)")


@pytest.mark.parametrize(
    ("values", "levels"),
    [
        (pd.Series([True, False, True]), ("False", "True")),
        (pd.Series(["x", "y", "x"], dtype="category"), ("x", "y")),
        (pd.Series(pd.array([1, None, 3], dtype="Int64")), ("1", "3", "(missing)")),
        (pd.Series([np.inf, -np.inf, 0.0]), ("-inf", "0", "inf")),
        (pd.Series([None, None], dtype=object), ("(missing)",)),
        (pd.Series([1, "1", "a"], dtype=object), ("1", "a")),
    ],
)
def test_every_type_has_its_levels(values, levels):
    column = coded("x", values, 4, 10)
    assert column.levels == levels
    assert len(column.codes) == len(values)


def test_many_values_with_infinite_ones_are_cut():
    column = coded("x", pd.Series([-np.inf, *range(20), np.inf]), 2, 10)
    assert len(column.levels) == 2


def test_times_are_numbers_and_their_gaps_are_missing():
    times = pd.Series(pd.to_datetime(["2020-01-01", None, "2021-01-01"]))
    found = numbers(times)
    assert found[0] < found[2]
    assert np.isnan(found[1])
    assert numbers(pd.Series(["a"])) is None


@pytest.mark.parametrize(
    ("name", "values", "pattern", "matching"),
    [
        ("zip_code", [2139, 10001, 90210], "postal code of digits", 3),
        ("ZipCode", ["02139", "10001", "x"], "postal code of digits", 2),
        ("address", ["02139-1234", "10001-0001", None], "US ZIP+4", 2),
        ("where", ["SW1A 1AA", "M1 1AE", "unknown"], "UK postcode", 2),
        ("where", ["K1A 0B1", "h0h0h0"], "Canadian postal code", 2),
        ("where", ["1012 AB", "9999XZ"], "Dutch postcode", 2),
        ("postcode", ["SW1A", "M1"], "UK outward code", 2),
        ("home_lat", [52.1, -33.25, 91.5], "latitude", 2),
        ("lng", [-120.5, 3.25], "longitude", 2),
    ],
)
def test_places_are_seen(name, values, pattern, matching):
    found = place(name, pd.Series(values))
    assert (found.pattern, found.matching) == (pattern, matching)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("income", [45000, 52000, 61000]),
        ("account_status", ["A11", "A12", "A14"]),
        ("zipper", [12345, 23456]),
        ("latency", [1.5, 2.5]),
        ("plate", [1.5, 2.5]),
        ("lat", ["north", "south"]),
        ("zip", ["a", "b"]),
        ("empty", [None, None]),
    ],
)
def test_other_columns_are_no_places(name, values):
    assert place(name, pd.Series(values)) is None


def test_zeros_lost_at_the_front_are_put_back():
    found = place("zip", pd.Series([2139.0, 10001.0, np.nan]))
    assert list(found.text) == ["02139", "10001", None]
    assert list(found.area) == ["021", "100", None]


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ([1, 2, 3] * 10, True),
        ([1.0, np.nan] * 10, True),
        ([0.5, 1] * 20, False),
        (range(30), False),
        ([], True),
    ],
)
def test_whole_numbers_that_repeat_may_be_codes(values, codes):
    assert may_be_codes(np.array(list(values), float)) is codes
