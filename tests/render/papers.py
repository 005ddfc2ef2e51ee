"""Records with whole cards, as documents are made of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from aiaudit.card import Attestation, SystemCard, load_card
from aiaudit.facts import Measured
from aiaudit.metrics import rate
from aiaudit.record import Record
from aiaudit.registry import get
from aiaudit.scores import Scores
from aiaudit.testing import outcome_of, subject_of

from . import factory

CARD = Path(__file__).parents[1] / "checks" / "system-card.yaml"
#: 6 RCNY 5-301, the sample table of intersections: people, selected, rate and ratio as the city printed them.
PRINTED = {
    ("Hispanic", "Male"): (205, 90, "43.9%", "0.841"),
    ("Hispanic", "Female"): (190, 82, "43.2%", "0.827"),
    ("White", "Male"): (412, 215, "52.2%", "1.000"),
    ("White", "Female"): (385, 197, "51.2%", "0.981"),
    ("Black", "Male"): (226, 95, "42.0%", "0.806"),
    ("Black", "Female"): (164, 75, "45.7%", "0.876"),
    ("NHPI", "Male"): (87, 37, "42.5%", "0.815"),
    ("NHPI", "Female"): (32, 15, "46.9%", "0.898"),
    ("Asian", "Male"): (321, 167, "52.0%", "0.997"),
    ("Asian", "Female"): (295, 135, "45.8%", "0.877"),
    ("AIAN", "Male"): (24, 11, "45.8%", "0.878"),
    ("AIAN", "Female"): (17, 7, "41.2%", "0.789"),
    ("Two", "Male"): (115, 52, "45.2%", "0.866"),
    ("Two", "Female"): (98, 44, "44.9%", "0.860"),
}
#: Its table by sex, printed with other digits: 48% and 47%, 1.00 and 0.979.
PRINTED_SEX = {"Male": (1390, 667, 48, "1.000"), "Female": (1181, 555, 47, "0.979")}
UNKNOWN = 250
SIGNED = {
    "ll144-bias-audit": (),
    "ll144-independent-auditor": ("no-part-in-the-tool", "no-employment", "no-financial-interest"),
    "ll144-data": ("historical-or-test", "whose-data", "reason"),
    "aia-technical-file": ("description", "changes"),
    "aia-data-sheet": ("preparation",),
    "adm-dpia": ("necessity",),
}
MISSING = rate("missing_rate", "Rows whose cell in the column is empty, of all rows.", "Rubin 1976")


def statement(id: str, **changes: Any) -> Attestation:
    given = {
        "id": id,
        "statement": f"What {id} asks for is in the folder.",
        "name": "Noor Haddad",
        "role": "Head of staff",
        "date": date(2026, 6, 1),
        "expires": date(2027, 5, 31),
        "covers": SIGNED.get(id, ()),
        "evidence": "https://bakery.example/files",
    }
    return Attestation.model_validate(given | changes)


def card(*attestations: Attestation) -> SystemCard:
    return load_card(CARD).model_copy(update={"attestations": attestations})


def with_card(record: Record, *attestations: Attestation) -> Record:
    return replace(record, card=card(*attestations).model_dump(mode="json"))


def failing() -> Record:
    """An audit with every kind of news, data checks and some of the statements."""
    cells = (
        factory.a_rate({"column": "income"}, 12, 987, "missing_rate"),
        factory.a_rate({"column": "income", "race": "black"}, 9, 300, "missing_rate"),
    )
    data = Measured(check="data.missing-values", version=1, measurements=cells, metrics=(MISSING,))
    record = factory.RECORDS["failing"][0]
    return with_card(replace(record, outcomes=(*record.outcomes, data)), *map(statement, SIGNED))


def tables() -> Measured:
    """The official sample table, from one row a person."""
    race: list[str | None] = []
    sex: list[str | None] = []
    selected: list[str] = []
    for (r, s), (n, x, *_) in PRINTED.items():
        race, sex, selected = race + [r] * n, sex + [s] * n, selected + ["1"] * x + ["0"] * (n - x)
    race, sex = race + [None] * UNKNOWN, sex + ["Male"] * UNKNOWN
    outcome = outcome_of(
        get("bias.category-tables"), subject_of({"race": race, "sex": sex}, selected + ["1"] * UNKNOWN)
    )
    assert isinstance(outcome, Measured)
    return outcome


def ll144(*ids: str) -> Record:
    """The city's own example, with some statements signed."""
    return with_card(factory.record((), outcomes=(tables(),)), *map(statement, ids))


def scored() -> Record:
    """Eight people; three of the four in `a` score above the median of 3, and two of all score the median."""
    values = np.array([3.0, 4.0, 5.0, 6.0, 1.0, 1.0, 2.0, 3.0])
    scores = Scores(values=values, probability=False, source="a column")
    return _small(["0"] * 4 + ["1"] * 4, given_scores=scores)


def nobody_selected() -> Record:
    """Eight people, none of them selected."""
    return _small(["0"] * 8)


def _small(chosen: list[str], **given: Any) -> Record:
    groups = {"race": ["a"] * 4 + ["b"] * 4, "sex": ["f", "m"] * 4}
    return with_card(
        factory.record(
            (), outcomes=(outcome_of(get("bias.category-tables"), subject_of(groups, chosen, **given)),)
        )
    )
