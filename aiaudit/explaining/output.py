"""Which number of a model is explained, and how it is read from any model."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.errors import one_line
from aiaudit.labels import Task, label_text

if TYPE_CHECKING:
    from aiaudit.model import Model
    from aiaudit.subject import Subject

#: One number a row, shape (n,); higher is better for the person.
Output = Callable[[pd.DataFrame], npt.NDArray[np.float64]]
#: How the name of an output that is a probability begins.
PROBABILITY = "probability of "
#: Rows shown to the model to learn what kind of scores it gives.
PROBE_ROWS = 50


def explained_output(subject: Subject) -> tuple[str, Output]:
    """Return the name of the number that is explained, and the function that computes it.

    The probability of a favourable label where the model offers probabilities; else its decision function,
    turned so that higher favours the person; else the decision itself, 1 where it is favourable and 0 where
    it is not. For a regression, the predicted value.

    Parameters
    ----------
    subject : Subject
        Its `model` and `features` must not be None, and there must be at least one row.

    Returns
    -------
    name : str
        Fit to print.
    output : callable
        DataFrame of n rows in, ndarray of float64 of shape (n,) out; it may hold values that are not finite.

    Raises
    ------
    ValueError
        If there is no model or no row, or if the model answers with another number of rows than it was asked.
    """
    model, features = subject.model, subject.features
    if model is None or features is None or not len(features):
        raise ValueError("an output can be explained only of a model and at least one row")
    if subject.task is Task.REGRESSION:
        return "predicted value", _checked(lambda frame: np.asarray(model.predict(frame), np.float64))
    labels = one_line(" or ".join(subject.favorable), 80)
    # A deep copy, and few rows: a model that scribbles on its input must not change the subject.
    probe = model.scores(features.iloc[:PROBE_ROWS].copy())
    favoured = np.array([label_text(label) in subject.favorable for label in model.classes or ()], bool)
    if probe is None:
        return f"decision for {labels} (1) or not (0)", decision_output(subject)
    scores = np.asarray(probe, np.float64)
    if scores.ndim == 1:
        return _one_score(model, subject, favoured, labels)
    if scores.shape[1] != len(favoured):
        return f"decision for {labels} (1) or not (0)", decision_output(subject)
    if _are_probabilities(scores):
        return f"{PROBABILITY}{labels}", _checked(
            lambda frame: _scores(model, frame)[:, favoured].sum(axis=1)
        )
    return f"decision margin for {labels}", _checked(lambda frame: _margin(_scores(model, frame), favoured))


def _one_score(
    model: Model, subject: Subject, favoured: npt.NDArray[np.bool_], labels: str
) -> tuple[str, Output]:
    if subject.task is Task.OUTLIER:
        sign = 1.0 if "1" in subject.favorable else -1.0
    else:
        # scikit-learn's convention: a positive decision function stands for the second class.
        sign = 1.0 if len(favoured) > 1 and favoured[1] else -1.0
    return f"decision function, higher for {labels}", _checked(lambda frame: sign * _scores(model, frame))


def _scores(model: Model, frame: pd.DataFrame) -> npt.NDArray[np.float64]:
    return np.asarray(model.scores(frame), np.float64)


def _are_probabilities(scores: npt.NDArray[np.float64]) -> bool:
    known = scores[np.isfinite(scores).all(axis=1)]
    return bool((known >= 0).all() and np.allclose(known.sum(axis=1), 1.0, atol=1e-4))


def _margin(scores: npt.NDArray[np.float64], favoured: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    best = scores[:, favoured].max(axis=1, initial=-np.inf)
    return np.asarray(best - scores[:, ~favoured].max(axis=1, initial=-np.inf), np.float64)


def decision_output(subject: Subject) -> Output:
    """Return the decision as an output: 1 where it is favourable, 0 where not, NaN where the model makes none."""
    model, favorable = subject.model, subject.favorable
    assert model is not None

    def decide(frame: pd.DataFrame) -> npt.NDArray[np.float64]:
        codes, labels = pd.factorize(np.asarray(model.predict(frame)))
        # The last entry serves code -1, a missing decision: not a number, so the row counts as unexplained.
        values = [float(label_text(label) in favorable) for label in labels] + [np.nan]
        return np.asarray(values, np.float64)[codes]

    return _checked(decide)


def _checked(output: Output) -> Output:
    def checked(frame: pd.DataFrame) -> npt.NDArray[np.float64]:
        values = output(frame)
        if values.shape != (len(frame),):
            raise ValueError(f"the model answered {len(frame)} rows with an array of shape {values.shape}")
        return values

    return checked
