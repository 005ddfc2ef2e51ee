"""Each group against a reference that is chosen by a stated rule, and every look at it counted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from aiaudit.facts import Better
from aiaudit.measuring.contrasts import contrasts
from aiaudit.measuring.rates import Rates
from aiaudit.measuring.reference import REFERENCE_MIN
from aiaudit.metrics import difference, rate, ratio

RATIO = ratio("some_ratio", "A ratio.", "here")
DIFFERENCE = difference("some_difference", "A difference.", "here")


def rates(*counts, better=Better.HIGHER, unknown=()):
    x, n = (np.array(column) for column in zip(*counts, strict=True))
    return Rates(
        metric=rate("some_rate", "A rate.", "here", better),
        scopes=tuple({"g": chr(97 + i)} for i in range(len(x))),
        known=np.array([i not in unknown for i in range(len(x))]),
        x=x,
        n=n,
        rows=n,
    )


def reference(*counts, rule="most_favoured", **others):
    """Return the letter of the reference group."""
    found = contrasts(rates(*counts, **others), rule)
    (scope,) = {tuple(scope.items()) for scope in found.references}
    return dict(scope).get("g")


@pytest.mark.parametrize(
    ("counts", "others", "chosen"),
    [
        ([(10, 50), (20, 50), (15, 50)], {}, "b"),
        ([(10, 50), (20, 50), (15, 50)], {"better": Better.LOWER}, "a"),
        ([(10, 50), (29, 29), (15, 50)], {}, "c"),
        ([(10, 50), (30, 30), (15, 50)], {}, "b"),
        ([(10, 29), (20, 29), (15, 29)], {}, "b"),
        ([(10, 50), (20, 50), (15, 50)], {"unknown": {1}}, "c"),
        ([(10, 29), (20, 50), (15, 28)], {"unknown": {1}}, "c"),
        ([(20, 50), (40, 100), (4, 50)], {}, "b"),
        ([(0, 50), (0, 60)], {}, "b"),
        ([(10, 50), (0, 0), (5, 50)], {"better": Better.LOWER}, "c"),
    ],
)
def test_the_most_favoured_group_of_enough_known_people(counts, others, chosen):
    assert REFERENCE_MIN == 30
    assert reference(*counts, **others) == chosen


@pytest.mark.parametrize(
    ("counts", "others", "chosen"),
    [
        ([(10, 50), (1, 51), (50, 50)], {}, "b"),
        ([(10, 50), (12, 50)], {}, "b"),
        ([(10, 50), (1, 900), (12, 60)], {"unknown": {1}}, "c"),
    ],
)
def test_the_largest_known_group(counts, others, chosen):
    assert reference(*counts, rule="largest", **others) == chosen


def test_the_rest_is_everybody_else_and_no_group_is_left_out():
    found = contrasts(rates((10, 50), (20, 40), (0, 0), (5, 10), unknown={3}), "rest")
    assert found.x1.tolist() == [10, 20, 0, 5]
    assert found.x2.tolist() == [25, 15, 35, 30]
    assert found.n2.tolist() == [50, 60, 100, 90]
    assert found.references == ({},) * 4
    assert found.looks.tolist() == [1, 1, 1, 1]
    assert [m.value is None for m in found.differences(DIFFERENCE)] == [False, False, True, False]


@pytest.mark.parametrize("rule", ["most_favoured", "largest", "rest"])
@pytest.mark.parametrize(
    ("counts", "unknown"), [([(5, 50)], ()), ([(5, 50), (0, 0)], ()), ([(5, 50), (9, 50)], {0, 1})]
)
def test_without_two_groups_or_anybody_known_there_is_no_contrast(counts, unknown, rule):
    assert contrasts(rates(*counts, unknown=unknown), rule) is None


@given(
    sizes=st.lists(st.integers(0, 80), min_size=2, max_size=8),
    unknown=st.sets(st.integers(0, 7), max_size=2),
    data=st.data(),
)
def test_looks_are_all_pairs_of_the_candidates(sizes, unknown, data):
    counts = [(data.draw(st.integers(0, n)), n) for n in sizes]
    found = contrasts(rates(*counts, unknown=unknown))
    if found is None:
        return
    known = [i for i, n in enumerate(sizes) if n and i not in unknown]
    candidates = [i for i in known if sizes[i] >= REFERENCE_MIN] or known
    best = set(range(len(sizes))) - set(found.groups.tolist())
    assert best <= set(candidates)
    assert len(best) == 1
    inside = [looks for group, looks in zip(found.groups, found.looks, strict=True) if group in candidates]
    c = len(candidates)
    assert sum(inside) == pytest.approx(c * (c - 1) / 2)
    outside = [
        looks for group, looks in zip(found.groups, found.looks, strict=True) if group not in candidates
    ]
    assert outside == [c] * (len(sizes) - c)


def test_three_fifths_over_six_eighths_is_exactly_four_fifths():
    # As floats, 3 / 5 / (6 / 8) is 0.7999999999999999.
    (found,) = contrasts(rates((3, 5), (6, 8))).ratios(RATIO)
    assert found.value == 0.8
    assert (3 / 5) / (6 / 8) < 0.8


def test_numbers_are_those_of_scipy_and_statsmodels():
    found = contrasts(rates((12, 40), (48, 80)))
    (quotient,), (gap,) = found.ratios(RATIO), found.differences(DIFFERENCE)
    assert quotient.value == 0.5
    assert gap.value == pytest.approx(-0.3)
    exact = fisher_exact([[12, 28], [48, 32]]).pvalue
    z, p = proportions_ztest([12, 48], [40, 80])
    for m in (quotient, gap):
        assert m.tests == pytest.approx({"fisher": exact, "pooled_z": p, "z": z})
        assert m.p_value == pytest.approx(exact)
        assert m.method.endswith("; fisher")
        assert m.scope == {"g": "a"}
        assert m.reference.scope == {"g": "b"}
        assert (m.reference.numerator, m.reference.denominator) == (48, 80)
    low, high = confint_proportions_2indep(12, 40, 48, 80, method="newcomb", compare="diff")
    assert (gap.interval.low, gap.interval.high) == pytest.approx((low, high), abs=1e-9)
    low, high = confint_proportions_2indep(12, 40, 48, 80, method="score", correction=False, compare="ratio")
    assert (quotient.interval.low, quotient.interval.high) == pytest.approx((low, high), abs=1e-5)


@pytest.mark.parametrize(
    ("counts", "ratio_value", "difference_value"),
    [
        ([(0, 40), (0, 50)], None, 0.0),
        ([(0, 40), (5, 50)], 0.0, -0.1),
        ([(0, 0), (5, 50), (1, 50)], None, None),
    ],
)
def test_a_ratio_over_nothing_is_undefined_and_untested(counts, ratio_value, difference_value):
    found = contrasts(rates(*counts))
    quotient, gap = next(iter(found.ratios(RATIO))), next(iter(found.differences(DIFFERENCE)))
    for m, value in ((quotient, ratio_value), (gap, difference_value)):
        assert m.value == value
        assert (m.p_value is None) == (value is None)
        assert (m.interval is None) == (value is None)
        if value is None:
            assert m.params["no_interval"] == "undefined"
            assert m.tests == {}


def test_other_numbers_of_a_contrast_are_not_tested():
    (found,) = contrasts(rates((1, 40), (5, 50))).values(RATIO, [np.nan], "by hand")
    assert (found.value, found.p_value, found.interval) == (None, None, None)
    assert found.params["no_interval"] == "a count, not an estimate"
    assert found.method == "by hand"
