"""One family for the run: the same question counts once, every look counts, sizes decide and never results."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from aiaudit.facts import Form, Reference
from aiaudit.family import families, hypothesis, smallest_denominator
from aiaudit.family import tested as enters_tests
from aiaudit.policy.model import ErrorControl
from tests.made import MEN, WOMEN, attested, contrast, number, requirement

RUN, EACH = ErrorControl(), ErrorControl(family="requirement")
DIFFERENCES = {"metric": "selection_rate_difference", "op": "within", "threshold": "0.1"}


def scoped(i, p=0.01, looks=1.0, **changed):
    """Make a contrast of group *i*, unlike every other."""
    reference = Reference(
        scope={"g": "best"}, numerator=50, denominator=100, rule="most_favoured", looks=looks
    )
    return contrast(30, 100, 50, 100, scope={"g": str(i)}, p_value=p, reference=reference, **changed)


# Each call of statsmodels collects the garbage first.
@settings(max_examples=10)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_adjusted_p_values_are_holms(raw):
    asked = requirement()
    found = [scoped(i, p) for i, p in enumerate(raw)]
    family = families([(asked, m) for m in found], RUN)["r1"]
    wanted = multipletests(raw, method="holm")[1]
    assert [family.p(asked, m) for m in found] == pytest.approx(list(wanted))
    assert family.size == len(raw)


@pytest.mark.parametrize(
    ("looks", "size"),
    [
        ([1, 1, 1], 3),
        ([1.5, 1.5], 3),
        ([3.0, 3.0, 3.0, 3.0, 3.0], 15),
        ([1.5, 1.5, 3.0], 6),
        ([1 / 3] * 3, 3),
    ],
)
def test_every_look_at_a_chosen_reference_counts(looks, size):
    asked = requirement()
    found = [scoped(i, 0.01, look) for i, look in enumerate(looks)]
    family = families([(asked, m) for m in found], RUN)["r1"]
    assert family.size == size
    assert family.p(asked, found[0]) == pytest.approx(min(1, 0.01 * size))


def test_a_ratio_a_difference_and_the_ratio_of_refusals_are_one_question():
    ratios, gaps = requirement(), requirement("r2", **DIFFERENCES)
    refusals = requirement("r3", metric="rejection_ratio", op="<=", threshold=2)
    asked = [
        (ratios, contrast(30, 100, 50, 100)),
        (gaps, contrast(30, 100, 50, 100, Form.DIFFERENCE)),
        (refusals, contrast(70, 100, 50, 100)),
    ]
    family = families(asked, RUN)
    assert {id: f.size for id, f in family.items()} == {"r1": 1, "r2": 1, "r3": 1}
    assert len({family[r.id].p(r, m) for r, m in asked}) == 1


@pytest.mark.parametrize(
    "other",
    [
        contrast(31, 100, 50, 100),
        contrast(30, 100, 51, 100),
        contrast(30, 101, 50, 100),
        contrast(30, 100, 50, 100, scope={"sex": "other"}),
        contrast(
            30, 100, 50, 100, reference=Reference(scope=WOMEN, numerator=50, denominator=100, rule="rest")
        ),
    ],
)
def test_other_tables_and_other_groups_are_other_questions(other):
    one = contrast(30, 100, 50, 100)
    assert hypothesis(requirement(), one) != hypothesis(requirement(), other)
    assert families([(requirement(), one), (requirement("r2"), other)], RUN)["r1"].size == 2


def test_another_check_asks_another_question():
    one, other = requirement(), requirement("r2", check="bias.other")
    assert hypothesis(one, contrast(3, 9, 5, 9)) != hypothesis(other, contrast(3, 9, 5, 9))


def test_each_requirement_has_its_own_family_where_the_policy_says_so():
    pairs = [(requirement(f"r{i}"), scoped(j)) for i in (1, 2) for j in range(i)]
    together, apart = families(pairs, RUN), families(pairs, EACH)
    assert (together["r1"].size, together["r2"].size) == (2, 2)
    assert (apart["r1"].size, apart["r2"].size) == (1, 2)


@pytest.mark.parametrize(
    ("changed", "measurement", "enters"),
    [
        ({}, contrast(30, 100, 50, 100), True),
        ({}, contrast(0, 100, 0, 100, Form.DIFFERENCE), True),
        ({"min_n": 100}, contrast(30, 100, 50, 100), True),
        ({"min_n": 101}, contrast(30, 100, 50, 200), False),
        ({"min_n": 101}, contrast(30, 200, 50, 100), False),
        ({"decide_on": "value"}, contrast(30, 100, 50, 100), False),
        ({"decide_on": "interval"}, contrast(30, 100, 50, 100), False),
        ({}, replace(contrast(30, 100, 50, 100), form=Form.VALUE), False),
        ({}, replace(contrast(30, 100, 50, 100), value=None, p_value=None), False),
        ({}, number(0.5), False),
    ],
)
def test_what_enters_the_family(changed, measurement, enters):
    asked = requirement(**changed)
    assert enters_tests(asked, measurement) is enters
    assert (families([(asked, measurement)], RUN)["r1"].p(asked, measurement) is not None) is enters


@given(p=st.floats(0, 1), x=st.integers(0, 100))
def test_no_result_changes_the_size(p, x):
    found = [scoped(1, p), contrast(x, 100, 50, 100), number(1.0)]
    assert families([(requirement(), m) for m in found], RUN)["r1"].size == 2


@pytest.mark.parametrize(
    ("asked", "measurement", "size"),
    [
        (requirement(decide_on="interval"), scoped(1, looks=3.0), 3),
        (requirement(decide_on="interval"), number(0.5, spread=0.1), 1),
        (requirement(decide_on="interval", min_n=101), scoped(1, looks=3.0), 1),
        (attested(decide_on="interval"), number(1.0), 1),
        (attested(decide_on="significance"), scoped(1, looks=3.0), 1),
    ],
)
def test_intervals_that_are_read_together_count_with_their_looks(asked, measurement, size):
    assert families([(asked, measurement)], RUN)[asked.id].size == size


def test_tests_and_intervals_share_one_family():
    pairs = [
        (requirement(), scoped(1, looks=1.5)),
        (requirement(), scoped(2, looks=1.5)),
        (requirement("r2", decide_on="interval"), number(0.5, spread=0.1)),
    ]
    assert families(pairs, RUN)["r1"].size == families(pairs, RUN)["r2"].size == 4


@pytest.mark.parametrize(
    ("measurement", "size"),
    [
        (contrast(3, 10, 5, 20), 10),
        (contrast(3, 30, 5, 20), 20),
        (contrast(3, 30, 5, 40, n=25), 30),
        (number(0.1, n=7), 7),
        (number(0.1, n=7, reference=Reference(scope=MEN, numerator=1, denominator=5, rule="named")), 5),
    ],
)
def test_the_smaller_denominator_decides_whether_a_sample_is_too_small(measurement, size):
    assert smallest_denominator(measurement) == size
