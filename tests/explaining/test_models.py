"""Whole pipelines, in the user's own columns, whatever they are made of."""

import warnings

import lightgbm
import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import (
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    IsolationForest,
    RandomForestClassifier,
    StackingClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    OneHotEncoder,
    OrdinalEncoder,
    StandardScaler,
    TargetEncoder,
)
from sklearn.svm import SVC

from aiaudit.explaining.importance import explain
from aiaudit.explaining.intervals import importances
from aiaudit.explaining.output import explained_output
from aiaudit.labels import Task
from aiaudit.loading.models import LocalModel
from aiaudit.testing import subject_of

NUMBERS, TEXTS = ["income", "debt", "age"], ["city", "job"]


def people(n=160):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "income": rng.lognormal(3, 0.5, n).round(1),
            "debt": rng.exponential(10, n).round(1),
            "age": rng.integers(18, 80, n),
            "city": rng.choice(["Ulm", "Jena", "Bonn"], n),
            "job": rng.choice(["none", "part", "full"], n),
        }
    )
    frame.loc[rng.random(n) < 0.1, "debt"] = np.nan
    frame.loc[rng.random(n) < 0.1, "city"] = None
    return frame


FRAME = people()
TARGET = np.where(
    FRAME["income"] / 20 - FRAME["debt"].fillna(10) / 20 + (FRAME["job"] == "full") > 0.9, "yes", "no"
)


def one_hot():
    text = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    return ColumnTransformer([("numbers", numbers, NUMBERS), ("text", text, TEXTS)], sparse_threshold=0)


def ordinal():
    encoder = OrdinalEncoder(encoded_missing_value=-2, handle_unknown="use_encoded_value", unknown_value=-1)
    return ColumnTransformer([("text", encoder, TEXTS)], remainder="passthrough")


def target_encoded():
    encoder = TargetEncoder(cv=3, random_state=0)
    return ColumnTransformer([("text", encoder, TEXTS), ("numbers", SimpleImputer(), NUMBERS)])


def union():
    numbers = ColumnTransformer([("numbers", SimpleImputer(), NUMBERS)])
    bins = KBinsDiscretizer(4, encode="onehot-dense")
    ratio = FunctionTransformer(lambda t: (t[["income"]] / (t[["age"]].to_numpy() + 1)).to_numpy())
    return FeatureUnion([("plain", numbers), ("bins", make_pipeline(numbers, bins)), ("ratio", ratio)])


def forest(**others):
    return RandomForestClassifier(30, random_state=0, **others)


PIPELINES = {
    "one-hot logistic": lambda: make_pipeline(one_hot(), LogisticRegression()),
    "one-hot forest": lambda: make_pipeline(one_hot(), forest()),
    "ordinal boosting": lambda: make_pipeline(ordinal(), HistGradientBoostingClassifier(max_iter=20)),
    "target encoder": lambda: make_pipeline(target_encoded(), LogisticRegression(max_iter=1000)),
    "feature union": lambda: make_pipeline(union(), forest()),
    "support vectors without probabilities": lambda: make_pipeline(one_hot(), SVC()),
    "neighbours": lambda: make_pipeline(one_hot(), KNeighborsClassifier()),
    "network": lambda: make_pipeline(one_hot(), MLPClassifier((8,), max_iter=300, random_state=0)),
    "stacking": lambda: make_pipeline(
        one_hot(), StackingClassifier([("forest", forest()), ("line", LogisticRegression())], cv=3)
    ),
    "calibrated": lambda: CalibratedClassifierCV(make_pipeline(one_hot(), SVC()), cv=3),
    "lightgbm": lambda: make_pipeline(
        one_hot(), lightgbm.LGBMClassifier(n_estimators=20, verbose=-1, n_jobs=1, random_state=0)
    ),
}


def check_explained(found, columns):
    assert found.columns == tuple(columns)
    assert len(found.rows) == found.sampled
    assert found.additivity < 1e-9
    estimates = importances(found.sizes, 0.95)
    assert all(e.value == 0 or e.ends[0] <= e.value <= e.ends[1] for e in estimates)
    return dict(zip(found.columns, (e.value for e in estimates), strict=True))


