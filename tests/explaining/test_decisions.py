"""Single decisions of whole pipelines: explained in the table's own columns, and turned by every change told."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline

from aiaudit.explaining.decision import explain_decisions
from aiaudit.explaining.dictionary import Column, Dictionary
from aiaudit.explaining.output import explained_output
from aiaudit.explaining.recourse import recourse
from aiaudit.loading.models import LocalModel
from aiaudit.testing import subject_of
from tests.explaining.brute import shapley_of_row
from tests.explaining.test_models import FRAME, PIPELINES, TARGET, ordinal
from tests.explaining.test_recourse import check

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
CATEGORIES = FRAME.astype({"city": "category", "job": "category"})
RULES = Dictionary(columns={"income": Column(direction="up"), "job": Column(choices=("part", "full"))})


class ByHand:
    """An estimator of the user's own, with no more than a decision."""

    classes_ = np.array(["no", "yes"])

    def fit(self, table, target):
        return self

    def predict(self, table):
        return np.where(table["income"].fillna(0) / 20 + (table["job"] == "full") > 1.2, "yes", "no")


def xgboosted():
    xgboost = pytest.importorskip("xgboost")
    return make_pipeline(ordinal(), xgboost.XGBClassifier(n_estimators=9, n_jobs=1))


MODELS = {
    **{name: (made, FRAME) for name, made in PIPELINES.items()},
    "categories": (
        lambda: HistGradientBoostingClassifier(max_iter=9, categorical_features="from_dtype"),
        CATEGORIES,
    ),
    "xgboost": (xgboosted, FRAME),
    "of the user's own": (ByHand, FRAME),
}


def subject_with(name):
    made, frame = MODELS[name]
    # XGBoost takes numbers for classes.
    target, helps = ((TARGET == "yes").astype(int), "1") if name == "xgboost" else (TARGET, "yes")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = LocalModel(made().fit(frame, target))
    return subject_of(
        {"city": list(frame["city"].astype(object))},
        list(model.predict(frame)),
        favorable=helps,
        features=frame,
        model=model,
    )


@pytest.mark.parametrize("name", MODELS)
def test_any_pipeline_is_explained_and_its_recourse_holds(name):
    subject = subject_with(name)
    rows = np.flatnonzero(~subject.selected)[:6]
    told = list(explain_decisions(subject, rows))
    for one in told:
        for compared in one.compared:
            found = compared.found
            assert found.columns == tuple(FRAME.columns)
            assert found.exact
            assert found.additivity < 1e-5
            assert found.values.sum() + found.base == pytest.approx(float(found.outputs[0]), abs=1e-5)
            assert "city" not in [r.column for r in compared.reasons]
            assert all(r.attribution < 0 for r in compared.reasons)
    first = told[0].compared[0]
    if "combination" in first.found.engine:
        output = explained_output(subject)[1]
        background = subject.features.iloc[first.baseline.rows].reset_index(drop=True)
        expected = shapley_of_row(output, subject.features.iloc[rows[0]], background)
        np.testing.assert_allclose(first.found.values[0], expected, atol=1e-9)
    options = recourse(subject, rows, RULES, {"city"})
    assert any(options)
    for row, found in zip(rows, options, strict=True):
        check(subject, row, found, RULES, {"city"})


def test_categories_stay_categories():
    subject = subject_with("categories")
    rows = np.flatnonzero(~subject.selected)[:6]
    for options in recourse(subject, rows, RULES, {"city"}):
        assert all(isinstance(c.new, str) for o in options for c in o.changes if c.column == "job")
    assert isinstance(CATEGORIES["job"].dtype, pd.CategoricalDtype)
