"""Counterfactual flips of models whose answer is known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from aiaudit.facts import Skipped
from aiaudit.groups import Sensitive, attribute
from aiaudit.registry import get
from aiaudit.testing import LinearModel, outcome_of, subject_of
from tests.checks.reading import found

CHECK = "bias.counterfactual-flip"


class Rule(LinearModel):
    """Decides by a function of the frame."""

    def __init__(self, decide):
        super().__init__({})
        self.decide = decide
        self.asked = 0

    def predict(self, frame):
        self.asked += len(frame)
        return np.where(self.decide(frame), "1", "0")


def asked_of(decide, frame, **others):
    model = Rule(decide)
    return subject_of(
        {"sex": list(frame.sex)}, list(model.predict(frame)), features=frame, model=model, **others
    )


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "sex": rng.choice(["f", "m"], 400),
            "pay": rng.normal(size=400),
            "title": rng.choice(["a", "b"], 400),
        }
    )


def rates(subject, name):
    return {
        key: m.numerator for key, m in found(CHECK, subject, f"counterfactual_{name}_rate", "sex").items()
    }


def test_a_bonus_for_one_sex_is_counted_by_direction(frame):
    subject = asked_of(lambda f: f.pay + 0.5 * (f.sex == "m") > 0, frame)
    f, m = (frame.pay[frame.sex == sex] for sex in "fm")
    gain, loss = int(((f <= 0) & (f > -0.5)).sum()), int(((m <= 0) & (m > -0.5)).sum())
    assert rates(subject, "flip") == {"f": gain, "m": loss}
    assert rates(subject, "gain") == {"f": gain, "m": 0}
    assert rates(subject, "loss") == {"f": 0, "m": loss}
    (gap,) = found(CHECK, subject, "counterfactual_selection_difference", "sex").values()
    assert (gap.scope, gap.reference.scope) == ({"sex": "f"}, {"sex": "m"})
    assert gap.value == pytest.approx(-gain / len(f))
    assert gap.p_value == pytest.approx(min(1, 2 * 0.5**gain))
    assert not found(CHECK, subject, "placebo_flip_rate", "sex")


def test_two_wrongs_show_though_rates_are_equal(frame):
    subject = asked_of(lambda f: (f.pay > 0) == (f.sex == "m"), frame)
    flips = found(CHECK, subject, "counterfactual_flip_rate", "sex")
    assert {m.value for m in flips.values()} == {1.0}


def test_a_blind_model_never_flips(frame):
    subject = asked_of(lambda f: f.pay > 0, frame)
    assert set(rates(subject, "flip").values()) == {0}
    (gap,) = found(CHECK, subject, "counterfactual_selection_difference", "sex").values()
    assert (gap.value, gap.p_value) == (0.0, 1.0)


def test_dependants_come_with_it_from_one_donor_and_have_a_placebo(frame):
    frame["title"] = np.where(frame.sex == "f", frame.title.map({"a": "ms", "b": "mrs"}), "mr")
    subject = asked_of(lambda f: f.title == "mr", frame, dependants={"sex": ("title",)})
    assert rates(subject, "flip") == {"f": sum(frame.sex == "f"), "m": sum(frame.sex == "m")}
    placebo = found(CHECK, subject, "placebo_flip_rate", "sex")
    assert {m.value for m in placebo.values()} == {0.0}
    assert placebo["f"].params["exchanged"] == "sex, title"
    married = asked_of(lambda f: f.title != "mrs", frame, dependants={"sex": ("title",)})
    share = np.mean(frame.title[frame.sex == "f"] == "mrs")
    got = found(CHECK, married, "placebo_flip_rate", "sex")["f"].value
    assert got == pytest.approx(2 * share * (1 - share), abs=0.12)


def test_without_the_column_its_dependants_are_exchanged_and_without_those_nothing(frame):
    bare = frame.drop(columns="sex")
    model = Rule(lambda f: f.title == "a")
    made = {"features": bare, "model": model}
    groups = {"sex": list(frame.sex)}
    with_title = subject_of(groups, list(model.predict(bare)), dependants={"sex": ("title",)}, **made)
    assert found(CHECK, with_title, "counterfactual_flip_rate", "sex")["f"].value > 0
    outcome = outcome_of(get(CHECK), subject_of(groups, list(model.predict(bare)), **made))
    assert isinstance(outcome, Skipped)
    assert "no protected column" in outcome.reason


def test_numbers_in_groups_are_taken_from_people_of_the_group():
    rng = np.random.default_rng(1)
    age = rng.integers(20, 80, 500)
    frame = pd.DataFrame({"age": age, "pay": rng.normal(size=500)})
    model = Rule(lambda f: f.age < 40)
    subject = replace(
        subject_of({}, list(model.predict(frame)), features=frame, model=model),
        attributes=(
            attribute(Sensitive(column="age", edges=(40.0,)), pd.Series(age.astype(str), dtype=object)),
        ),
    )
    for m in found(CHECK, subject, "counterfactual_flip_rate", "age").values():
        assert m.value == 1.0
    for m in found(CHECK, subject, "placebo_flip_rate", "age").values():
        assert m.value == 0.0


def test_the_model_is_asked_a_limited_number_of_questions():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(
        {"sex": rng.choice([f"g{i}" for i in range(60)], 6000), "pay": rng.normal(size=6000)}
    )
    subject = asked_of(lambda f: f.pay > 0, frame)
    before = subject.model.asked
    rates(subject, "flip")
    assert subject.model.asked - before <= 52_000


def test_everyone_else_can_be_the_reference(frame):
    frame["sex"] = np.where(np.arange(400) % 5 == 0, "x", frame.sex)
    subject = asked_of(lambda f: f.sex != "x", frame, references=("rest",))
    gaps = found(CHECK, subject, "counterfactual_selection_difference", "sex")
    assert gaps["x"].value == -1.0
    assert gaps["x"].reference.rule == "rest"
    assert 0 < gaps["f"].value < 0.5
