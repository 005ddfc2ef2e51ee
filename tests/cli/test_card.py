"""``aiaudit card``: form, check and render."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from aiaudit.card import fields, load_card
from aiaudit.card_examples import FIELDS, STATEMENTS
from aiaudit.cli.card import card
from aiaudit.errors import IncompleteError, UsageError
from aiaudit.policy import load_policies
from aiaudit.policy.examples import statements
from aiaudit.policy.sources import built_in_ids
from aiaudit.record import to_json
from tests.made import policy, record, requirement

COMPLETE = Path(__file__).parents[1] / "checks" / "system-card.yaml"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(card, arguments)


@pytest.mark.parametrize("pack", built_in_ids())
def test_the_form_is_a_card_in_which_nothing_is_given(pack: str, tmp_path: Path) -> None:
    path = tmp_path / "card.yaml"
    path.write_text(run("form", "-p", pack).output)
    empty = load_card(path)
    assert "given" not in {str(state) for _, state in fields(empty)}
    asked = statements(load_policies([pack]).policy)
    assert [a.id for a in empty.attestations] == list(asked)


def test_the_form_lists_choices_and_points() -> None:
    output = run("form", "-p", "us-nyc-ll144").output
    assert "use_cases: []  # hiring, promotion" in output
    assert '  version: TODO  # for example: "3"' in output
    assert "  rights:  # how much do decisions touch rights and freedoms? none, little" in output
    assert "covers: []  # list what is in it: no-part-in-the-tool" in output
    assert "# Whether the auditor is independent in all three respects (6 RCNY 5-300)" in output


def test_a_complete_card_meets_the_pack_of_cards() -> None:
    result = run("check", str(COMPLETE), "--date", "2026-06-01")
    assert (result.exit_code, result.output) == (
        0,
        f"{COMPLETE}: 15 of 15 met, 0 of the open ones gate\n",
    )


def test_what_is_missing_says_what_to_write(tmp_path: Path) -> None:
    plain = yaml.safe_load(COMPLETE.read_text())
    plain["limitations"] = "TODO"
    path = tmp_path / "card.yaml"
    path.write_text(yaml.safe_dump(plain))
    result = run("check", str(path), "--date", "2026-06-01")
    assert result.exit_code == 1
    line = 1 + next(
        i for i, text in enumerate(path.read_text().splitlines()) if text.startswith("limitations")
    )
    assert result.output.splitlines()[:4] == [
        "high    card-limits: Whether limits are stated",
        f"        {path}:{line}: limitations: placeholder",
        "            for example: Knows only people to whom we lent before; unsure below twenty.",
        "        Write where you would not rely on it.",
    ]


def test_a_statement_that_is_not_there_says_how_one_is_signed(tmp_path: Path) -> None:
    path = tmp_path / "card.yaml"
    path.write_text("version: 1\n")
    output = run("check", str(path), "-p", "smb-baseline", "--date", "2026-06-01").output
    assert f"{path}:1: fallback: the system card has no statement 'fallback'" in output
    assert "- {id: fallback, statement: " in output
    assert "date: 2026-06-01, expires: 2027-05-31}" in output


def test_the_examples_of_statements_meet_what_they_are_examples_for(tmp_path: Path) -> None:
    path, options = tmp_path / "card.yaml", ("-p", "us-nyc-ll144", "--date", "2026-06-01")
    path.write_text("version: 1\n")
    told = re.findall(r"for example: (- \{.*\})", run("check", str(path), *options).output)
    by_id = {one["id"]: one for line in told for one in yaml.safe_load(line)}
    (tmp_path / "files").mkdir()
    for id in by_id:
        (tmp_path / "files" / f"{id}.pdf").write_text("x")
    path.write_text(yaml.safe_dump({"version": 1, "attestations": list(by_id.values())}))
    output = run("check", str(path), *options).output
    assert re.findall(r"^\w+ +([\w-]+): ", output, re.MULTILINE) == ["ll144-notice-time"]
    assert (
        "lacks a day that this is counted from: that of the statement 'll144-notice', or of first use"
        in output
    )


def test_every_field_has_a_good_answer_for_an_example(tmp_path: Path) -> None:
    path = tmp_path / "card.yaml"
    tree: dict = {}
    for name, example in FIELDS.items():
        *sections, last = name.split(".")
        place = tree
        for section in sections:
            place = place.setdefault(section, {})
        place[last] = yaml.safe_load(example)
    path.write_text(yaml.safe_dump(tree))
    states = {name: str(state) for name, state in fields(load_card(path))}
    assert {*states, "fallback.expires"} == set(FIELDS)
    assert set(states.values()) == {"given"}


def test_every_theme_has_a_good_statement_for_an_example() -> None:
    assert set(STATEMENTS) == set(statements(load_policies(["smb-baseline"]).policy))


@pytest.mark.parametrize(("day", "code"), [("2027-01-31", 0), ("2027-02-01", 1)])
def test_a_statement_that_expires_today_fails_tomorrow(day: str, code: int, tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(
        "version: 1\nid: ours\nedition: '1'\ntitle: Ours\nrequirements:\n"
        "  - {id: overseen, title: t, evidence: human-oversight, basis: house, source: us, rationale: r.}\n"
    )
    result = run("check", str(COMPLETE), "-p", str(path), "--date", day)
    assert result.exit_code == code
    assert ("the evidence expired on 2027-01-31" in result.output) == bool(code)


def test_what_is_not_in_force_does_not_gate() -> None:
    result = run("check", str(COMPLETE), "-p", "us-co-admt", "--date", "2026-11-21")
    assert "blocker co-notice" in result.output
    assert result.exit_code == 0
    assert run("check", str(COMPLETE), "-p", "us-co-admt", "--date", "2027-01-01").exit_code == 1


@pytest.mark.parametrize(
    ("style", "begins"),
    [
        ("model-card", "---\ntags:\n- tabular-classification"),
        ("cyclonedx", "{"),
        ("risk-register", "# Risk register: [More Information Needed]"),
    ],
)
def test_a_record_is_rendered(style: str, begins: str, tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text(to_json(record(policy(requirement())), 3), encoding="utf-8")
    result = run("render", str(path), "--format", style)
    assert result.exit_code == 0
    assert result.output.startswith(begins)


def test_a_notice_without_its_elements_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text(to_json(record(policy(requirement())), 3), encoding="utf-8")
    result = run("render", str(path), "--format", "notice-staff")
    assert isinstance(result.exception, UsageError)
    assert "card, role.human (no card)" in result.exception.message


def test_a_record_that_is_not_there_is_told() -> None:
    result = run("render", "none.json")
    assert isinstance(result.exception, IncompleteError)
    assert result.exception.message == "none.json cannot be read: No such file or directory"
