"""What the rest of the tool may ask of a model, wherever the model lives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """What is known about the model file and how it was opened; goes into the record.

    Parameters
    ----------
    name : str
        File name without its folder.
    digest : str
        SHA-256 of the file's bytes, in hex; empty for a model handed over in memory.
    format : str
        ``pickle``, ``joblib``, ``skops``, ``onnx`` or ``memory``.
    kind : str
        Class of the final estimator, and of its steps where it is a pipeline.
    estimator_type : str
        ``classifier``, ``regressor``, ``outlier_detector`` or an empty string.
    versions : mapping of str to str
        Library versions recorded in the file and in the process that runs it.
    trusted : tuple of str
        Names the user vouched for.
    isolation : mapping of str to str
        Which locks were in force, by name.
    """

    name: str
    digest: str
    format: str
    kind: str
    estimator_type: str
    versions: Mapping[str, str] = field(default_factory=dict)
    trusted: tuple[str, ...] = ()
    isolation: Mapping[str, str] = field(default_factory=dict)


class Model(Protocol):
    """A fitted model. Frames hold the user's own columns; implementations batch nothing themselves."""

    @property
    def facts(self) -> ModelFacts:
        """What is known about the file."""

    @property
    def classes(self) -> tuple[Any, ...] | None:
        """Labels a classifier may predict, as the estimator holds them; None if it is not a classifier."""

    @property
    def feature_names(self) -> tuple[str, ...] | None:
        """Columns it was fitted on (``feature_names_in_``), None where it never saw names."""

    @property
    def n_features(self) -> int | None:
        """Number of columns it was fitted on, where known."""

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Return one decision a row, shape (n,)."""

    def scores(self, frame: pd.DataFrame) -> np.ndarray | None:
        """Return what stands behind the decisions: probabilities (n, classes), a decision function (n,) or
        (n, classes), or None where the model offers neither.
        """

    def close(self) -> None:
        """Release whatever the model holds (a worker process, a file)."""
