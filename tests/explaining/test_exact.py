"""The values computed inside the model's process, against brute force and shap."""

import warnings

import joblib
import lightgbm
import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import (
    LinearRegression,
    LogisticRegression,
    PoissonRegressor,
    Ridge,
    RidgeClassifier,
)
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from aiaudit.loading import coalitions
from aiaudit.loading.attributions import attributions
from aiaudit.loading.models import LocalModel, open_model
from aiaudit.loading.ownership import Unfit
from tests.explaining.brute import shapley_of_row
from tests.explaining.test_models import FRAME, TARGET, one_hot, ordinal, target_encoded, union

pytestmark = pytest.mark.filterwarnings("ignore")
ROWS, BACKGROUND = FRAME.iloc[:2], FRAME.iloc[50:57].reset_index(drop=True)
NUMBER = FRAME["income"] * 2 + FRAME["age"]
CATEGORIES = FRAME.astype({"city": "category", "job": "category"})
SECOND = [False, True]


def logit(shares):
    return np.log(shares / (1 - shares))


def output_of(model, kind):
    """The number explained, asked of the whole pipeline with the user's own columns."""
    return {
        "probability": lambda table: model.predict_proba(table)[:, 1],
        "log-odds": lambda table: logit(model.predict_proba(table)[:, 1].astype(float)),
        "margin": lambda table: model.decision_function(table),
        "value": lambda table: model.predict(table),
    }[kind]


CLASSIFIERS = {
    "logistic": (make_pipeline(one_hot(), LogisticRegression()), "log-odds", "line"),
    "ridge": (make_pipeline(one_hot(), RidgeClassifier()), "margin", "line"),
    "target encoder": (make_pipeline(target_encoded(), LogisticRegression(max_iter=999)), "log-odds", "line"),
    "tree": (make_pipeline(ordinal(), DecisionTreeClassifier(random_state=0)), "probability", "trees"),
    "forest": (make_pipeline(one_hot(), RandomForestClassifier(15, random_state=0)), "probability", "trees"),
    "boosting": (make_pipeline(one_hot(), GradientBoostingClassifier(n_estimators=9)), "log-odds", "trees"),
    "exponential loss": (
        make_pipeline(one_hot(), GradientBoostingClassifier(n_estimators=9, loss="exponential")),
        "margin",
        "trees",
    ),
    "histogram": (
        make_pipeline(ordinal(), HistGradientBoostingClassifier(max_iter=9)),
        "log-odds",
        "trees",
    ),
    "lightgbm": (
        make_pipeline(ordinal(), lightgbm.LGBMClassifier(n_estimators=9, verbose=-1, n_jobs=1)),
        "log-odds",
        "trees",
    ),
    "search": (
        GridSearchCV(make_pipeline(one_hot(), LogisticRegression()), {"logisticregression__C": [1.0]}, cv=2),
        "log-odds",
        "line",
    ),
}
REGRESSORS = {
    "line": make_pipeline(one_hot(), Ridge()),
    "extra trees": make_pipeline(one_hot(), ExtraTreesRegressor(9, random_state=0)),
    "boosting": make_pipeline(one_hot(), GradientBoostingRegressor(n_estimators=9)),
    "histogram": make_pipeline(ordinal(), HistGradientBoostingRegressor(max_iter=9)),
}


def compare(model, found, rows=ROWS, background=BACKGROUND, tolerance=1e-9):
    output = output_of(model, found["output"])
    brute = [shapley_of_row(output, rows.loc[i], background) for i in rows.index]
    np.testing.assert_allclose(found["values"], brute, atol=tolerance)
    np.testing.assert_allclose(found["values"].sum(axis=1) + found["base"], output(rows), atol=tolerance)
    np.testing.assert_allclose(found["outputs"], output(rows), atol=tolerance)


#: One of each way through the code; the others are the same ways by another library or loss.
QUICK = ("logistic", "forest", "boosting", "histogram", "line", "extra trees")


