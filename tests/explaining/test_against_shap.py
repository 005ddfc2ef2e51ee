"""Second source: shap's own exact explainers, on models that they can look into."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import LinearRegression

from aiaudit.explaining.importance import explain

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    shap = pytest.importorskip("shap")

pytestmark = pytest.mark.filterwarnings("ignore")
COLUMNS = list("abcdefgh")


def made(n=100):
    """As many rows as shap keeps of a background."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(n, 8)), columns=COLUMNS)
    target = frame["a"] * frame["b"] + 2 * frame["c"].clip(0) - frame["d"] + rng.normal(0, 0.1, n)
    return frame, target


def compare(found, theirs):
    mine = np.empty_like(theirs)
    errors = np.empty_like(theirs)
    mine[found.rows], errors[found.rows] = found.values, found.errors
    off = np.abs(mine - theirs)
    # Noise from rare interactions has heavier tails than the normal; its size is what must be right.
    assert (off <= 2 * errors + 1e-9).mean() > 0.9
    assert (off <= 3 * errors + 1e-9).mean() > 0.97
    assert 0.7 < np.square(off).sum() / np.square(errors).sum() < 1.4
    size = np.abs(theirs).mean(axis=0)
    np.testing.assert_allclose(found.sizes.middle.mean, size, rtol=0.06, atol=0.01 * size.sum())
    assert (found.sizes.least.mean < size * 1.03 + 1e-9).all()
    assert (found.sizes.most.mean > size * 0.97 - 1e-9).all()


@pytest.mark.parametrize(
    "estimator",
    [GradientBoostingRegressor(n_estimators=40, random_state=0), RandomForestRegressor(20, random_state=0)],
    ids=["boosting", "forest"],
)
def test_trees(estimator):
    frame, target = made()
    estimator.fit(frame, target)
    found = explain(estimator.predict, frame, 0)
    explainer = shap.TreeExplainer(estimator, frame, feature_perturbation="interventional")
    compare(found, explainer.shap_values(frame, check_additivity=False))
    assert found.base == pytest.approx(float(np.ravel(explainer.expected_value)[0]), abs=1e-6)


def test_margins_of_a_classifier():
    """Of probabilities shap's trees give a rescaling of the margin's values, not Shapley values."""
    frame, target = made()
    estimator = GradientBoostingClassifier(n_estimators=30, random_state=0).fit(frame, target > 0.5)
    found = explain(estimator.decision_function, frame, 0)
    explainer = shap.TreeExplainer(estimator, frame, feature_perturbation="interventional")
    compare(found, explainer.shap_values(frame, check_additivity=False))


def test_a_line_is_exact():
    frame, target = made()
    estimator = LinearRegression().fit(frame, target)
    found = explain(estimator.predict, frame, 0)
    theirs = shap.LinearExplainer(estimator, frame).shap_values(frame)
    np.testing.assert_allclose(found.values, theirs[found.rows], atol=1e-10)
    np.testing.assert_allclose(found.errors, 0, atol=1e-10)


@pytest.mark.slow
def test_a_few_columns_are_exact():
    frame, _ = made(36)
    frame = frame[COLUMNS[:4]]

    def output(table):
        x = np.asarray(table)
        return np.exp(x[:, 0] * x[:, 1]) - x[:, 2] * x[:, 3]

    found = explain(output, frame, 0)
    assert found.exact
    theirs = shap.explainers.Exact(output, shap.maskers.Independent(frame, max_samples=36))(frame).values
    np.testing.assert_allclose(found.values, theirs[found.rows], atol=1e-9)
