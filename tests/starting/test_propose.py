"""What is proposed about columns: by name and value, with a reason, or not at all."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from aiaudit.groups import Sensitive
from aiaudit.starting.look import Look, look_at
from aiaudit.starting.names import protected_kind, target_like
from aiaudit.starting.propose import Proposals, propose


@pytest.fixture
def proposed(tmp_path):
    """Return what is proposed about a table of these columns."""

    def call(**columns: object) -> Proposals:
        path = tmp_path / "people.csv"
        pd.DataFrame(columns).to_csv(path, index=False)
        return propose(look_at(path))

    return call


N = 60
X = [i * 1.5 for i in range(N)]
HALVES = ["a", "b"] * (N // 2)


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("SEX", "sex or gender"),
        ("Geschlecht", "sex or gender"),
        ("género", "sex or gender"),
        ("is_female", "sex or gender"),
        ("RAC1P", "race, colour or ethnic origin"),
        ("Ethnic-Group", "race, colour or ethnic origin"),
        ("AGEP", "age"),
        ("ageGroup", "age"),
        ("Alter", "age"),
        ("MaritalStatus", "marital or family status"),
        ("état_civil", "marital or family status"),
        ("Staatsangehörigkeit", "nationality, origin or language"),
        ("foreign_worker", "nationality, origin or language"),
        ("disability", "disability or health"),
        ("Religion", "religion or belief"),
        ("average", None),
        ("vehicle_age", None),
        ("LoanAge", None),
        ("DistanceFromHome", None),
        ("sextant", None),
    ],
)
def test_protected_columns_are_told_by_whole_words_of_several_languages(column, kind):
    assert protected_kind(column) == kind


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("default_next_month", True),
        ("y", True),
        ("Class", True),
        ("passenger_class", False),
        ("income", False),
    ],
)
def test_names_of_outcomes(column, said):
    assert target_like(column) is said


def test_a_plain_case_is_proposed_whole(proposed):
    found = proposed(
        applicant_id=range(N), income=X, sex=["f", "m"] * 30, decision=["approved", "denied"] * 30
    )
    assert found.target.value == "decision"
    assert "last column" in found.target.reason
    assert found.favorable.value == "approved"
    assert [p.value for p in found.sensitive] == ["sex"]
    assert [p.value for p in found.drop] == ["applicant_id"]


@pytest.mark.parametrize(
    ("name", "labels", "suggested"),
    [
        ("attrition", ["Yes", "No"], "suggests 'No'"),
        ("default", [1, 0], "suggests '0'"),
        ("hired", [1, 0], "suggests '1'"),
        ("approved", ["true", "false"], "suggests 'True'"),
        ("outcome", [1, 0], None),
        ("decision", ["x", "y"], None),
        ("decision", ["a", "b", "c"], None),
    ],
)
def test_a_favourable_label_that_is_not_plain_is_never_chosen(proposed, name, labels, suggested):
    found = proposed(income=X, **{name: (labels * N)[:N]})
    assert found.target.value == name
    assert found.favorable.value is None
    assert (suggested or "good for the person?") in found.favorable.reason
    assert ("suggests" in found.favorable.reason) == bool(suggested)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"hired": HALVES, "approved": HALVES, "x": X}, "several columns could be it: 'hired', 'approved'"),
        (
            {"x": X, "income_class_2": HALVES},
            "no name speaks of an outcome; the last column, 'income_class_2'",
        ),
        ({"x": X, "y2": X}, "nothing was found"),
        ({"x": X, "sex": HALVES}, "nothing was found"),
        ({"decision": X, "z": X}, "nothing was found"),
    ],
)
def test_a_target_that_is_not_plain_stays_open(proposed, columns, reason):
    found = proposed(**columns)
    assert found.target.value is None
    assert found.target.reason.startswith(reason)
    assert found.favorable.value is None


@pytest.mark.parametrize(
    ("ages", "value"),
    [
        (range(20, 80), Sensitive(column="age", edges=(40.0, 62.0))),
        ([20 + i % 30 for i in range(N)], Sensitive(column="age", edges=(40.0,))),
        ([18 + i % 15 for i in range(N)], "age"),
        (range(1940, 2000), "age"),
        (["20-30", "30-40"] * 30, "age"),
    ],
)
def test_ages_are_cut_where_the_law_draws_lines_among_them(proposed, ages, value):
    (found,) = proposed(age=ages, decision=HALVES).sensitive
    assert found.value == value


def test_columns_of_one_group_or_of_many_are_named_but_not_proposed(proposed):
    found = proposed(sex=["f"] * 120, birthplace=[f"p{i}" for i in range(120)], decision=["a", "b"] * 60)
    assert found.sensitive == ()
    assert found.passed_over == ("sex", "birthplace")


def test_dates_of_birth_are_no_groups(proposed):
    found = proposed(birth_date=pd.date_range("1970-01-01", periods=N), y=HALVES)
    assert (found.sensitive, found.passed_over) == ((), ("birth_date",))


def test_empty_cells_of_the_target_are_counted(proposed):
    assert proposed(x=X, decision=["good", "bad", None] * 20).unlabeled == 20


def test_na_is_a_label_like_any_other(proposed):
    assert "'NA', 'x'" in proposed(x=X, decision=["NA", "x"] * 30).favorable.reason


def test_controls_and_weights_are_only_thoughts(proposed):
    found = proposed(Department=HALVES, fnlwgt=X, weight=X, decision=HALVES)
    assert (found.control, found.weights) == (("Department",), ("fnlwgt",))


def test_numbers_that_never_repeat_are_no_identifiers_unless_they_are_called_so(proposed):
    rng = np.random.default_rng(0)
    found = proposed(
        row_key=range(N), income=rng.permutation(N), email=[f"{i}@x.example" for i in range(N)], y=HALVES
    )
    assert [p.value for p in found.drop] == ["row_key", "email"]


def test_identifiers_may_repeat_and_a_yes_or_no_is_none(proposed):
    found = proposed(id_student=[i % 40 for i in range(N)], telephone=HALVES, key=[1, 2] * 30, y=HALVES)
    assert [p.value for p in found.drop] == ["id_student"]


def test_many_codes_are_not_cut_like_numbers(proposed):
    found = proposed(POBP=[i % 30 for i in range(N)], RAC1P=[i % 9 for i in range(N)], y=HALVES)
    assert [p.value for p in found.sensitive] == ["RAC1P"]
    assert found.passed_over == ("POBP",)


def test_nothing_is_found_in_nothing():
    found = propose(Look(name="", rows=0, columns=()))
    assert (found.target.value, found.favorable.value) == (None, None)
    assert (found.sensitive, found.drop, found.control, found.weights) == ((), (), (), ())
