"""Personal columns that no decision needs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from aiaudit.testing import LinearModel, subject_of
from tests.checks.reading import found

CHECK = "transparency.minimisation"
OTHERS = pd.DataFrame(
    {"email": [f"a{i}@b.example" for i in range(40)], "shop": ["north"] * 40, "religion": ["none"] * 40}
)


def subject(weights: dict[str, float], table: pd.DataFrame | None = OTHERS):
    rng = np.random.default_rng(0)
    features = pd.DataFrame({name: rng.normal(size=40) for name in weights})
    model = LinearModel(weights)
    decided = list(model.predict(features))
    return subject_of({"g": ["a", "b"] * 20}, decided, features=features, model=model, table=table)


@pytest.mark.parametrize(
    ("weights", "idle"),
    [
        ({"income": 1.0, "disability": 0.0}, {"disability"}),
        ({"income": 1.0, "disability": 0.5}, set()),
        ({"income": 1.0, "disability": 1e-6}, set()),
        ({"income": 1.0, "years": 0.0}, set()),
    ],
)
def test_what_is_given_and_never_heeded(weights: dict[str, float], idle: set[str]) -> None:
    audited = subject(weights, None)
    assert found(CHECK, audited, "personal_columns_without_weight")[()].value == len(idle)
    assert set(found(CHECK, audited, "unused_personal_column", "column")) == idle


def test_what_is_there_and_not_given() -> None:
    audited = subject({"income": 1.0})
    assert found(CHECK, audited, "personal_columns_not_given")[()].value == 2
    named = found(CHECK, audited, "unused_personal_column", "column")
    assert {c: m.params["kind"] for c, m in named.items()} == {
        "email": "e-mail address",
        "religion": "religion or belief",
    }
