"""A subject put together: every row read is assessed or excluded by reason, every column has one use."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiaudit.assemble import Inputs, assemble
from aiaudit.declared import Declared
from aiaudit.errors import IncompleteError, UsageError
from aiaudit.groups import Sensitive
from aiaudit.labels import Task
from aiaudit.loading.tables import frame_table
from aiaudit.subject import Rows
from aiaudit.subject_facts import facts_of
from aiaudit.tally import UNIT
from aiaudit.testing import LinearModel

SEX = (Sensitive(column="sex"),)


def table(**columns):
    frame = pd.DataFrame(columns)
    return frame_table(frame, name="t.csv", text_columns=list(frame.columns))


def people(**others):
    return table(sex=["f", "m", "f", "m"], income=[1.0, -1.0, 2.0, -2.0], **others)


def assembled(source, *, model=None, **declared):
    declared = {"favorable": ("1",), "sensitive": SEX, **declared}
    return assemble(Inputs(table=source, model=model), Declared(**declared))


class Unnamed(LinearModel):
    """A model fitted on an array: it knows how many columns, not which."""

    def __init__(self, n):
        super().__init__({})
        self.feature_names, self.n_features = None, n

    def predict(self, frame):
        self.columns = list(frame.columns)
        return np.resize(["0", "1"], len(frame))


def test_decisions_of_a_model():
    subject = assembled(people(y=[1, 0, 1, 1]), model=LinearModel({"income": 1.0}), target="y")
    assert subject.task is Task.BINARY
    assert subject.predicted.tolist() == [1, 0, 1, 0]
    assert subject.actual.tolist() == [1, 0, 1, 1]
    assert list(subject.features) == ["income"]
    assert subject.rows == Rows(read=4, assessed=4)
    assert subject.target == "y"


def test_decisions_of_a_vendor_need_no_model():
    subject = assembled(people(p=["yes", "no", "no", "no"]), predictions="p", favorable=("yes",))
    assert subject.model is None
    assert subject.features is None
    assert subject.predicted.tolist() == [1, 0, 0, 0]


@given(st.lists(st.sampled_from(["0", "1", None]), min_size=4, max_size=20))
def test_rows_read_are_rows_assessed_and_excluded(labels):
    labels = ["0", "1", *labels]
    n, left_out = len(labels), labels.count(None)
    source = table(sex=np.resize(["f", "m"], n), p=np.resize(["1", "0"], n), y=labels)
    subject = assembled(source, predictions="p", target="y", exclude_unlabeled=True)
    assert subject.rows.read == n
    assert subject.rows.excluded == ({"no outcome in the target column": left_out} if left_out else {})
    kept = [i for i in range(n) if labels[i] is not None]
    assert subject.predicted.tolist() == [1 - i % 2 for i in kept]
    assert subject.attributes[0].codes.tolist() == [i % 2 for i in kept]
    assert subject.tally.n == subject.n == len(kept) == n - left_out
    groups = facts_of(subject).attributes[0].groups
    assert sum(group.n for group in groups) == subject.n


def test_rows_that_do_not_add_up_are_no_rows():
    with pytest.raises(ValueError, match="rows do not add up"):
        Rows(read=10, assessed=8, excluded={"empty": 1})


def test_excluded_rows_leave_features_and_decisions_too():
    source = people(y=["1", None, "0", "0"])
    subject = assembled(source, model=LinearModel({"income": 1.0}), target="y", exclude_unlabeled=True)
    assert subject.features["income"].tolist() == [1.0, 2.0, -2.0]
    assert subject.predicted.tolist() == [1, 1, 0]


def test_a_missing_outcome_is_refused_unless_excluded():
    with pytest.raises(IncompleteError, match=r"t\.csv: outcome 'y' is empty in row 2"):
        assembled(people(p=["1", "0", "1", "0"], y=["1", None, "0", "0"]), predictions="p", target="y")


def test_no_outcome_at_all_is_refused():
    with pytest.raises(IncompleteError, match=r"no row of t\.csv has an outcome in column 'y'"):
        assembled(
            people(p=["1", "0", "1", "0"], y=[None] * 4), predictions="p", target="y", exclude_unlabeled=True
        )


def test_a_missing_decision_is_refused():
    with pytest.raises(IncompleteError, match=r"t\.csv: decision 'p' is empty in row 3"):
        assembled(people(p=["1", "0", None, "0"]), predictions="p")


def test_the_target_is_no_feature_of_an_unnamed_model_and_neither_is_what_is_dropped():
    model = Unnamed(2)
    assembled(people(id=[1, 2, 3, 4], y=[1, 0, 1, 0]), model=model, target="y", drop=("id",))
    assert model.columns == ["sex", "income"]


def test_protected_columns_are_left_out_where_only_that_fits():
    model = Unnamed(1)
    assembled(people(y=[1, 0, 1, 0]), model=model, target="y")
    assert model.columns == ["income"]


def test_a_number_of_columns_that_fits_neither_way_is_refused():
    with pytest.raises(IncompleteError, match=r"fitted on 7 unnamed columns; t\.csv has 2 beside the target"):
        assembled(people(), model=Unnamed(7))


def test_columns_that_a_model_needs_are_named():
    with pytest.raises(
        IncompleteError, match=r"the model needs 2 column\(s\) that t\.csv lacks: 'incme', 'b'"
    ) as no:
        assembled(people(), model=LinearModel({"income": 1.0, "incme": 1.0, "b": 1.0}))
    assert "Did you mean 'income'?" in no.value.hint


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"target": "z"}, r"has no column 'z' \(--target\)"),
        ({"predictions": "z"}, r"has no column 'z' \(--predictions\)"),
        ({"drop": ("z",)}, r"has no column 'z' \(--drop\)"),
        ({"sensitive": (Sensitive(column="sxe"),)}, r"has no column 'sxe' \(--sensitive\)"),
        ({"target": "income", "predictions": "income"}, "both the target and the predictions"),
        ({}, "neither a model nor a column of decisions"),
    ],
)
def test_declarations_that_do_not_fit_are_refused(declared, message):
    with pytest.raises(UsageError, match=message):
        assembled(people(), **declared)


@pytest.mark.parametrize(
    ("sensitive", "held"),
    [(Sensitive(column="sex"), "'f'"), (Sensitive(column="age", edges=(40.0, 62.0)), "'under 40'")],
)
def test_one_group_cannot_be_compared(sensitive, held):
    source = table(sex=["f", "f"], age=[20, 30], p=["1", "0"])
    with pytest.raises(IncompleteError, match=f"holds one group only, {held}"):
        assembled(source, predictions="p", sensitive=(sensitive,))


def test_missing_people_are_a_group_to_compare_with():
    source = table(sex=["f", None], p=["1", "0"])
    subject = assembled(source, predictions="p")
    assert subject.attributes[0].levels == ("f", "(missing)")
    assert facts_of(subject).attributes[0].missing == 1


def test_groups_from_a_file_of_their_own():
    inputs = Inputs(
        table=people(p=["1", "0", "1", "0"], y=["1", "0", None, "0"]),
        groups={"race": pd.Series(["a", "b", "a", None], dtype=object)},
    )
    declared = Declared(
        predictions="p",
        target="y",
        favorable=("1",),
        sensitive=(Sensitive(column="race"),),
        exclude_unlabeled=True,
    )
    attribute = assemble(inputs, declared).attributes[0]
    assert [attribute.levels[code] for code in attribute.codes] == ["a", "b", "(missing)"]


def test_progress_is_told_in_rows():
    told = []
    inputs = Inputs(table=people(), model=LinearModel({"income": 1.0}))
    assemble(inputs, Declared(favorable=("1",), sensitive=SEX), lambda done, of: told.append((done, of)))
    assert told == [(4, 4)]


def test_facts_tell_whether_a_protected_column_is_a_feature():
    source = people(age=[30, 50, 70, 20])
    sensitive = (Sensitive(column="sex"), Sensitive(column="age", edges=(40.0,)))
    subject = assembled(source, model=LinearModel({"income": 1.0, "age": 0.0}), sensitive=sensitive)
    facts = facts_of(subject)
    assert {a.name: a.is_feature for a in facts.attributes} == {"sex": False, "age": True}
    assert [(g.label, g.n) for g in facts.attributes[1].groups] == [("under 40", 2), ("40 or over", 2)]
    assert facts.features == ("income", "age")


def test_scores_weights_controls_and_an_order_of_labels():
    source = people(
        p=["low", "mid", "top", "top"], s=[1.5, 2.0, 9.0, 8.0], w=[1, 0, 2.5, 1], job=["x", "x", "x", "y"]
    )
    subject = assembled(
        source,
        predictions="p",
        favorable=("top",),
        order=("low", "mid", "top"),
        scores="s",
        weights="w",
        control=(Sensitive(column="job"),),
    )
    assert subject.scores.values.tolist() == [1.5, 2.0, 9.0, 8.0]
    assert not subject.scores.probability
    assert subject.weights.tolist() == [1, 0, 2.5, 1]
    assert subject.order == ("low", "mid", "top")
    (job,) = subject.controls
    assert job.codes.tolist() == [0, 0, 0, 1]
    assert subject.tally.over(["job"]).counts.tolist() == [3, 1]
    facts = facts_of(subject)
    assert facts.weights.total == 4.5
    assert facts.weights.effective_n == pytest.approx(4.5**2 / (1 + 2.5**2 + 1))
    assert [a.name for a in facts.controls] == ["job"]


def test_whole_weights_are_summed_exactly():
    source = people(p=["1", "0", "1", "1"], w=[3, 1, 5, 2])
    subject = assembled(source, predictions="p", weights="w")
    folded = subject.tally.over(["sex"])
    weights = folded.sums[0] / UNIT * subject.weight_unit
    squares = folded.sums[1] / UNIT * subject.weight_unit**2
    assert (weights.tolist(), squares.tolist()) == ([8, 3], [34, 5])


def test_what_a_model_is_not_given_is_no_feature():
    model = Unnamed(2)
    assembled(people(w=[1.0, 1, 1, 1], y=[1, 0, 1, 0]), model=model, target="y", weights="w")
    assert model.columns == ["sex", "income"]


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"weights": "z"}, r"has no column 'z' \(--weights\)"),
        ({"scores": "z"}, r"has no column 'z' \(--scores\)"),
        ({"control": (Sensitive(column="z"),)}, r"has no column 'z' \(--control\)"),
        ({"control": SEX}, "'sex' is both a protected column and a control column"),
        ({"dependants": {"sex": ("z",)}}, r"has no column 'z' \(dependants\)"),
        ({"dependants": {"income": ("sex",)}}, r"protected columns has no column 'income' \(dependants\)"),
        ({"population": {"race": {"a": 0.5}}}, r"protected columns has no column 'race' \(population\)"),
        ({"order": ("0", "1", "2")}, "does not hold each label once"),
    ],
)
def test_further_declarations_that_do_not_fit_are_refused(declared, message):
    with pytest.raises(UsageError, match=message):
        assembled(people(p=["1", "0", "1", "1"]), predictions="p", **declared)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0, -1, 1, 1], "negative in some rows"),
        ([0, 0, 0, 0], "are all 0"),
        ([1.0, np.nan, 1, 1], "should hold numbers but holds 'nan'"),
        (["a", "b", "c", "d"], "should hold numbers but holds 'a', 'b'"),
    ],
)
def test_weights_are_numbers_of_which_none_is_negative(weights, message):
    with pytest.raises(IncompleteError, match=message):
        assembled(people(p=["1", "0", "1", "1"], w=weights), predictions="p", weights="w")


def test_directions_are_kept_for_the_model():
    model = LinearModel({"income": 1.0})
    assert assembled(people(), model=model, directions={"income": "up"}).directions == {"income": "up"}
    decided = assembled(people(p=["1", "0", "1", "0"]), predictions="p", directions={"income": "down"})
    assert decided.directions == {"income": "down"}


@pytest.mark.parametrize(
    ("column", "message", "hint"),
    [
        ("incom", "t.csv has no column 'incom' (--direction)", "Did you mean 'income'?"),
        ("y", "the model is not given column 'y' (--direction)", "Its columns are 'income', 'town'."),
        ("town", "column 'town' holds no numbers", "Declare directions of columns of numbers alone."),
    ],
)
def test_directions_that_no_model_can_be_held_to_are_refused(column, message, hint):
    source = people(y=[1, 0, 1, 1], town=["a", "b", "a", "b"])
    model = LinearModel({"income": 1.0})
    model.feature_names = ("income", "town")
    with pytest.raises(UsageError) as caught:
        assembled(source, model=model, target="y", directions={column: "up"})
    assert message in caught.value.message
    assert hint in caught.value.hint
