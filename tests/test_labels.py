"""Labels are one however they are written, and the favourable one is named or plain, never guessed."""

import shlex

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiaudit.errors import UsageError
from aiaudit.labels import UNAMBIGUOUS, Task, favorable_labels, infer_task, label_text, sorted_labels


@pytest.mark.parametrize(
    ("values", "label"),
    [
        ((1, 1.0, "1", "1.0", " 1 ", "1.", np.int64(1), np.float32(1)), "1"),
        ((-1, -1.0, "-1", "-1.00"), "-1"),
        ((0, "0", "0.0", 0.0), "0"),
        ((True, np.True_, "true", "True", "TRUE"), "True"),
        ((False, np.False_, "false"), "False"),
        (("<=50K", " <=50K", "<=50K "), "<=50K"),
        (("01",), "01"),
        (("1e3",), "1e3"),
        (("0.5", 0.5), "0.5"),
        (("yes",), "yes"),
        (("Yes",), "Yes"),
        ((10**20, 1e20, "100000000000000000000"), "100000000000000000000"),
    ],
)
def test_one_label_however_it_is_written(values, label):
    assert {label_text(value) for value in values} == {label}


@given(st.one_of(st.integers(), st.floats(allow_nan=False), st.booleans(), st.text(max_size=10)))
def test_the_text_of_a_label_is_its_own_text(value):
    assert label_text(label_text(value)) == label_text(value)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["10", "2", "1", "2"], ("1", "2", "10")),
        (["1", "-1"], ("-1", "1")),
        (["b", "10", "2"], ("10", "2", "b")),
        (["yes", "no"], ("no", "yes")),
        ([], ()),
    ],
)
def test_labels_are_sorted_as_numbers_only_if_all_are(labels, expected):
    assert sorted_labels(labels) == expected


@pytest.mark.parametrize(
    ("asked", "classes", "chosen"),
    [
        (["0"], ["0", "1"], ("0",)),
        (["1.0"], ["0", "1"], ("1",)),
        (["2"], ["1", "2"], ("2",)),
        (["-1"], ["-1", "1"], ("-1",)),
        (["true"], ["False", "True"], ("True",)),
        (["yes"], ["no", "yes"], ("yes",)),
        ([">50K"], ["<=50K", ">50K"], (">50K",)),
        (["a", "c", "a"], ["a", "b", "c"], ("a", "c")),
        (["1"], ["1"], ("1",)),
    ],
)
def test_named_labels(asked, classes, chosen):
    assert favorable_labels(asked, classes, Task.BINARY) == (chosen, "declared")


def test_a_label_that_does_not_occur_is_refused_with_the_nearest():
    with pytest.raises(UsageError, match="favourable label 'aproved' does not occur") as refused:
        favorable_labels(["aproved"], ["approved", "other"], Task.BINARY)
    assert "Did you mean 'approved'?" in refused.value.hint


def test_naming_every_label_is_refused():
    with pytest.raises(UsageError, match="every label is named favourable"):
        favorable_labels(["0", "1"], ["0", "1"], Task.BINARY)


@pytest.mark.parametrize(("good", "bad"), UNAMBIGUOUS)
def test_plain_words_need_no_naming(good, bad):
    labels, source = favorable_labels([], [bad.upper(), good.title()], Task.BINARY)
    assert labels == (good.title(),)
    assert source == f"inferred from the labels '{good.title()}' and '{bad.upper()}'"


@pytest.mark.parametrize(
    "classes", [["no", "yes"], ["0", "1"], ["good", "bad", "fair"], ["False", "True"], ["good"]]
)
def test_anything_else_is_asked_for(classes):
    with pytest.raises(UsageError, match="which label is good for the person"):
        favorable_labels([], classes, Task.BINARY)


@pytest.mark.parametrize("label", [">50K", "it's", "a b", "$(reboot)", "\x1b[2J", "--help"])
def test_the_hint_can_be_pasted_into_a_shell(label):
    with pytest.raises(UsageError) as refused:
        favorable_labels([], ["0", label], Task.BINARY)
    pasted = refused.value.hint.partition("--favorable ")[2].partition(" (repeat")[0]
    assert shlex.split(pasted) == [label.replace("\x1b", "")]


def test_the_ordinary_rows_of_an_outlier_detector_are_favourable():
    assert favorable_labels([], ["-1", "1"], Task.OUTLIER)[0] == ("1",)
    assert favorable_labels(["-1"], ["-1", "1"], Task.OUTLIER) == (("-1",), "declared")


@pytest.mark.parametrize(
    ("kind", "classes", "decisions", "task"),
    [
        ("classifier", 2, ["0"], Task.BINARY),
        ("classifier", 3, ["0"], Task.MULTICLASS),
        ("regressor", None, ["0", "1"], Task.REGRESSION),
        ("outlier_detector", None, ["1"], Task.OUTLIER),
        ("", None, ["0", "1"], Task.BINARY),
        ("", None, ["0", "1", "2"], Task.MULTICLASS),
        ("", None, [str(i) for i in range(20)], Task.MULTICLASS),
        ("", None, [str(i) for i in range(21)], Task.REGRESSION),
        ("", None, [*map(str, range(21)), "inf"], Task.MULTICLASS),
        ("", None, [*map(str, range(21)), "other"], Task.MULTICLASS),
        ("classifier", 30, [str(i) for i in range(30)], Task.MULTICLASS),
    ],
)
def test_what_is_decided(kind, classes, decisions, task):
    assert infer_task(kind, classes, decisions) is task
