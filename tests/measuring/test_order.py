"""A random order that the places of rows do not change."""

from dataclasses import replace

import numpy as np

from aiaudit.measuring.order import random_order, sample_with_rare
from aiaudit.testing import _rows, toy_ordinal, toy_subject


def test_the_same_rows_come_first_however_the_table_is_sorted():
    subject = toy_subject()
    places = np.random.default_rng(3).permutation(subject.n)
    shuffled = _rows(subject, places)
    first = subject.features.iloc[random_order(subject)].reset_index(drop=True)
    assert first.equals(shuffled.features.iloc[random_order(shuffled)].reset_index(drop=True))


def test_rows_without_features_are_told_apart_by_what_else_is_known():
    subject = toy_ordinal()
    shuffled = _rows(subject, np.random.default_rng(3).permutation(subject.n))
    for name in ("predicted", "actual"):
        mine, theirs = (getattr(each, name)[random_order(each)] for each in (subject, shuffled))
        assert np.array_equal(mine, theirs)


def test_it_is_random_and_follows_the_seed():
    subject = toy_subject()
    order = random_order(subject)
    assert sorted(order) == list(range(subject.n))
    assert not np.array_equal(order, random_order(replace(subject, seed=1)))
    # A sorted column would tell that neighbours are alike.
    income = subject.features["income"].to_numpy()[order]
    assert abs(np.corrcoef(income[:-1], income[1:])[0, 1]) < 0.15


def test_rare_classes_are_filled_up_in_the_random_order():
    rng = np.random.default_rng(0)
    codes = np.array([0] * 80 + [1] * 15 + [2] * 5)
    order = rng.permutation(100)
    rows, drawn = sample_with_rare(order, codes, 3, 20, 10)
    assert list(rows[drawn]) == list(order[:20])
    assert np.bincount(codes[rows]).tolist()[1:] == [10, 5]
    assert not (codes[rows[~drawn]] == 0).any()
    places = np.argsort(order)[rows]
    assert (np.diff(places) > 0).all()
    whole, everybody = sample_with_rare(order, codes, 3, 200, 10)
    assert everybody.all()
    assert list(whole) == list(order)
