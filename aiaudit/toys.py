"""Small subjects made of plain sequences, and one that holds something for every check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.groups import Sensitive, attribute
from aiaudit.labels import Task
from aiaudit.loading.tables import Table, frame_table
from aiaudit.subject import Rows, Subject

if TYPE_CHECKING:
    from aiaudit.card import SystemCard
    from aiaudit.circumstances import Circumstances
    from aiaudit.explaining.dictionary import Dictionary


def subject_of(
    groups: Mapping[str, Sequence[object]],
    predicted: Sequence[object],
    actual: Sequence[object] | None = None,
    *,
    favorable: str = "1",
    **others: Any,
) -> Subject:
    """Make a subject of plain sequences, one element a row.

    Parameters
    ----------
    groups : mapping of str to sequence
        Protected columns; None is missing.
    predicted, actual : sequence
        Decisions and, where known, outcomes.
    favorable : str
        The label that helps the person.
    **others
        Further fields of `Subject`.
    """
    labels = sorted({str(v) for v in [*predicted, *(actual or [])]} | {favorable})
    position = {label: i for i, label in enumerate(labels)}

    def codes(values: Sequence[object]) -> npt.NDArray[np.uint16]:
        return np.array([position[str(v)] for v in values], np.uint16)

    n = len(predicted)
    return Subject(
        task=Task.BINARY if len(labels) <= 2 else Task.MULTICLASS,
        classes=tuple(labels),
        favorable=(favorable,),
        favorable_from="declared",
        predicted=codes(predicted),
        actual=None if actual is None else codes(actual),
        attributes=tuple(
            attribute(
                Sensitive(column=name),
                pd.Series([None if v is None else str(v) for v in values], dtype=object),
            )
            for name, values in groups.items()
        ),
        rows=Rows(read=n, assessed=n),
        **others,
    )


class LinearModel:
    """A transparent model for toy subjects: the favourable decision where a weighted sum is positive."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        from aiaudit.model import ModelFacts

        self.weights = dict(weights)
        self.facts = ModelFacts(
            name="toy", digest="", format="memory", kind="LinearModel", estimator_type="classifier"
        )
        self.classes = ("0", "1")
        self.feature_names = tuple(self.weights)
        self.n_features = len(self.weights)

    def predict(self, frame: pd.DataFrame) -> npt.NDArray[Any]:
        """Return one label a row."""
        return np.where(self._score(frame) > 0, "1", "0")

    def scores(self, frame: pd.DataFrame) -> npt.NDArray[Any]:
        """Return probabilities, shape (n, 2)."""
        p = 1 / (1 + np.exp(-self._score(frame)))
        return np.column_stack([1 - p, p])

    def close(self) -> None:
        """Do nothing."""

    def _score(self, frame: pd.DataFrame) -> npt.NDArray[Any]:
        return np.asarray(sum(w * frame[c].to_numpy(float) for c, w in self.weights.items()))


def toy_subject(n: int = 400, seed: int = 0) -> Subject:
    """Make a subject of two attributes (one with missing values), a control, three columns and a transparent model.

    Its scores are the model's probabilities. It was trained on as many rows, a tenth of which are among its own.
    Its system card makes claims of every kind and signs one statement; limits and last audit have a day.
    """
    rng = np.random.default_rng(seed)
    features = pd.DataFrame({name: rng.normal(size=n).round(3) for name in ("income", "debt", "years")})
    model = LinearModel({"income": 1.5, "debt": -1.0, "years": 0.25})
    colour = rng.choice(np.array(["blue", "green", None], dtype=object), n, p=[0.55, 0.4, 0.05])
    shape = rng.choice(["round", "square", "oval"], n, p=[0.5, 0.3, 0.2])
    actual = np.where(rng.random(n) < 0.8, model.predict(features), rng.choice(["0", "1"], n))
    groups = {"colour": list(colour), "shape": list(shape)}
    predicted = list(model.predict(features))
    season = pd.Series(rng.choice(["summer", "winter"], n), dtype=object)
    controls = (attribute(Sensitive(column="season"), season),)
    return subject_of(
        groups,
        predicted,
        list(actual),
        features=features,
        model=model,
        controls=controls,
        population={"shape": {"round": 0.4, "square": 0.35, "oval": 0.25}},
        dependants={"shape": ("years",)},
        directions={"income": "up", "debt": "down"},
        target="outcome",
        train=_toy_train(features, actual, rng),
        card=_toy_card(),
        reasons=_toy_reasons(),
        circumstances=_toy_circumstances(),
    )


