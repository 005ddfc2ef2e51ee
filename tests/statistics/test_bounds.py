"""Bounds under unknown membership, by trying every allocation."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from aiaudit.statistics.bounds import unknown_bounds


def allocations(x1, n1, x2, n2, xu, nu):
    """Yield (p1, p2) for every way to put the unknown into the group, the reference or a third group."""
    for a, b in itertools.product(range(xu + 1), repeat=2):
        for c, d in itertools.product(range(nu - xu + 1), repeat=2):
            if a + b <= xu and c + d <= nu - xu:
                yield (x1 + a) / (n1 + a + c), (x2 + b) / (n2 + b + d)


def test_closed_form_equals_brute_force():
    rng = np.random.default_rng(7)
    for _ in range(200):
        n1, n2, nu = rng.integers(1, 9), rng.integers(1, 9), rng.integers(0, 6)
        table = (rng.integers(0, n1 + 1), n1, rng.integers(0, n2 + 1), n2, rng.integers(0, nu + 1), nu)
        found = unknown_bounds(*table)
        rates = list(allocations(*(int(t) for t in table)))
        differences = [p1 - p2 for p1, p2 in rates]
        assert found.difference_low == pytest.approx(min(differences))
        assert found.difference_high == pytest.approx(max(differences))
        ratios = [p1 / p2 if p2 else np.nan for p1, p2 in rates]
        if np.isnan(ratios).any():
            assert np.isnan(found.ratio_high)
        else:
            assert found.ratio_high == pytest.approx(max(ratios))
        if not np.isnan(ratios).all():
            assert found.ratio_low == pytest.approx(np.nanmin(ratios))


def test_nobody_unknown_leaves_the_contrast_itself():
    found = unknown_bounds(2, 8, 5, 10, 0, 0)
    assert found.ratio_low == found.ratio_high == 0.5
    assert found.difference_low == found.difference_high == -0.25


def test_a_group_without_known_members_has_no_bounds():
    found = unknown_bounds([0, 1], [0, 2], [1, 0], [2, 0], 1, 2)
    for end in (found.ratio_low, found.ratio_high, found.difference_low, found.difference_high):
        assert np.isnan(end).all()
