"""Every pack, and every policy of a user, is tried on examples and with each requirement broken in turn."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from aiaudit.cli.policy import policy as command
from aiaudit.judge import judge
from aiaudit.labels import Task
from aiaudit.policy import load_policies
from aiaudit.policy.breaking import complete_card, without
from aiaudit.policy.document import FileErrors
from aiaudit.policy.examples import examples_of, statements
from aiaudit.policy.model import Kind, Requirement
from aiaudit.policy.sources import built_in_ids
from aiaudit.policy.trial import each_broken, on_examples
from aiaudit.record import Status
from aiaudit.registry import checks
from aiaudit.run import run_check
from aiaudit.subject import Rows, Subject
from tests.made import TODAY

POLICY = """
version: 1
id: ours
edition: "1"
title: Ours
requirements:
  - id: selected
    title: How often each group is selected
    check: bias.selection-rate
    metric: selection_rate
    scope: {over: groups}
    op: ">="
    threshold: 1/4
    decide_on: value
    basis: house
    source: us
    rationale: Agreed.
  - id: told
    title: Whether people are told
    evidence: notice
    items: [purpose, contact]
    basis: house
    source: us
    rationale: Agreed.
"""
AUDIT = """
data: {path: people.csv, predictions: hired, favorable: "yes", sensitive: [sex]}
card: card.yaml
"""
EXAMPLES = """
version: 1
examples:
  - name: a bakery
    audit: bakery.yaml
    today: 2026-11-21
    signed: {name: Ada, role: Owner, date: 2026-06-01, expires: 2027-05-31, evidence: "https://bakery.example/told"}
    expect: {%s}
"""


@pytest.fixture(params=built_in_ids())
def pack(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_requirement_can_be_met_and_broken(pack: str) -> None:
    trials = list(each_broken(load_policies([pack]).policy, checks(), TODAY))
    assert [t for t in trials if not t.as_expected] == []
    assert [t.found for t in trials] == [Status.PASS, Status.FAIL] * (len(trials) // 2)


def test_every_pack_has_examples_that_come_out_as_they_say(pack: str) -> None:
    loaded, folder = load_policies([pack]), examples_of(pack)
    trials = list(on_examples(loaded, folder))
    assert [t for t in trials if not t.as_expected] == []
    assert len(trials) == len(folder.examples) * len(loaded.policy.requirements) > 0
    named = {id for example in folder.examples for id in example.expect}
    assert named <= {r.id for r in loaded.policy.requirements}


def test_evidence_taken_away_breaks_no_requirement_that_asks_for_other(pack: str) -> None:
    policy = load_policies([pack]).policy
    papers = [r for r in policy.requirements if r.kind is not Kind.MEASURED]
    alone = policy.model_copy(update={"requirements": tuple(papers)})
    card = complete_card(statements(policy), TODAY)
    asked = [checks()[id] for id in {r.check for r in papers}]
    for requirement in papers:
        subject = Subject(task=Task.BINARY, rows=Rows(read=0, assessed=0), card=without(card, requirement))
        verdicts = judge([run_check(check, subject) for check in asked], alone, TODAY)
        failed = {v.requirement for v in verdicts if v.status is Status.FAIL}
        assert requirement.id in failed
        assert failed <= {r.id for r in papers if _named(r) & _named(requirement)}


def _named(requirement: Requirement) -> set[str]:
    match = requirement.scope.match
    return {*match.get("field", ()), *match.get("attestation", ())}


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    folder = tmp_path / "examples"
    folder.mkdir()
    rows = ["sex,hired", *["f,yes"] * 20, *["f,no"] * 20, *["m,yes"] * 30, *["m,no"] * 10]
    (folder / "people.csv").write_text("\n".join(rows) + "\n")
    (folder / "bakery.yaml").write_text(AUDIT)
    (folder / "card.yaml").write_text("version: 1\n")
    (folder / "ours.yaml").write_text(EXAMPLES % "")
    (tmp_path / "ours.yaml").write_text(POLICY)
    return tmp_path / "ours.yaml"


def run(path: Path) -> Result:
    return CliRunner().invoke(command, ["test", str(path)])


def test_a_policy_is_tried_on_its_examples(ours: Path) -> None:
    result = run(ours)
    assert result.exit_code == 0
    assert result.output == "ours: 2 requirements met and broken in turn, 1 examples, all as expected\n"


def test_a_surprise_is_told_and_exits_1(ours: Path) -> None:
    (ours.parent / "examples" / "ours.yaml").write_text(EXAMPLES % "selected: fail")
    result = run(ours)
    assert result.exit_code == 1
    assert result.output.splitlines()[0] == (
        "a bakery: selected: expected fail, found pass: the value meets the threshold"
    )


def test_without_signatures_the_card_counts_as_it_stands(ours: Path) -> None:
    examples = ours.parent / "examples" / "ours.yaml"
    lines = (EXAMPLES % "told: fail").splitlines()
    examples.write_text("\n".join(line for line in lines if "signed" not in line))
    assert run(ours).exit_code == 0


def test_a_policy_without_examples_says_where_they_belong(ours: Path) -> None:
    (ours.parent / "examples" / "ours.yaml").unlink()
    result = run(ours)
    assert result.exit_code == 0
    assert "There are no examples; write some in" in result.stderr
    assert str(Path("examples") / "ours.yaml") in result.stderr


def test_an_expectation_that_is_no_status_is_refused(ours: Path) -> None:
    (ours.parent / "examples" / "ours.yaml").write_text(EXAMPLES % "selected: green")
    result = run(ours)
    assert isinstance(result.exception, FileErrors)
    assert "'green' is not one of: pass, fail" in result.exception.message


def test_a_complete_card_leaves_nothing_open() -> None:
    from aiaudit.card import fields

    card = complete_card({"notice": ("a",)}, date(2026, 11, 21))
    assert {state for _, state in fields(card)} == {"given"}
    assert card.attestations[0].covers == ("a",)


def test_examples_are_audited_and_compared(ours: Path) -> None:
    loaded = load_policies([str(ours)])
    assert statements(loaded.policy) == {"notice": ("purpose", "contact")}
    trials = list(on_examples(loaded, examples_of(str(ours))))
    assert [(t.requirement, t.found) for t in trials] == [("selected", "pass"), ("told", "pass")]
