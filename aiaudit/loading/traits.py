"""What can be read off an estimator, and how it is asked, in whichever process it lives."""

from __future__ import annotations

import sys
from typing import Any

_TYPES = ("classifier", "regressor", "outlier_detector")


def describe(estimator: Any) -> str:
    """Return the class of *estimator*, with its steps where it is a pipeline."""
    name = type(estimator).__name__
    steps = getattr(estimator, "steps", None)
    if not isinstance(steps, list):
        return name
    return name + "(" + ", ".join(type(step[1]).__name__ for step in steps) + ")"


def estimator_type(estimator: Any) -> str:
    """Return ``classifier``, ``regressor``, ``outlier_detector`` or an empty string."""
    try:
        get_tags = sys.modules["sklearn.utils"].get_tags
        found = get_tags(estimator).estimator_type
    except (KeyError, AttributeError, TypeError):
        found = getattr(estimator, "_estimator_type", None)
    return found if found in _TYPES else ""


def feature_names(estimator: Any) -> list[str] | None:
    """Return the columns that it was fitted on, by name.

    LightGBM makes up names (``Column_0``) for an estimator that never saw any.
    """
    names = getattr(estimator, "feature_names_in_", None)
    if names is None or all(str(name) == "Column_" + str(i) for i, name in enumerate(names)):
        return None
    return [str(name) for name in names]


def n_features(estimator: Any) -> int | None:
    """Return the number of columns that it was fitted on."""
    count = getattr(estimator, "n_features_in_", None)
    return None if count is None else int(count)


def decide(estimator: Any, frame: Any) -> Any:
    """Return the decisions for *frame* as an array."""
    import numpy as np

    return np.asarray(estimator.predict(_as_fitted(estimator, frame)))


def score(estimator: Any, frame: Any) -> Any:
    """Return probabilities (n, classes), else the decision function, else outlier scores (n,), else None."""
    import numpy as np

    for method in ("predict_proba", "decision_function", "score_samples"):
        if callable(getattr(estimator, method, None)):
            found = getattr(estimator, method)(_as_fitted(estimator, frame))
            return None if found is None else np.asarray(found)
    return None


def _as_fitted(estimator: Any, frame: Any) -> Any:
    """An estimator that was fitted on an array is asked with an array; one that says nothing, with the table."""
    on_array = feature_names(estimator) is None and n_features(estimator) is not None
    return frame.to_numpy() if on_array else frame