def params(models):
    return [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in models]


@pytest.mark.parametrize("name", params(CLASSIFIERS))
def test_classifiers_in_the_columns_of_the_table(name):
    model, kind, engine = CLASSIFIERS[name]
    model.fit(FRAME, TARGET)
    found = attributions(model, ROWS, BACKGROUND, SECOND)
    assert (found["output"], found["engine"]) == (kind, engine)
    assert found["tested"] >= 2000
    assert found["gap"] < 1e-9
    compare(model, found)


@pytest.mark.parametrize("name", params(REGRESSORS))
def test_regressions_in_the_columns_of_the_table(name):
    model = REGRESSORS[name].fit(FRAME, NUMBER)
    found = attributions(model, ROWS, BACKGROUND, None)
    assert found["output"] == "value"
    compare(model, found)


def test_categories_that_histogram_boosting_encodes_itself():
    model = HistGradientBoostingClassifier(max_iter=9, categorical_features="from_dtype")
    model.fit(CATEGORIES, TARGET)
    rows, background = CATEGORIES.iloc[:2], CATEGORIES.iloc[50:57].reset_index(drop=True)
    compare(model, attributions(model, rows, background, SECOND), rows, background)


def test_the_class_that_is_favoured_decides_the_sign():
    model = CLASSIFIERS["logistic"][0].fit(FRAME, TARGET)
    one, other = (attributions(model, ROWS, BACKGROUND, f)["values"] for f in (SECOND, SECOND[::-1]))
    np.testing.assert_allclose(one, -other, atol=1e-12)


def test_xgboost_adds_up_in_single_precision():
    xgboost = pytest.importorskip("xgboost")
    model = make_pipeline(ordinal(), xgboost.XGBClassifier(n_estimators=9, n_jobs=1))
    model.fit(FRAME, (TARGET == "yes").astype(int))
    compare(model, attributions(model, ROWS, BACKGROUND, SECOND), tolerance=5e-6)


def test_rare_categories_are_traced_to_their_column():
    frame = pd.DataFrame({"word": ["a"] * 3000 + ["b", "c"] * 2, "x": np.arange(3004.0)})
    frame = frame.sample(frac=1, random_state=0).reset_index(drop=True)
    encode = one_hot()
    encode.set_params(
        transformers=[("numbers", StandardScaler(), ["x"]), ("text", *encode.transformers[1][1:2], ["word"])]
    )
    model = make_pipeline(encode, LogisticRegression()).fit(frame, frame["word"] == "b")
    assert "values" in attributions(model, frame.iloc[:5], frame, SECOND)


UNFIT = {
    "of both 'income' and 'age'": (make_pipeline(union(), RandomForestClassifier(5)), TARGET, SECOND),
    "SVC is neither": (make_pipeline(one_hot(), SVC()), TARGET, SECOND),
    "CalibratedClassifierCV is neither": (
        CalibratedClassifierCV(make_pipeline(one_hot(), SVC()), cv=2),
        TARGET,
        SECOND,
    ),
    "does not reproduce its answers": (make_pipeline(one_hot(), PoissonRegressor()), NUMBER, None),
    "no one margin": (
        make_pipeline(one_hot(), LogisticRegression()),
        FRAME["job"].to_numpy(),
        [True, False, False],
    ),
    "no one sum of trees": (
        make_pipeline(ordinal(), HistGradientBoostingClassifier(max_iter=2)),
        FRAME["job"].to_numpy(),
        SECOND,
    ),
}


@pytest.mark.parametrize("why", UNFIT)
def test_what_cannot_be_exact_says_why(why):
    model, target, favoured = UNFIT[why]
    found = attributions(model.fit(FRAME, target), ROWS, BACKGROUND, favoured)
    assert list(found) == ["why"]
    assert why in found["why"]


