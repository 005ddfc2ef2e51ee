import pickle
import sys
from functools import partial
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC

from aiaudit.errors import IncompleteError, UsageError
from aiaudit.loading import process
from aiaudit.loading.looking import read_model
from aiaudit.loading.models import LocalModel, open_in, open_model, predict_in_batches, scores_in_batches
from aiaudit.loading.surroundings import Settings


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    return pd.DataFrame({"age": rng.integers(18, 80, 200), "job": rng.choice(["a", "b"], 200)})


@pytest.fixture(scope="module")
def labels(frame):
    return np.where(frame["age"] > 40, "yes", "no")


@pytest.fixture(scope="module")
def pipeline(frame, labels):
    columns = ColumnTransformer([("number", StandardScaler(), ["age"]), ("text", OneHotEncoder(), ["job"])])
    return make_pipeline(columns, RandomForestClassifier(10, random_state=0)).fit(frame, labels)


def save_pickle(model, path):
    path.write_bytes(pickle.dumps(model))


SAVERS = {
    "pickle": save_pickle,
    "joblib": joblib.dump,
    "joblib-zlib": partial(joblib.dump, compress=3),
    "joblib-gzip": partial(joblib.dump, compress=("gzip", 3)),
    "joblib-bz2": partial(joblib.dump, compress=("bz2", 3)),
    "joblib-xz": partial(joblib.dump, compress=("xz", 1)),
    "joblib-lzma": partial(joblib.dump, compress=("lzma", 1)),
    "skops": skops.io.dump,
}


@pytest.fixture(scope="module")
def running():
    """A process for several models: its start costs more than they do."""
    started = process.start(Settings(path=Path("model"), memory=4 << 30, timeout=120))
    yield started
    started.end()


ONE_PROCESS = pytest.mark.xdist_group("models in one process")


def test_a_saved_pipeline_opens_and_answers_as_it_did(pipeline, frame, tmp_path):
    path = tmp_path / "model.joblib"
    joblib.dump(pipeline, path)
    with open_model(path) as model:
        check_answers(model, pipeline, frame)
    assert model.facts.format == "joblib"


@ONE_PROCESS
@pytest.mark.parametrize("saver", SAVERS)
def test_every_format_and_compression_is_read(saver, running, pipeline, frame, tmp_path):
    path = tmp_path / "model.bin"
    SAVERS[saver](pipeline, path)
    model = open_in(running, read_model(path))
    check_answers(model, pipeline, frame)
    assert model.facts.format == saver.partition("-")[0]


def check_answers(model, pipeline, frame):
    assert predict_in_batches(model, frame).tolist() == pipeline.predict(frame).tolist()
    assert np.array_equal(scores_in_batches(model, frame), pipeline.predict_proba(frame))
    assert model.classes == ("no", "yes")
    assert model.feature_names == ("age", "job")
    assert model.n_features == 2
    assert model.facts.kind == "Pipeline(ColumnTransformer, RandomForestClassifier)"
    assert model.facts.estimator_type == "classifier"
    assert len(model.facts.digest) == 64


@pytest.mark.parametrize(
    ("estimator", "shape"),
    [
        (LinearSVC(), (200,)),
        (IsolationForest(n_estimators=5, random_state=0), (200,)),
        (LinearRegression(), None),
    ],
)
def test_scores_come_from_whatever_the_estimator_offers(estimator, shape, frame, labels):
    X = frame[["age"]].to_numpy(float)
    model = LocalModel(estimator.fit(X, (labels == "yes").astype(int)))
    scores = model.scores(pd.DataFrame(X))
    assert (None if scores is None else scores.shape) == shape


def test_batches_add_up_and_report_progress(pipeline, frame):
    seen = []
    answer = predict_in_batches(LocalModel(pipeline), frame, batch=64, progress=lambda *a: seen.append(a))
    assert answer.tolist() == pipeline.predict(frame).tolist()
    assert seen == [(64, 200), (128, 200), (192, 200), (200, 200)]


CUSTOM = """
from sklearn.base import BaseEstimator, TransformerMixin

class Clip(TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return X[["age"]].clip(30, 50)
"""


@pytest.fixture
def custom(tmp_path, monkeypatch, frame, labels):
    """A pipeline with a class of the user's own, its folder, and what it predicts."""
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "my_features.py").write_text(CUSTOM)
    monkeypatch.syspath_prepend(folder)
    import my_features

    model = make_pipeline(my_features.Clip(), LogisticRegression()).fit(frame, labels)
    save_pickle(model, tmp_path / "model.pkl")
    yield tmp_path / "model.pkl", folder, model.predict(frame).tolist()
    del sys.modules["my_features"]


def test_a_class_of_the_users_own_is_refused_until_it_is_trusted(custom):
    with pytest.raises(IncompleteError) as caught:
        open_model(custom[0])
    assert "my_features.Clip" in caught.value.message
    assert "--trust my_features.Clip" in caught.value.hint


