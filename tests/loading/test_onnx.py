"""ONNX models: the same decisions as the original's, nothing from outside the file, no foreign operator."""

import importlib
import sys
import time
import types
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aiaudit.errors import IncompleteError
from aiaudit.loading import onnx_file, opening
from aiaudit.loading.models import open_model, predict_in_batches, scores_in_batches
from aiaudit.loading.onnx_graph import OnnxGraph, _column
from aiaudit.loading.refusal import Refusal
from aiaudit.loading.scan import scan_model

CORPUS = Path(__file__).parents[1] / "corpus" / "models"
runtime = pytest.mark.skipif(importlib.util.find_spec("onnxruntime") is None, reason="wants onnxruntime")


@pytest.fixture(scope="module")
def writer():
    sys.path.insert(0, str(CORPUS))
    try:
        yield importlib.import_module("onnx_writer")
    finally:
        sys.path.remove(str(CORPUS))


@pytest.fixture(scope="module")
def hostile(writer):
    return importlib.import_module("hostile_onnx")


@pytest.fixture
def frame():
    random = np.random.default_rng(0)
    return pd.DataFrame({"age": random.integers(0, 40, 50), "income": random.integers(0, 9, 50) / 2})


def by_hand(frame, writer):
    """Return labels and chances of the writer's classifier, computed from its formula."""
    line = sum(slope * frame[name].to_numpy(float) for name, slope in writer.LINEAR) - 1.0
    yes = 1 / (1 + np.exp(-line))
    return np.where(yes > 0.5, "yes", "no"), np.column_stack([1 - yes, yes])