def explained(estimator, frame=FRAME, target=TARGET):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = LocalModel(estimator.fit(frame, target))
        subject = subject_of({}, list(model.predict(frame)), favorable="yes", features=frame, model=model)
        _, output = explained_output(subject)
        found = explain(output, frame, 0)
    return check_explained(found, frame.columns)


@pytest.mark.parametrize("name", PIPELINES)
@pytest.mark.slow
def test_pipelines_are_explained_in_the_columns_of_the_table(name):
    before = FRAME.copy(deep=True)
    sizes = explained(PIPELINES[name]())
    assert max(sizes, key=sizes.__getitem__) in ("income", "debt", "job")
    if name == "feature union":
        assert sizes["city"] == sizes["job"] == 0
    else:
        assert sizes["city"] < sizes["income"]
    pd.testing.assert_frame_equal(FRAME, before)


def test_missing_values_and_categories_reach_the_model_as_they_are():
    frame = FRAME.astype({"city": "category", "job": "category"})
    estimator = HistGradientBoostingClassifier(max_iter=20, categorical_features="from_dtype")
    sizes = explained(estimator, frame)
    assert sizes["income"] > sizes["city"]


def test_a_column_that_the_model_never_reads_has_no_importance():
    numbers_only = ColumnTransformer([("numbers", SimpleImputer(), NUMBERS)])
    sizes = explained(make_pipeline(numbers_only, forest()))
    assert sizes["city"] == sizes["job"] == 0
    assert min(sizes[name] for name in NUMBERS) > 0


def test_a_table_without_names_is_explained():
    values = FRAME[NUMBERS].fillna(0).to_numpy(float)
    frame = pd.DataFrame(values)
    model = LocalModel(forest().fit(values, TARGET))
    assert model.feature_names is None
    subject = subject_of({}, list(TARGET), favorable="yes", features=frame, model=model)
    _, output = explained_output(subject)
    sizes = check_explained(explain(output, frame, 0), ["0", "1", "2"])
    assert sizes["0"] > sizes["2"]


@pytest.mark.parametrize(
    "estimator",
    [
        make_pipeline(one_hot(), TransformedTargetRegressor(Ridge(), func=np.log1p, inverse_func=np.expm1)),
        make_pipeline(one_hot(), ExtraTreesRegressor(30, random_state=0)),
    ],
    ids=["transformed target", "extra trees"],
)
def test_regressions_are_explained_in_their_own_unit(estimator):
    target = FRAME["income"] * 2 + FRAME["age"]
    model = LocalModel(estimator.fit(FRAME, target))
    subject = subject_of({}, ["1"] * len(FRAME), features=FRAME, model=model)
    object.__setattr__(subject, "task", Task.REGRESSION)
    name, output = explained_output(subject)
    sizes = check_explained(explain(output, FRAME, 0), FRAME.columns)
    assert name == "predicted value"
    # The mean absolute deviation of 2 x income is about 20; that of age about 15.
    assert 10 < sizes["income"] < 30
    assert sizes["city"] < sizes["age"] < sizes["income"]


def test_an_outlier_detector_is_explained():
    frame = FRAME[NUMBERS].fillna(0)
    model = LocalModel(IsolationForest(n_estimators=20, random_state=0).fit(frame))
    subject = subject_of({}, ["1"] * len(frame), features=frame, model=model)
    object.__setattr__(subject, "task", Task.OUTLIER)
    _, output = explained_output(subject)
    check_explained(explain(output, frame, 0), NUMBERS)


def test_what_a_model_refuses_is_passed_on():
    def picky(table):
        if ((table["job"] == "none") & (table["income"] > 40)).any():
            raise ValueError("without work there is no such income")
        return table["income"].to_numpy()

    frame = FRAME[~((FRAME["job"] == "none") & (FRAME["income"] > 40))].reset_index(drop=True)
    with pytest.raises(ValueError, match="without work"):
        explain(picky, frame, 0)
