from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import pytest

from aiaudit.card import Attestation, State, SystemCard, faults, fields, load_card, state, validity
from aiaudit.errors import UsageError
from aiaudit.policy.document import FileErrors

COMPLETE = Path(__file__).parent / "checks" / "system-card.yaml"
SIGNED = {
    "id": "incidents",
    "statement": "Every complaint is logged and answered.",
    "name": "Noor Haddad",
    "role": "Head of staff",
    "date": dt.date(2026, 2, 1),
    "expires": dt.date(2027, 1, 31),
}


def load(folder: Path, text: str) -> SystemCard:
    path = folder / "system-card.yaml"
    path.write_text(text, encoding="utf-8")
    return load_card(path)


def test_a_complete_card_leaves_nothing_open() -> None:
    found = dict(fields(load_card(COMPLETE)))
    assert set(found.values()) == {State.GIVEN}
    assert set(found) == {name for name, _ in fields(None)}
    assert len(found) == 51


def test_fields_by_section_are_those_of_the_form() -> None:
    # Written out, as policies and cards in use name them: a field must not vanish with a refactoring.
    assert [name for name, _ in fields(None)] == [
        *(f"identity.{part}" for part in ("name", "version", "organisation")),
        *(f"identity.owner.{part}" for part in ("name", "role", "contact")),
        *(
            f"purpose.{part}"
            for part in ("decision", "users", "affected_people", "out_of_scope", "known_harmful_uses")
        ),
        *(f"context.{part}" for part in ("use_cases", "jurisdictions", "roles", "first_use")),
        *(f"context.{part}" for part in ("decides_alone", "profiles_people")),
        *(f"context.{part}" for part in ("special_categories", "public_service")),
        *(f"role.{part}" for part in ("output", "human", "override_route", "contact_for_affected_people")),
        *(f"data.{part}" for part in ("source", "period", "original_purpose", "legal_basis")),
        *(f"data.{part}" for part in ("protected_attributes_origin", "known_gaps")),
        *(f"data.{part}" for part in ("features", "first_day", "last_day")),
        *(f"groups.{part}" for part in ("audited", "reference_population")),
        *(f"metrics.{part}" for part in ("primary_fairness_metric", "reason", "declared.accuracy")),
        *(f"explanation.{part}" for part in ("method", "limits")),
        "limitations",
        *(f"fallback.{part}" for part in ("procedure", "last_drill")),
        *(f"monitoring.{part}" for part in ("plan", "next_audit", "incident_contact")),
        *(f"retention.{part}" for part in ("logs_days", "decisions_days", "documents_days")),
        "retention.protected_data_deleted",
        "staff.jobs_and_skills",
        "environment",
    ]


def test_no_card_and_an_empty_card_are_told_apart(tmp_path: Path) -> None:
    assert {state for _, state in fields(None)} == {State.NO_CARD}
    for text in ("", "# nothing yet\n", "purpose:\nidentity:\n  owner:\nattestations:\n"):
        assert {state for _, state in fields(load(tmp_path, text))} == {State.MISSING}


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ("purpose:\n  decison: x\n", 2, 3, "unknown key 'decison'. Did you mean 'decision'?"),
        ("identiy: {}\n", 1, 1, "unknown key 'identiy'. Did you mean 'identity'?"),
        ("identity:\n  version: 1.2\n", 2, 12, "text is needed here, this is '1.2'; put it in quotes"),
        ("purpose: to decide\n", 1, 10, "a mapping (key: value) is needed here"),
        ("- a\n", 1, 1, "a mapping (key: value) is needed here"),
        ("groups:\n  audited: sex\n", 2, 12, "a list is needed here"),
        ("metrics:\n  declared: {accuracy: 87}\n", 2, 24, "should be less than or equal to 1"),
        ("metrics:\n  declared: {accuracy: 87%}\n", 2, 24, "a number is needed here"),
        ("monitoring:\n  next_audit: 2026\n", 2, 15, "a date is needed here"),
        ("attestations:\n  - id: Human Oversight\n", 2, 9, "does not match the pattern"),
        ("attestations:\n  - statement: x\n", 2, 5, "the key 'id' is missing"),
        ("attestations:\n  - id: vendor\n  - id: vendor\n", 3, 9, "'vendor' is attested twice"),
        ("version: 2\n", 1, 10, "this aiaudit reads version 1"),
    ],
)
def test_what_is_no_card_is_refused_in_its_place(
    tmp_path: Path, text: str, line: int, column: int, said: str
) -> None:
    with pytest.raises(FileErrors) as caught:
        load(tmp_path, text)
    (fault,) = caught.value.faults
    assert (fault.line, fault.column) == (line, column)
    assert said in fault.what
    assert isinstance(caught.value, UsageError)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read .*no-card.yaml: No such file"):
        load_card(tmp_path / "no-card.yaml")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "TODO",
            "todo.",
            "To do",
            "TBD",
            "tbc",
            "N/A",
            "n/a",
            "na",
            "...",
            "…",
            "-",
            "---",
            "?",
            "??",
            "_____",
        ),
        *(
            "xxx",
            "XXXX",
            "aaaaaaaa",
            "[More Information Needed]",
            "(placeholder)",
            "<your name>",
            "unknown",
            "fixme",
        ),
        *(
            "Lorem ipsum dolor sit amet",
            "TODO: ask Noor",
            "The owner is <name of the owner>.",
            "[TBD]",
            "none yet",
        ),
        *(
            "Fill in who decides",
            "fill me in",
            "Your text here",
            "More information needed: who?",
            "<...>",
            "!!!",
        ),
    ],
)
def test_placeholders(text: str) -> None:
    assert state("purpose.decision", text) is State.PLACEHOLDER
    assert state("groups.audited", ("sex", text)) is State.PLACEHOLDER
    assert state("monitoring.next_audit", text) is State.PLACEHOLDER


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("identity.version", version) for version in ("1", "2.0", "11", "111")),
        ("identity.name", "Li"),
        ("identity.owner.contact", "Noor <noor@bakery.example>"),
        ("data.period", "2019"),
        ("explanation.method", "SHAP"),
        ("purpose.decision", "Todo el personal decide."),
        ("purpose.decision", "To do the payroll faster."),
        ("purpose.decision", "Pays if 3 < age and age > 1."),
        ("purpose.decision", "决定谁被邀请面试"),
        ("purpose.decision", "Nobody does."),
        ("metrics.declared.accuracy", 0.0),
        ("groups.audited", ("sex", "age")),
        ("fallback.last_drill", dt.date(2026, 1, 1)),
    ],
)
def test_answers(name: str, value: object) -> None:
    assert state(name, value) is State.GIVEN


