"""Groups as they were written: nothing is dropped, nothing is merged, edges belong to the upper bin."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiaudit.errors import UsageError
from aiaudit.facts import RESERVED_SCOPES
from aiaudit.groups import Sensitive, attribute, parse_sensitive


def coded(values, edges=None, name="x"):
    return attribute(Sensitive(column=name, edges=edges), pd.Series(values, dtype=object))


def groups(found):
    return [found.levels[code] for code in found.codes]


@given(st.lists(st.none() | st.text(max_size=5), min_size=1, max_size=10))
def test_every_row_is_in_the_group_of_its_own_text(values):
    found = coded(values)
    known = [value for value in values if value is not None]
    assert [g for g, v in zip(groups(found), values, strict=True) if v is not None] == known
    assert found.missing == len(values) - len(known)
    assert len(set(found.levels)) == len(found.levels)
    if found.missing:
        missing = {g for g, v in zip(groups(found), values, strict=True) if v is None}
        assert missing == {found.missing_level}
        assert found.missing_level not in known


def test_words_for_nothing_are_names_and_only_none_is_missing():
    found = coded(["None", "NA", "nan", "", "null", None])
    assert groups(found) == ["None", "NA", "nan", "", "null", "(missing)"]
    assert found.missing == 1


def test_a_group_called_missing_is_not_counted_with_the_missing():
    found = coded(["(missing)", None, "((missing))"])
    assert groups(found) == ["(missing)", "(((missing)))", "((missing))"]
    assert found.missing_level == "(((missing)))"


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "100 %", "a\nb", "a\tb", "\u202egnp", "x" * 5000]
)
def test_names_are_kept_as_they_are(name):
    assert groups(coded([name, "b", name])) == [name, "b", name]


def test_a_column_without_any_value_is_one_group():
    found = coded([None, None])
    assert found.levels == ("(missing)",)
    assert found.codes.tolist() == [0, 0]


def test_few_numbers_are_groups_in_their_own_order():
    assert coded(["10", "2", "1", None]).levels == ("1", "2", "10", "(missing)")


@pytest.mark.parametrize(
    ("value", "group"),
    [
        ("39.999", "under 40"),
        ("40", "40 to under 62"),
        ("40.0", "40 to under 62"),
        ("61.9", "40 to under 62"),
        ("62", "62 or over"),
        ("-1", "under 40"),
        ("1e9", "62 or over"),
        (None, "(missing)"),
    ],
)
def test_a_value_on_an_edge_belongs_to_the_bin_above(value, group):
    assert groups(coded(["20", value], edges=(40.0, 62.0)))[1] == group


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30),
    st.sets(st.floats(-1e6, 1e6), min_size=1, max_size=4),
)
def test_bins_are_those_of_numpy(values, edges):
    edges = tuple(sorted(edges))
    found = coded([repr(value) for value in values], edges)
    assert found.codes.tolist() == np.digitize(values, edges).tolist()
    assert found.edges == edges


@pytest.mark.parametrize("name", ["age", "AGE", "Age_at_hire", "applicant age", "AGEP", "age2"])
def test_ages_are_cut_at_40_and_62(name):
    found = coded([str(i) for i in range(20, 80)], name=name)
    assert found.edges == (40.0, 62.0)
    assert found.edges_from == "default for ages: 40 (ADEA) and 62 (Regulation B)"
    assert np.bincount(found.codes).tolist() == [20, 22, 18]


@pytest.mark.parametrize("name", ["mileage", "language", "wage", "agency", "pages"])
def test_words_that_hold_age_are_no_ages(name):
    assert coded([str(i) for i in range(20, 80)], name=name).edges_from == "default: quartiles of these rows"


def test_other_numbers_are_cut_at_their_quartiles():
    values = np.random.default_rng(0).lognormal(10, 1, 101)
    found = coded([repr(float(v)) for v in values], name="income")
    assert found.edges == tuple(np.quantile(values, [0.25, 0.5, 0.75]))
    assert np.bincount(found.codes).tolist() == [25, 25, 25, 26]


def test_ten_values_are_groups_and_eleven_are_cut():
    assert coded([str(i) for i in range(10)]).edges == ()
    assert coded([str(i) for i in range(11)]).edges == (2.5, 5.0, 7.5)


def test_one_number_written_in_many_ways_is_not_cut():
    values = ["1." + "0" * i for i in range(1, 13)]
    assert coded(values).edges == ()


def test_a_value_that_most_rows_hold_is_set_against_the_rest():
    found = coded(["0"] * 90 + [str(i) for i in range(3, 14)])
    assert found.levels == ("under 3", "3 or over")
    assert np.bincount(found.codes).tolist() == [90, 11]
    assert found.edges_from == "default: the smallest value, which most rows hold, against the rest"


def test_close_edges_have_labels_of_their_own():
    edges = (1234567.25, 1234567.5, 0.1 + 0.2 + 1234567.5)
    assert len(set(coded(["1", "2"], edges).levels)) == 4


@pytest.mark.parametrize("edges", [(), (62.0, 40.0), (40.0, 40.0), (float("nan"),), (40.0, float("inf"))])
def test_edges_that_do_not_ascend_are_refused(edges):
    with pytest.raises(UsageError, match="the edges of 'x' do not ascend"):
        coded(["1", "2"], edges)


@pytest.mark.parametrize("bad", ["old", "", "nan", "inf"])
def test_edges_for_text_are_refused_with_the_text(bad):
    with pytest.raises(UsageError, match=f"column 'x' has edges but holds text, such as '{bad}'"):
        coded(["1", bad, None], (40.0,))


@pytest.mark.parametrize("name", sorted(RESERVED_SCOPES))
def test_names_that_scopes_use_otherwise_are_refused(name):
    with pytest.raises(UsageError, match="cannot be called"):
        coded(["a", "b"], name=name)


def test_a_column_that_names_people_is_refused():
    with pytest.raises(UsageError, match="it names people, not groups"):
        coded([f"n{i}" for i in range(2**16)])


@pytest.mark.parametrize(
    ("text", "column", "edges"),
    [
        ("age", "age", None),
        ("age:40,62", "age", (40.0, 62.0)),
        ("age:40.5", "age", (40.5,)),
        ("t:-10,0", "t", (-10.0, 0.0)),
        ("a:b", "a:b", None),
        ("a:b:7", "a:b", (7.0,)),
        ("a:", "a:", None),
        ("a\nb:1", "a\nb", (1.0,)),
    ],
)
def test_declarations(text, column, edges):
    assert parse_sensitive(text) == Sensitive(column=column, edges=edges)


def test_an_edge_with_two_points_is_refused():
    with pytest.raises(UsageError, match="the edges after the colon are not numbers"):
        parse_sensitive("age:1.2.3")
