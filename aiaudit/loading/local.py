"""A fitted estimator that lives in this process, as a `Model`."""

from __future__ import annotations

import platform
import warnings
from typing import TYPE_CHECKING, Any

from aiaudit.errors import IncompleteError, one_line
from aiaudit.loading import traits
from aiaudit.loading.attributions import attributions
from aiaudit.model import ModelFacts

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


class LocalModel:
    """A fitted estimator that lives in this process.

    Parameters
    ----------
    estimator : object
        Anything with ``predict``: a scikit-learn estimator or pipeline, or one that follows its conventions.
    facts : ModelFacts, optional
        Where it came from; by default what can be read off the estimator itself.
    """

    def __init__(self, estimator: Any, facts: ModelFacts | None = None) -> None:
        if not callable(getattr(estimator, "predict", None)):
            raise IncompleteError(
                f"a {one_line(type(estimator).__name__, 60)} cannot predict, so there are no decisions to audit",
                "Give the fitted classifier or the whole pipeline, not one of its parts.",
            )
        self._estimator = estimator
        self._facts = facts or _memory_facts(estimator)

    @property
    def facts(self) -> ModelFacts:
        """What is known about where the model came from."""
        return self._facts

    @property
    def classes(self) -> tuple[Any, ...] | None:
        """Labels that a classifier may predict."""
        classes = getattr(self._estimator, "classes_", None)
        return None if classes is None else tuple(classes.tolist() if hasattr(classes, "tolist") else classes)

    @property
    def feature_names(self) -> tuple[str, ...] | None:
        """Columns that it was fitted on, by name."""
        names = traits.feature_names(self._estimator)
        return None if names is None else tuple(names)

    @property
    def n_features(self) -> int | None:
        """Number of columns that it was fitted on."""
        return traits.n_features(self._estimator)

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Return one decision a row, shape (n,)."""
        return traits.decide(self._estimator, frame)  # type: ignore[no-any-return]

    def scores(self, frame: pd.DataFrame) -> np.ndarray | None:
        """Return probabilities (n, classes), else the decision function, else outlier scores (n,), else None."""
        return traits.score(self._estimator, frame)  # type: ignore[no-any-return]

    def attributions(
        self, frame: pd.DataFrame, background: pd.DataFrame, favoured: list[bool] | None
    ) -> dict[str, Any]:
        """Return exact attributions, or why there are none: `aiaudit.loading.attributions.attributions`."""
        return attributions(self._estimator, frame, background, favoured)

    def close(self) -> None:
        """Do nothing: the estimator belongs to the caller."""


def _memory_facts(estimator: Any) -> ModelFacts:
    from importlib.metadata import version

    libraries = {name: version(name) for name in ("numpy", "scikit-learn")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ModelFacts(
            name=type(estimator).__name__,
            digest="",
            format="memory",
            kind=traits.describe(estimator),
            estimator_type=traits.estimator_type(estimator),
            versions={"python": platform.python_version(), **libraries},
            isolation={"process": "this one"},
        )