def test_what_cannot_be_read_is_said(monkeypatch):
    """Another release may keep its trees in another way."""
    model = CLASSIFIERS["histogram"][0].fit(FRAME, TARGET)
    monkeypatch.setattr(type(model[-1]), "_predict_iterations", None)
    why = attributions(model, ROWS, BACKGROUND, SECOND)["why"]
    assert why.startswith("looking into it failed (TypeError: ")


def test_trees_that_would_take_too_long_are_refused(monkeypatch):
    monkeypatch.setattr(coalitions, "WORK", 10**6)
    model = CLASSIFIERS["forest"][0].fit(FRAME, TARGET)
    assert "too many and too deep" in attributions(model, ROWS, BACKGROUND, SECOND)["why"]
    assert issubclass(Unfit, Exception)


def test_a_column_that_leads_the_way_for_nobody():
    """A tree that asks about a column which is the same in all rows seen."""
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(200, 3)), columns=list("abc"))
    model = DecisionTreeClassifier(random_state=0).fit(frame, frame["a"] * frame["b"] + frame["c"] > 0)
    frame["b"] = 0.5
    compare(
        model,
        attributions(model, frame.iloc[:4], frame.iloc[20:30].reset_index(drop=True), SECOND),
        frame.iloc[:4],
        frame.iloc[20:30].reset_index(drop=True),
    )


def numbers(n=60, p=12):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(n, p)), columns=[f"x{i}" for i in range(p)])
    return frame, frame["x0"] * frame["x1"] + frame["x2"].clip(0) * frame["x3"] - frame["x4"]


@pytest.mark.parametrize("rows", [3, 60], ids=["few rows, pair by pair", "many rows, by patterns"])
def test_deep_trees_agree_with_shap(rows, monkeypatch):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shap = pytest.importorskip("shap")
    monkeypatch.setattr(coalitions, "_PAIRS", 1000)
    frame, target = numbers()
    # shap adds up in single precision.
    model = RandomForestRegressor(10, random_state=0).fit(frame, target)
    found = attributions(model, frame.iloc[:rows], frame, None)
    explainer = shap.TreeExplainer(model, frame, feature_perturbation="interventional")
    np.testing.assert_allclose(found["values"], explainer.shap_values(frame.iloc[:rows]), atol=1e-7)


def test_a_line_agrees_with_shap():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shap = pytest.importorskip("shap")
    frame, target = numbers()
    model = LinearRegression().fit(frame, target)
    theirs = shap.LinearExplainer(model, frame).shap_values(frame.iloc[:5])
    np.testing.assert_allclose(attributions(model, frame.iloc[:5], frame, None)["values"], theirs, atol=1e-10)


def worth_of(function, d):
    """A leaf's values by definition: every pattern of the row against every pattern of the background."""
    values = np.zeros((2**d, d, 2**d))
    for other in range(2**d):
        for row in range(2**d):
            table = pd.DataFrame([[bool(other >> j & 1) for j in range(d)]])
            person = pd.Series([bool(row >> j & 1) for j in range(d)])
            values[other, :, row] = shapley_of_row(function, person, table)
    return values


@pytest.mark.parametrize("d", [1, 2, 3])
def test_patterns_by_definition(d):
    found = coalitions.pattern_values(np.eye(2**d))
    expected = worth_of(lambda table: table.to_numpy(bool).all(axis=1).astype(float), d)
    np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.slow
def test_the_isolated_process_says_the_same(tmp_path):
    model = CLASSIFIERS["forest"][0].fit(FRAME, TARGET)
    joblib.dump(model, tmp_path / "model.joblib")
    here = LocalModel(model).attributions(ROWS, BACKGROUND, SECOND)
    with open_model(tmp_path / "model.joblib") as remote:
        there = remote.attributions(ROWS, BACKGROUND, SECOND)
    assert here.keys() == there.keys()
    np.testing.assert_array_equal(here.pop("values"), there.pop("values"))
    np.testing.assert_array_equal(here.pop("outputs"), there.pop("outputs"))
    assert here == there
