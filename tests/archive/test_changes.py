"""Tests of "nothing changed": against other programs, by hand, and by how often they cry wolf."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from aiaudit.archive.changes import change_of_difference, change_of_ratio, change_of_value

COUNTS = [
    ((30, 100, 50, 100), (20, 100, 50, 100)),
    ((160, 300, 441, 588), (140, 310, 450, 600)),
    ((3, 40, 9, 35), (12, 45, 8, 30)),
    ((1, 30, 29, 30), (0, 30, 30, 30)),
]
#: Added to every group before the test, successes and failures alike.
ADDED = 1


def by_regression(old, new, link) -> tuple[float, float]:
    """The interaction of group and audit in a saturated binomial model, by statsmodels."""
    cells = [(x + ADDED, n - x + ADDED) for x, n in (old[:2], old[2:], new[:2], new[2:])]
    group, audit = [1, 0, 1, 0], [0, 0, 1, 1]
    design = np.column_stack([np.ones(4), group, audit, np.multiply(group, audit)])
    rates = np.array([x / (x + y) for x, y in cells])
    start = np.linalg.solve(design, link(rates))
    model = sm.GLM(np.array(cells, float), design, family=sm.families.Binomial(link=link))
    with np.errstate(
        divide="ignore", invalid="ignore"
    ):  # it divides by the degrees of freedom, of which none is left
        fit = model.fit(start_params=start, maxiter=200)
    return float(fit.tvalues[3]), float(fit.pvalues[3])


@pytest.mark.filterwarnings("ignore:.*:Warning")
@pytest.mark.parametrize(("old", "new"), COUNTS)
def test_ratios_as_a_log_linear_model_has_them(old, new) -> None:
    assert change_of_ratio(old, new) == pytest.approx(
        by_regression(old, new, sm.families.links.Log()), rel=1e-5
    )


@pytest.mark.filterwarnings("ignore:.*:Warning")
@pytest.mark.parametrize(("old", "new"), COUNTS)
def test_differences_as_a_linear_model_has_them(old, new) -> None:
    found = change_of_difference(old, new)

    assert found == pytest.approx(by_regression(old, new, sm.families.links.Identity()), rel=1e-5)


def test_by_hand() -> None:
    # (31/102)/(51/102) -> (21/102)/(51/102): logs of 31/51 and 21/51.
    change = np.log(21 / 31)
    variance = 71 / (31 * 102) + 81 / (21 * 102) + 2 * 51 / (51 * 102)
    z, _ = change_of_ratio((30, 100, 50, 100), (20, 100, 50, 100))

    assert z == pytest.approx(change / np.sqrt(variance))


small = st.integers(0, 60)
pairs = st.tuples(small, small).map(lambda xy: (min(xy), max(xy)))


@given(st.tuples(pairs, pairs, pairs, pairs))
def test_properties(cells) -> None:
    old, new = (*cells[0], *cells[1]), (*cells[2], *cells[3])
    for change in (change_of_ratio, change_of_difference):
        z, p = change(old, new)
        back, same = change(new, old)
        if 0 in (old[1], old[3], new[1], new[3]):
            assert np.isnan(z)
            assert np.isnan(p)
            continue
        assert 0 <= p <= 1
        assert (z, p) == pytest.approx((-back, same))
        assert change(old, old)[1] == 1


def test_many_at_once() -> None:
    old = tuple(np.array([pair[0][i] for pair in COUNTS]) for i in range(4))
    new = tuple(np.array([pair[1][i] for pair in COUNTS]) for i in range(4))

    _, p = change_of_ratio(old, new)

    assert p == pytest.approx([change_of_ratio(*pair)[1] for pair in COUNTS])


def test_values_with_normal_intervals_as_a_z_test() -> None:
    z = 1.959963984540054
    found = change_of_value(
        (0.10, 0.10 - z * 0.03, 0.10 + z * 0.03, 0.95), (0.20, 0.20 - z * 0.04, 0.20 + z * 0.04, 0.95)
    )

    assert found == pytest.approx((2.0, 0.04550026389635842))
    assert change_of_value((0.2, 0.1, 0.3, 0.95), (0.2, 0.0, 0.9, 0.99)) == (0.0, 1.0)


def test_values_with_lopsided_intervals_use_the_arms_between_them() -> None:
    fall = change_of_value((0.5, 0.4, 0.9, 0.95), (0.2, 0.0, 0.3, 0.95))

    assert fall[0] == pytest.approx(-0.3 / (np.hypot(0.1, 0.1) / 1.959963984540054))
    assert change_of_value((0.5, 0.5, 0.5, 0.95), (0.6, 0.6, 0.6, 0.95)) == (np.inf, 0.0)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize(
    ("change", "limits"),
    [(change_of_ratio, (0.055, 0.0067, 0.0012)), (change_of_difference, (0.059, 0.0080, 0.0018))],
    ids=["ratio", "difference"],
)
def test_false_alarms_are_as_rare_as_the_documentation_says(change, limits) -> None:
    rng = np.random.default_rng(1)
    runs = 30_000
    for own, others in ((30, 30), (30, 1000), (1000, 30), (300, 100), (1000, 1000)):
        for times in (1, 3):
            for rate in (0.05, 0.2, 0.5, 0.8, 0.95):
                for gap in (1.0, 0.8, 0.5):
                    old = (rng.binomial(own, rate * gap, runs), own, rng.binomial(others, rate, runs), others)
                    new = (
                        rng.binomial(own * times, rate * gap, runs),
                        own * times,
                        rng.binomial(others * times, rate, runs),
                        others * times,
                    )
                    _, p = change(old, new)
                    for level, limit in zip((0.05, 0.005, 0.0005), limits, strict=True):
                        assert np.mean(p <= level) <= limit, (own, others, times, rate, gap, level)