def _toy_reasons() -> Dictionary:
    from aiaudit.explaining.dictionary import Dictionary

    return Dictionary.model_validate(
        {"columns": {"income": {"reason": "Income too low for the sum"}, "debt": {"reason": "Low score"}}}
    )


def _toy_circumstances() -> Circumstances:
    from aiaudit.circumstances import Circumstances
    from aiaudit.policy.model import PolicySource

    day = date(2026, 1, 5)
    limits = PolicySource(id="ours", edition="1", title="Ours", origin="ours.yaml", digest="", dated=day)
    return Circumstances(limits=(limits,), last_audit=day)


def _toy_card() -> SystemCard:
    from aiaudit.card import SystemCard

    statement = {
        "id": "notice",
        "statement": "People are told before we use the tool.",
        "name": "Noor Haddad",
        "role": "Owner",
        "date": "2026-01-05",
        "expires": "2026-12-31",
        "covers": ["purpose", "contact"],
        "evidence": "https://bakery.example/notice",
    }
    log = {"file": "log.csv", "found": "0" * 64, "reviews": 60, "overrides": 3, "with_reason": 2}
    return SystemCard.model_validate(
        {
            "context": {"first_use": "2026-02-02", "special_categories": False},
            "data": {"features": ["income", "debt", "years"], "date_column": "years"},
            "groups": {"audited": ["colour", "shape"]},
            "metrics": {"declared": {"accuracy": 0.9}},
            "retention": {"logs_days": 365},
            "oversight": {"decision_log": log},
            "attestations": [statement],
        }
    )


def _toy_train(features: pd.DataFrame, actual: npt.NDArray[Any], rng: np.random.Generator) -> Table:
    n, copied = len(features), len(features) // 10
    frame = pd.DataFrame({name: rng.normal(0.2, 1, n).round(3) for name in features})
    frame["outcome"] = rng.choice(["0", "1"], n)
    frame.iloc[:copied] = features.assign(outcome=actual).iloc[:copied]
    return frame_table(frame, name="train.csv", text_columns=["outcome"])


def toy_ordinal(n: int = 400, seed: int = 0) -> Subject:
    """Make a subject of the groups of `toy_subject` whose three labels have an order."""
    rng = np.random.default_rng(seed)
    labels = np.array(["low", "middle", "top"])
    actual = rng.integers(0, 3, n)
    predicted = np.clip(actual + rng.choice([-1, 0, 1], n, p=[0.15, 0.7, 0.15]), 0, 2)
    made = subject_of({}, list(labels[predicted]), list(labels[actual]), favorable="top", order=tuple(labels))
    return replace(made, attributes=toy_subject(n, seed).attributes)


def toy_regression(n: int = 400, seed: int = 0) -> Subject:
    """Make a subject of the groups of `toy_subject` for whom a number is predicted."""
    rng = np.random.default_rng(seed)
    actual = rng.gamma(3.0, 10.0, n).round(2)
    predicted = (0.8 * actual + rng.normal(6.0, 5.0, n)).round(2)
    groups = toy_subject(n, seed).attributes
    return Subject(
        task=Task.REGRESSION,
        actual_values=actual,
        predicted_values=predicted,
        attributes=groups,
        rows=Rows(read=n, assessed=n),
    )


def toy_aged(n: int = 400, seed: int = 0) -> Subject:
    """Make a subject whose model is given the age, a protected column of numbers."""
    rng = np.random.default_rng(seed)
    features = pd.DataFrame(
        {"income": rng.normal(size=n).round(3), "age": rng.integers(18, 90, n).astype(float)}
    )
    model = LinearModel({"income": 1.0, "age": -0.01})
    ages = [repr(age) for age in features["age"]]
    return subject_of({"age": ages}, list(model.predict(features)), features=features, model=model)