@pytest.mark.parametrize("value", [None, "", "  ", "\n", (), ("sex", " ")])
def test_nothing_is_missing(value: object) -> None:
    assert state("groups.audited", value) is State.MISSING


def test_short_answers_count_only_where_a_sentence_is_due() -> None:
    assert state("limitations", "a few") is State.SHORT
    assert state("limitations", "决定") is State.SHORT
    assert state("data.source", "a few") is State.GIVEN


@pytest.mark.parametrize("text", ["2026-02-30", "2026-13-01", "next spring", "01.02.2026", "2026-2-1"])
def test_text_where_a_day_is_due_is_a_finding(tmp_path: Path, text: str) -> None:
    card = load(tmp_path, f"monitoring:\n  next_audit: {text}\n")
    assert dict(fields(card))["monitoring.next_audit"] is State.INVALID_DATE
    assert validity(card, "monitoring.next_audit") == (None, None)


def test_days_from_and_until_which_a_field_holds() -> None:
    card = load_card(COMPLETE)
    assert validity(card, "fallback.last_drill") == (dt.date(2026, 3, 2), dt.date(2027, 3, 1))
    assert validity(card, "fallback.procedure") == (None, dt.date(2027, 3, 1))
    assert validity(card, "monitoring.next_audit") == (None, dt.date(2026, 9, 1))
    assert validity(card, "purpose.decision") == (None, None)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, ()),
        ({"evidence": None}, ()),
        ({"name": None, "expires": None}, ("name: missing", "expires: missing")),
        ({"name": "TBD", "role": " "}, ("name: placeholder", "role: missing")),
        ({"statement": "yes"}, ("statement: too short",)),
        ({"date": "soon"}, ("date: invalid date",)),
        ({"expires": dt.date(2026, 1, 31)}, ("its last day is before its date",)),
        ({"expires": dt.date(2026, 2, 1)}, ()),
    ],
)
def test_what_keeps_a_statement_from_counting(changed: dict[str, object], said: tuple[str, ...]) -> None:
    assert faults(Attestation.model_validate({**SIGNED, **changed})) == said


@pytest.mark.parametrize("text", ["-" * 20_000 + "a", "<a" * 10_000, "a" * 20_000 + "b", "your " * 4_000])
def test_long_text_is_read_in_no_time(text: str) -> None:
    start = time.perf_counter()
    state("limitations", text)
    assert time.perf_counter() - start < 0.5


def test_a_card_comes_back_from_json() -> None:
    card = load_card(COMPLETE)
    assert SystemCard.model_validate_json(card.model_dump_json()) == card


def test_a_log_of_reviews_is_no_row_of_fields(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("proposed,final\nno,yes\n")
    card = load(tmp_path, "oversight: {decision_log: log.csv}\nrisk: {rights: much}\n")
    assert [name for name, _ in fields(card)] == [name for name, _ in fields(None)]
