"""Columns that name people, by name and by value; and columns that only look like it."""

from __future__ import annotations

import pandas as pd
import pytest

from aiaudit.facts import Measured
from aiaudit.personal import identifier_by_name, identifier_by_value, special_by_name
from aiaudit.registry import get
from aiaudit.testing import LinearModel, outcome_of, subject_of


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("email", "e-mail address"),
        ("Applicant_EMail", "e-mail address"),
        ("contactEmail", "e-mail address"),
        ("First Name", "name of a person"),
        ("name", "name of a person"),
        ("customer-id", "number of a person"),
        ("customerId", "number of a person"),
        ("DOB", "date of birth"),
        ("home_address", "postal address"),
        ("address", "postal address"),
        ("IP_Address", "network address"),
        ("company_name", None),
        ("mobile_plan", None),
        ("phone_model", None),
        ("income", None),
        ("trip", None),
        ("ident", None),
        ("", None),
    ],
)
def test_names_of_identifiers(column: str, kind: str | None) -> None:
    assert identifier_by_name(column) == kind


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("Religion", "religion or belief"),
        ("has_disability", "health"),
        ("ethnic group", "racial or ethnic origin"),
        ("trade_union", "trade union membership"),
        ("traceability", None),
        ("healthcare_budget", None),
    ],
)
def test_names_of_special_categories(column: str, kind: str | None) -> None:
    assert special_by_name(column) == kind


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([f"p{i}@bakery.example" for i in range(5)], "e-mail address"),
        ([f"p{i}@bakery.example" for i in range(4)], None),
        ([*(f"p{i}@bakery.example" for i in range(4)), "none"], "e-mail address"),
        ([*(f"p{i}@bakery.example" for i in range(7)), *"ab"], None),
        ([f"+49 30 1234{i}67" for i in range(5)], "telephone number"),
        ([f"2024-01-0{i}" for i in range(1, 8)], None),
        ([f"10.0.0.{i}" for i in range(5)], "network address"),
        ([f"0f8fad5b-d9cb-469f-a165-70867728950{i}" for i in range(5)], "number of a person"),
        # Account numbers of the registry of ISO 13616 and card numbers published for tests.
        (
            *(
                [
                    "DE89 3704 0044 0532 0130 00",
                    "GB29NWBK60161331926819",
                    "FR1420041010050500013M02606",
                    "NL91ABNA0417164300",
                    "ES9121000418450200051332",
                ],
            ),
            "account or card number",
        ),
        (
            [
                "4111 1111 1111 1111",
                "5555555555554444",
                "378282246310005",
                "6011111111111117",
                "30569309025904",
            ],
            "account or card number",
        ),
        ([f"4111 1111 1111 111{i}" for i in range(2, 8)], None),
        (["DE00370400440532013000"] * 5, None),
        (["red", "green", "blue", "white", "black"], None),
    ],
)
def test_values_of_identifiers(values: list[str], kind: str | None) -> None:
    assert identifier_by_value(values) == kind


FRAME = pd.DataFrame(
    {
        "income": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        "contact": [f"p{i}@bakery.example" for i in range(6)],
        "surname": ["A", "B", "C", "D", "E", "F"],
        "religion": ["x", "y", "x", "y", "x", "y"],
        "sex": ["f", "m"] * 3,
        "race": ["a", "b"] * 3,
    }
)


def found(**more: object) -> dict[tuple[str, ...], object]:
    subject = subject_of({"race": list(FRAME["race"])}, ["1", "0"] * 3, **more)
    outcome = outcome_of(get("transparency.privacy"), subject)
    assert isinstance(outcome, Measured), outcome
    return {(m.metric, *m.scope.values()): m.params.get("kind") or m.value for m in outcome.measurements}


def test_columns_of_a_model_are_counted_and_named() -> None:
    assert found(features=FRAME, model=LinearModel({"income": 1.0})) == {
        ("direct_identifiers",): 2.0,
        ("direct_identifier", "contact"): "e-mail address",
        ("direct_identifier", "surname"): "name of a person",
        ("special_category_columns",): 2.0,
        ("special_category", "religion"): "religion or belief",
        ("special_category", "race"): "racial or ethnic origin",
    }


def test_without_a_model_protected_columns_are_there_for_the_audit() -> None:
    assert found(table=FRAME)["special_category_columns",] == 1.0