@runtime
@pytest.mark.parametrize("form", ["matrix", "columns"])
def test_a_model_answers_what_its_formula_says(form, writer, frame, tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(writer.column_model() if form == "columns" else writer.model(writer.matrix_model()))
    labels, chances = by_hand(frame, writer)
    with open_model(path) as model:
        asked = frame[["income", "age"]] if form == "columns" else frame  # inputs are found by name
        assert predict_in_batches(model, asked, batch=20).tolist() == labels.tolist()
        np.testing.assert_allclose(scores_in_batches(model, asked), chances, atol=1e-6)
        assert model.classes == ("no", "yes")
        assert model.feature_names == (("age", "income") if form == "columns" else None)
        assert model.n_features == 2
    facts = model.facts
    assert (facts.format, facts.estimator_type) == ("onnx", "classifier")
    assert facts.versions["by hand (saved)"] == "1.0"
    assert facts.versions["opset ai.onnx.ml (saved)"] == "3"
    assert "onnxruntime" in facts.versions
    assert facts.isolation["tripwire"] == "on"


def test_a_scan_tells_operator_sets_and_producer_without_onnxruntime(writer, tmp_path):
    (tmp_path / "m.onnx").write_bytes(writer.model(writer.matrix_model()))
    found = scan_model(tmp_path / "m.onnx")
    assert found.exit_code == 0
    assert found.look.versions == {"opset ai.onnx": "15", "opset ai.onnx.ml": "3", "by hand": "1.0"}


@runtime
def test_every_hostile_file_is_refused_with_a_reason_and_a_remedy(hostile, tmp_path):
    loaded, silent = [], []
    for name, content in hostile.all_of(tmp_path):
        try:
            opening.load(content, opening.inspect(content), frozenset())
            loaded.append(name)
        except Refusal as refusal:
            silent += [] if refusal.message and refusal.hint else [name]
    assert loaded == []
    assert silent == []


@pytest.mark.parametrize("group", ["files", "operators"])
def test_what_reaches_outside_is_seen_without_building_anything(group, hostile, tmp_path):
    for name, content in getattr(hostile, group)(tmp_path):
        if group == "files":
            with pytest.raises(Refusal, match="keeps its weights in other files"):
                onnx_file.look_at(content)
        else:
            assert onnx_file.look_at(content).foreign, name


def test_a_foreign_operator_is_named_and_can_be_vouched_for(hostile, tmp_path):
    content = dict(hostile.operators(tmp_path))["onnx: the operator com.microsoft.EPContext"]
    (tmp_path / "m.onnx").write_bytes(content)
    found = scan_model(tmp_path / "m.onnx")
    assert found.unknown == ("com.microsoft.EPContext",)
    assert "--trust com.microsoft.EPContext" in found.hint
    assert scan_model(tmp_path / "m.onnx", trust=["com.microsoft.EPContext"]).exit_code == 0


@pytest.mark.slow
@runtime
@pytest.mark.parametrize("group", ["endless", "costly"])
def test_time_and_memory_without_end_come_to_an_end(group, hostile, frame, tmp_path):
    for name, content in getattr(hostile, group)(tmp_path):
        (tmp_path / "m.onnx").write_bytes(content)
        started = time.monotonic()
        with (
            pytest.raises(IncompleteError),
            open_model(tmp_path / "m.onnx", memory=1 << 30, timeout=5) as model,
        ):
            predict_in_batches(model, frame)
        assert time.monotonic() - started < 20, name


COLUMNS = {
    "fractions as whole numbers": ([1.5], "tensor(int64)", "whole numbers"),
    "empty cells as whole numbers": ([np.nan], "tensor(int64)", "whole numbers"),
    "text as numbers": (["a"], "tensor(float)", "could not convert string to float"),
    "empty cells as text": (["a", None], "tensor(string)", "fractions or empty cells"),
    "fractions as text": ([1.5], "tensor(string)", "fractions or empty cells"),
    "an unknown kind": ([1], "tensor(complex64)", "which a table does not hold"),
}


@pytest.mark.parametrize("case", COLUMNS)
def test_a_column_that_would_be_changed_on_the_way_is_an_error(case):
    values, kind, message = COLUMNS[case]
    with pytest.raises(ValueError, match=message):
        _column(pd.Series(values).to_numpy(), kind, "x")


def test_columns_keep_what_they_say():
    assert _column(np.array([1, 2]), "tensor(string)", "x").tolist() == ["1", "2"]
    assert _column(np.array([True, False]), "tensor(float)", "x").tolist() == [1.0, 0.0]
    assert _column(np.array([1.0, 2.0]), "tensor(int64)", "x").tolist() == [1, 2]
    assert np.isnan(_column(np.array([1, np.nan]), "tensor(double)", "x"))[1]


class Session:
    def __init__(self, label, scores):
        self.answers = {"label": label, "scores": scores}

    def run(self, names, feed):
        return [self.answers[name] for name in names]


@pytest.mark.parametrize(("second", "offered"), [(0.75, True), (2.0, False)])
def test_scores_of_unknown_meaning_are_not_offered(second, offered):
    """A converted support vector machine gives the margins of its two classes in the other order."""
    graph = object.__new__(OnnxGraph)
    graph._session = Session(np.array([1]), np.array([[0.25, second]], np.float32))
    graph._inputs = {"X": types.SimpleNamespace(name="X", type="tensor(float)", shape=[None, 1])}
    graph._label, graph._scores = "label", ["scores"]
    assert graph.predict(np.array([[1.0]])).tolist() == [1]
    assert (graph.predict_proba(np.array([[1.0]])) is not None) == offered


def converted():
    """Yield (name, fitted model, its ONNX form, columns or None for a matrix)."""
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
    from sklearn import ensemble, linear_model, neighbors, neural_network, svm
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    # Operator sets that the oldest onnxruntime knows.
    convert = partial(convert_sklearn, target_opset={"": 15, "ai.onnx.ml": 3})
    table = training()
    labels = np.where(table["age"] + 5 * table["visits"] > 60, "yes", "no")
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    mixed = ColumnTransformer(
        [("n", numbers, ["age", "visits"]), ("t", OneHotEncoder(handle_unknown="ignore"), ["job"])]
    )
    inputs = [
        ("age", FloatTensorType([None, 1])),
        ("visits", Int64TensorType([None, 1])),
        ("job", StringTensorType([None, 1])),
    ]
    pipeline = make_pipeline(mixed, linear_model.LogisticRegression()).fit(table, labels)
    for zipmap in (True, False, "columns"):
        yield (
            f"pipeline {zipmap}",
            pipeline,
            convert(pipeline, initial_types=inputs, options={id(pipeline): {"zipmap": zipmap}}),
            list(table),
        )
    for model, target in (
        (ensemble.RandomForestClassifier(21, random_state=0), labels),
        (ensemble.GradientBoostingClassifier(n_estimators=5, random_state=0), labels),
        (neighbors.KNeighborsClassifier(), (labels == "yes").astype(int)),
        (neural_network.MLPClassifier((4,), random_state=0, max_iter=50), labels),
        (svm.SVC(), labels),
        (linear_model.LogisticRegression(), table["job"]),
        (ensemble.IsolationForest(n_estimators=10, random_state=0), None),
        (ensemble.RandomForestRegressor(5, random_state=0), table["age"] * 2.0),
    ):
        model.fit(table[["age", "visits"]].to_numpy(), target)
        form = convert(model, initial_types=[("X", FloatTensorType([None, 2]))])
        yield type(model).__name__, model, form, None


def training():
    """A table whose numbers fit into single precision, and in which no two rows are equally near to a third."""
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": random.uniform(18, 80, 300).astype(np.float32).astype(float),
            "visits": random.integers(0, 9, 300),
            "job": random.choice(["a", "b", "c"], 300),
        }
    )


@pytest.mark.slow
@runtime
@pytest.mark.filterwarnings("ignore")
def test_a_converted_model_decides_as_the_original(tmp_path):
    pytest.importorskip("skl2onnx")
    table, compared = training(), 0
    for name, original, form, columns in converted():
        (tmp_path / "m.onnx").write_bytes(form.SerializeToString())
        asked = table if columns else table[["age", "visits"]]
        plain = asked if columns else asked.to_numpy()
        with open_model(tmp_path / "m.onnx") as model:
            decided, scores = predict_in_batches(model, asked), scores_in_batches(model, asked)
            expected = original.predict(plain)
            if expected.dtype.kind == "f":
                np.testing.assert_allclose(decided, expected, rtol=1e-6, err_msg=name)
            else:
                assert decided.tolist() == expected.tolist(), name
            if hasattr(original, "predict_proba"):
                np.testing.assert_allclose(scores, original.predict_proba(plain), atol=1e-5, err_msg=name)
                assert model.classes == tuple(original.classes_.tolist()), name
                compared += 1
            assert model.n_features == asked.shape[1]
    assert compared == 8
