"""Direct use: what is counted, and shares of changed decisions against every pair of rows."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from aiaudit.labels import Task
from aiaudit.testing import LinearModel, subject_of
from tests.checks.reading import found, measured

CHECK = "bias.protected-use"


def people(n=400, seed=0, weights=None, **others):
    rng = np.random.default_rng(seed)
    sex = rng.choice(["f", "m"], n, p=[0.2, 0.8])
    features = pd.DataFrame(
        {
            "skill": rng.normal(size=n),
            "male": (sex == "m") * 1.0,
            "title": (sex == "m") * 1.0 + rng.normal(size=n),
        }
    )
    model = LinearModel(weights or {"skill": 1.0, "male": 0.7, "title": 0.0})
    subject = subject_of(
        {"male": list(features["male"]), "race": list(rng.choice(["a", "b"], n))}, ["0", "1"] * (n // 2)
    )
    return replace(subject, features=features, model=model, seed=seed, **others)


def every_pair(subject, columns):
    """Return the share of decisions that change over all pairs of different rows, and the mean move."""
    receivers, donors = np.nonzero(~np.eye(subject.n, dtype=bool))
    mine = subject.features.iloc[receivers].reset_index(drop=True)
    given = mine.assign(**{name: subject.features[name].to_numpy()[donors] for name in columns})
    changed = subject.model.predict(given) != subject.model.predict(mine)
    return changed.mean(), np.abs(subject.model.scores(given) - subject.model.scores(mine))[:, 1].mean()


def test_a_column_that_is_heeded_shows():
    subject = people()
    share, moved = every_pair(subject, ["male"])
    changed = found(CHECK, subject, "changed_decision_share", "attribute")["male"]
    assert changed.denominator == 200
    assert changed.interval.low < share < changed.interval.high
    assert changed.value == pytest.approx(share, abs=0.08)
    mean = found(CHECK, subject, "mean_output_change", "attribute")["male"]
    assert mean.interval.low < moved < mean.interval.high
    assert found(CHECK, subject, "protected_columns_given", "attribute")["male"].value == 1


def test_a_column_that_is_given_and_not_heeded_changes_nothing():
    subject = people(weights={"skill": 1.0, "male": 0.0, "title": 1.0})
    changed = found(CHECK, subject, "changed_decision_share", "attribute")["male"]
    assert (changed.numerator, changed.denominator) == (0, 200)
    assert changed.interval.high > 0


def test_a_column_that_is_not_given_cannot_change_anything():
    changed = found(CHECK, people(), "changed_decision_share", "attribute")["race"]
    assert (changed.value, changed.interval.high, changed.n) == (0.0, 0.0, 400)
    assert changed.method == "the model is not given the column"
    assert found(CHECK, people(), "protected_columns_given", "attribute")["race"].value == 0


def test_declared_dependants_change_with_it_together_and_singly():
    subject = people(
        weights={"skill": 1.0, "male": 0.3, "title": 0.3}, dependants={"male": ("title",), "race": ("skill",)}
    )
    together = found(CHECK, subject, "changed_decision_share", "attribute")
    singly = found(CHECK, subject, "changed_decision_share", "attribute", "column")
    assert set(together) == {"male", "race"}
    assert set(singly) == {("male", "male"), ("male", "title")}
    assert together["male"].value > singly["male", "male"].value
    given = found(CHECK, subject, "protected_columns_given", "attribute")
    assert (given["male"].value, given["race"].value) == (2, 1)


def test_intervals_hold_the_share_of_all_pairs():
    # Two people differ in the column, and the skill of one lies within what that moves.
    truth = 2 * 0.2 * 0.8 * (norm.cdf(0.7) - 0.5)
    intervals = [
        found(CHECK, people(n=100, seed=seed), "changed_decision_share", "attribute")["male"].interval
        for seed in range(120)
    ]
    assert np.mean([sure.low <= truth <= sure.high for sure in intervals]) > 0.9


class Sums:
    """A regression whose number is the sum of its columns; not a number where the skill is low."""

    def __init__(self, names):
        from aiaudit.model import ModelFacts

        self.facts = ModelFacts(name="t", digest="", format="memory", kind="Sums", estimator_type="regressor")
        self.classes, self.feature_names, self.n_features = None, tuple(names), len(names)

    def predict(self, frame):
        return frame.sum(axis=1).to_numpy(float)

    def scores(self, frame):
        return None


def test_numbers_that_change_are_counted():
    subject = people()
    numeric = replace(
        subject,
        task=Task.REGRESSION,
        classes=(),
        favorable=(),
        predicted=None,
        predicted_values=subject.features.sum(axis=1).to_numpy(),
        model=Sums(subject.features.columns),
    )
    changed = found(CHECK, numeric, "changed_decision_share", "attribute")["male"]
    male = subject.features["male"].mean()
    assert changed.value == pytest.approx(2 * male * (1 - male), abs=0.1)
    moved = found(CHECK, numeric, "mean_output_change", "attribute")["male"]
    assert moved.value == pytest.approx(changed.value)
    assert moved.params["output"] == "predicted value"


def test_the_subject_of_one_row_has_nobody_to_exchange_with():
    subject = people()
    one = replace(subject, features=subject.features.iloc[:1])
    assert measured(CHECK, subject)
    from aiaudit.measuring.permuted import Exchange

    with pytest.raises(ValueError, match="at least two rows"):
        Exchange(replace(one, rows=replace(subject.rows, read=1, assessed=1)), 10)
