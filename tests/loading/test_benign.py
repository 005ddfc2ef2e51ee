"""Honest models open without a word of trust: every estimator, in every format, with the same answers."""

import copy
import importlib
import io
import json
import pickle
import sys
import warnings
from pathlib import Path

import joblib
import numpy as np
import pytest
import sklearn
import skops.io

from aiaudit.loading import opening
from aiaudit.loading.names import load_allowlist, load_inert
from aiaudit.loading.refusal import Refusal

SCRIPTS = Path(__file__).parents[2] / "scripts"
LIST = Path(opening.__file__).with_name("allowlist.json")
FORMATS = ("pickle", "joblib", "joblib-gzip", "skops")
METHODS = ("predict", "predict_proba", "decision_function", "score_samples", "transform")

#: What cannot be made, saved or opened, and why. This list may only shrink.
NOT_FITTED = {
    "FrozenEstimator": "wraps another estimator, which the constructor does not choose",
    "SparseCoder": "its dictionary must fit the data",
    "HGBR gamma": "wants a target above zero",
    "GP ExpSineSquared(length_scale=1, periodicity=1) ** 2": "the kernel is not positive definite",
}
NOT_OPENED = {
    "Birch, skops": "skops does not save it",
    "Mixed table by index, skops": "skops does not save an index of pandas",
    "RandomizedSearch scipy, skops": "skops does not save scipy's distributions",
}


def saved(model, format):
    if format == "pickle":
        return pickle.dumps(model)
    if format == "skops":
        return skops.io.dumps(model)
    buffer = io.BytesIO()
    joblib.dump(model, buffer, compress=("gzip", 3) if format == "joblib-gzip" else 0)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def scripts():
    """Return a function that imports a script of the allow-list by its name."""
    sys.path.insert(0, str(SCRIPTS))
    try:
        yield importlib.import_module
    finally:
        sys.path.remove(str(SCRIPTS))


@pytest.fixture(scope="module")
def models(scripts):
    return scripts("allowlist_models")


def test_the_list_holds_all_that_was_reviewed_and_every_estimator_of_this_release(scripts):
    reviewed, collect, allowed = scripts("allowlist_reviewed"), scripts("allowlist_collect"), load_allowlist()
    kinds = collect.by_kind(["sklearn"])
    assert len(kinds) > 300
    assert kinds <= allowed
    assert reviewed.ALL.union(reviewed.INERT) <= allowed
    assert collect.distributions() <= load_inert()


def test_nothing_on_the_list_reads_runs_or_looks_up():
    """The doors that payloads use; a distribution of scipy runs its own state, so it must be inert."""
    allowed = load_allowlist()
    doors = "os sys subprocess importlib pickle shutil runpy types marshal ctypes io socket code timeit"
    assert not [name for name in allowed if name.partition(".")[0] in doors.split()]
    closed = [
        "builtins.eval",
        "builtins.exec",
        "builtins.__import__",
        "builtins.open",
        "builtins.type",
        "numpy.load",
    ]
    closed += ["joblib.load", "pandas.read_pickle", "numpy.core._ufunc_reconstruct", "operator.attrgetter"]
    assert allowed.isdisjoint(closed)
    assert {"builtins.getattr", "scipy.stats._discrete_distns.randint_gen"} <= load_inert()
    assert not [name for name in allowed - load_inert() if name.startswith("scipy.stats")]
    assert not [name for name in allowed if "*" in name or not all(map(str.isidentifier, name.split(".")))]


def answers(model, X):
    """Return what the model says about X, by method; what it cannot be asked is left out."""
    found = {}
    np.random.seed(0)  # a few estimators draw from the global generator when they answer
    for method in METHODS:
        if hasattr(model, method):
            try:
                answer = getattr(model, method)(X)
            except (TypeError, ValueError, AttributeError, NotImplementedError):
                continue
            found[method] = answer.toarray() if hasattr(answer, "toarray") else np.asarray(answer)
    return found


def reopened(model, format):
    """Return the model saved and opened again through the gate, or the reason why not."""
    try:
        content = saved(model, format)
    except Exception as error:  # noqa: BLE001 - the format itself cannot hold the model
        return None, f"not saved: {type(error).__name__}"
    try:
        return opening.load(content, opening.inspect(content), load_allowlist()), ""
    except Refusal as refusal:
        return None, refusal.message


def is_newest():
    """Tell whether this is the newest release that the list was made from: others fit other estimators."""
    newest = json.loads(LIST.read_text())["releases"][-1]
    return sklearn.__version__.split(".")[:2] == newest.split(".")[:2]


def same(left, right):
    return left.keys() == right.keys() and all(
        np.array_equal(left[m], right[m], equal_nan=left[m].dtype.kind == "f") for m in left
    )


@pytest.mark.slow
def test_every_estimator_opens_and_answers_the_same(models):
    """Also the test that a new scikit-learn release brings no name that nobody has reviewed."""
    not_fitted, not_opened, compared = set(), {}, 0
    warnings.simplefilter("ignore")
    for label, make in models.fitted_models():
        try:
            model = make()
        except Exception:  # noqa: BLE001 - compared with the list of those that cannot be made
            not_fitted.add(label)
            continue
        X = models._data()[0]
        with np.errstate(all="ignore"):
            expected = answers(copy.deepcopy(model), X)
            for format in FORMATS[
                : 3 if label.startswith(("table", "index")) else 4
            ]:  # skops saves no tables
                opened, reason = reopened(model, format)
                if reason:
                    not_opened[f"{label}, {format}"] = reason
                else:
                    assert same(answers(opened, X), expected), (label, format)
                    compared += bool(expected)
    if is_newest():
        assert not_fitted == set(NOT_FITTED)
    assert {case: reason for case, reason in not_opened.items() if case not in NOT_OPENED} == {}
    assert set(NOT_OPENED) <= set(not_opened)
    assert compared > 600