@pytest.mark.slow
def test_a_class_of_the_users_own_runs_where_it_is_trusted_and_found(custom, frame):
    path, folder, expected = custom
    with pytest.raises(IncompleteError, match=r"my_features\.Clip, which is not found here"):
        open_model(path, trust=["my_features.Clip"])
    with open_model(path, trust=["my_features.Clip"], module_path=[folder]) as model:
        assert predict_in_batches(model, frame).tolist() == expected
        assert model.facts.trusted == ("my_features.Clip",)


@ONE_PROCESS
@pytest.mark.parametrize("name", ["xgboost.XGBClassifier", "lightgbm.LGBMClassifier"])
def test_boosting_libraries_run_in_the_process_of_the_model(name, running, frame, labels, tmp_path):
    library, _, cls = name.partition(".")
    classifier = getattr(pytest.importorskip(library), cls)
    X, y = frame[["age"]], (labels == "yes").astype(int)
    model = classifier(n_estimators=5, verbosity=-1 if library == "lightgbm" else 0).fit(X, y)
    joblib.dump(model, tmp_path / "m.joblib")
    opened = open_in(running, read_model(tmp_path / "m.joblib"))
    assert np.array_equal(scores_in_batches(opened, X), model.predict_proba(X))
    assert opened.feature_names == ("age",)
    assert library in opened.facts.versions


@pytest.fixture
def with_a_lambda(tmp_path, frame, labels):
    """A model with a function that only cloudpickle can save, saved in ``m.pkl``."""
    model = make_pipeline(FunctionTransformer(lambda X: X[["age"]]), LogisticRegression()).fit(frame, labels)
    cloudpickle = pytest.importorskip("cloudpickle")
    (tmp_path / "m.pkl").write_bytes(cloudpickle.dumps(model))
    return model


def test_a_lambda_is_refused_with_advice_to_move_it_into_a_module(with_a_lambda, tmp_path):
    with pytest.raises(IncompleteError) as caught:
        open_model(tmp_path / "m.pkl")
    assert "move it into a module" in caught.value.hint


@pytest.mark.slow
def test_a_lambda_runs_without_the_gate(with_a_lambda, tmp_path, frame):
    model = with_a_lambda
    with open_model(tmp_path / "m.pkl", unsafe_pickle=True) as opened:
        assert predict_in_batches(opened, frame).tolist() == model.predict(frame).tolist()
        assert opened.facts.isolation["gate"] == "off (--unsafe-pickle)"


@pytest.mark.parametrize("name", ["my_features.*", "Clip", "a b.C", "os.system;x"])
def test_trust_takes_exact_names_only(name, pipeline, tmp_path):
    save_pickle(pipeline, tmp_path / "m.pkl")
    with pytest.raises(UsageError, match="not a name that can be trusted"):
        open_model(tmp_path / "m.pkl", trust=[name])


@pytest.mark.parametrize("name", ["posix.system", "builtins.getattr", "subprocess.Popen"])
def test_nothing_that_reaches_the_system_can_be_trusted(name, pipeline, tmp_path):
    save_pickle(pipeline, tmp_path / "m.pkl")
    with pytest.raises(UsageError, match="cannot be trusted"):
        open_model(tmp_path / "m.pkl", trust=[name])


FAILURES = {
    "missing": (lambda f: f.drop(columns="job"), "'job'"),
    "unseen": (lambda f: f.assign(job="z"), "not fitted on"),
    "text": (lambda f: f.assign(age="old"), "wants a number and found 'old'"),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_model_that_fails_says_why_in_a_sentence(case, pipeline, frame):
    change, expected = FAILURES[case]
    with pytest.raises(IncompleteError) as caught:
        predict_in_batches(LocalModel(pipeline), change(frame))
    assert expected in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.hint


def test_unexpected_columns_are_listed(frame, labels):
    model = LocalModel(LogisticRegression().fit(frame[["age"]], labels))
    with pytest.raises(IncompleteError, match=r"it lacks 'age'; it was not fitted on 'years'"):
        predict_in_batches(model, frame[["age"]].rename(columns={"age": "years"}))


class Odd:
    def __init__(self, answer):
        self.answer = answer

    def predict(self, frame):
        return self.answer(frame)


ODD = {
    "short": (lambda f: np.zeros(len(f) - 1), r"answered an array of shape \(199,\)"),
    "wide": (lambda f: np.zeros((len(f), 2)), r"answered an array of shape \(200, 2\)"),
    "raises": (lambda f: 1 / 0, "ZeroDivisionError: division by zero"),
}


@pytest.mark.parametrize("case", ODD)
def test_a_wrong_answer_is_an_incomplete_audit(case, frame):
    answer, expected = ODD[case]
    with pytest.raises(IncompleteError, match=expected):
        predict_in_batches(LocalModel(Odd(answer)), frame)
