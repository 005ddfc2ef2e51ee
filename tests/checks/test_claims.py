"""Columns, groups and years that a card names, against those of the audit."""

from __future__ import annotations

import pandas as pd
import pytest

from aiaudit.card import SystemCard
from aiaudit.facts import Measured, Measurement
from aiaudit.registry import get
from aiaudit.testing import LinearModel, outcome_of, subject_of

FRAME = pd.DataFrame({"income": [1.0, 2.0, 3.0], "hired": ["2024-12-31", "2025-01-01T10:00:00", "unknown"]})


def measured(card: dict, *, model: bool = True) -> dict[str, Measurement]:
    more = {"features": FRAME, "model": LinearModel({"income": 1.0})} if model else {"table": FRAME}
    subject = subject_of(
        {"Sex": ["f", "m", "f"]}, ["1", "0", "1"], card=SystemCard.model_validate(card), **more
    )
    outcome = outcome_of(get("transparency.claims"), subject)
    assert isinstance(outcome, Measured), outcome
    return {m.metric: m for m in outcome.measurements}


@pytest.mark.parametrize(
    ("features", "count", "said"),
    [
        (["income", "hired"], 0, {}),
        (["income", "age"], 2, {"lacking": "'age'", "unnamed": "'hired'"}),
    ],
)
def test_declared_columns_are_those_of_the_model(features: list[str], count: int, said: dict) -> None:
    found = measured({"data": {"features": features}})["feature_disagreements"]
    assert found.value == count
    assert {k: v for k, v in found.params.items() if k != "no_interval"} == said


@pytest.mark.parametrize(("audited", "count"), [(["sex"], 0), (["sex", "race"], 1)])
def test_declared_groups_were_audited(audited: list[str], count: int) -> None:
    assert measured({"groups": {"audited": audited}})["unaudited_groups"].value == count


@pytest.mark.parametrize(
    ("period", "count"),
    [
        ({"first_day": "2024-12-31", "last_day": "2025-01-01"}, 0),
        ({"first_day": "2025-01-01"}, 1),
        ({"last_day": "2024-12-30"}, 2),
    ],
)
@pytest.mark.parametrize("model", [True, False])
def test_rows_lie_in_the_declared_period(period: dict, count: int, model: bool) -> None:
    found = measured({"data": {"date_column": "hired", **period}}, model=model)["rows_outside_period"]
    assert (found.value, found.n, found.excluded) == (count, 2, {"no date": 1})


def test_where_no_value_is_a_date_the_count_is_undefined() -> None:
    card = {"data": {"date_column": "income", "first_day": "2025-01-01"}}
    assert measured(card)["rows_outside_period"].value is None


def test_a_silent_card_claims_nothing() -> None:
    assert measured({}) == {}
    assert measured({"data": {"features": ["income"]}}, model=False) == {}
