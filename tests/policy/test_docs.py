from __future__ import annotations

import re
from pathlib import Path

import pytest

from aiaudit.card import faults, load_card
from aiaudit.policy import load_policies, load_waivers
from aiaudit.policy.examples import examples_of
from aiaudit.policy.model import Kind, Policy, Requirement
from aiaudit.policy.own_metrics import OwnMetric

PAGE = Path(__file__).parents[2] / "docs" / "policies.md"


@pytest.fixture
def page() -> str:
    return PAGE.read_text("utf-8")


def test_the_examples_work(page: str, tmp_path: Path) -> None:
    policy, short, card, metrics, examples, waivers = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "policy.yaml").write_text(policy + short)
    (tmp_path / "card.yaml").write_text(card.replace("3f1c…", "0" * 64))
    (attestation,) = load_card(tmp_path / "card.yaml").attestations
    assert faults(attestation) == ()
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "policy.yaml").write_text(examples)
    assert len(examples_of("policy.yaml", tmp_path).examples) == 1
    (tmp_path / "waivers.yaml").write_text(waivers)
    loaded = load_policies(["policy.yaml"], base=tmp_path)
    assert [source.id for source in loaded.sources] == [
        "smb-baseline",
        "us-employment-adverse-impact",
        "our-hiring",
    ]
    assert len(load_waivers(tmp_path / "waivers.yaml")) == 1
    (tmp_path / "metrics.yaml").write_text('version: 1\nid: shop\nedition: "1"\ntitle: Shop\n' + metrics)
    assert len(load_policies(["metrics.yaml"], base=tmp_path).policy.metrics) == 2


@pytest.mark.parametrize("kind", [Policy, Requirement, OwnMetric])
def test_every_key_is_explained(kind: type[Policy | Requirement | OwnMetric], page: str) -> None:
    assert [name for name in kind.model_fields if name != "version" and f"`{name}`" not in page] == []


def test_the_example_statement_of_the_page_on_cards_is_one(tmp_path: Path) -> None:
    page = (PAGE.parent / "cards.md").read_text("utf-8")
    attestations, log = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "reviews.csv").write_text("proposed,final\nno,yes\n")
    (tmp_path / "card.yaml").write_text(attestations + log)
    card = load_card(tmp_path / "card.yaml")
    assert faults(card.attestations[0]) == ()
    assert card.oversight.decision_log is not None
    assert card.oversight.decision_log.overrides == 1


def test_the_table_of_themes_names_requirements_of_the_baseline(page: str) -> None:
    table = page[page.index("| Theme |") :].split("\n\n")[0]
    named = set(re.findall(r"`([a-z-]+)`", table))
    requirements = {r.id: r for r in load_policies(["smb-baseline"]).policy.requirements}
    assert named <= set(requirements)
    assert {id for id, r in requirements.items() if r.kind is Kind.ATTESTED} <= named
    for theme in table.splitlines()[2:]:
        stated = [requirements[id] for id in re.findall(r"`([a-z-]+)`", theme)]
        assert stated, theme
        if "bias" not in theme:
            assert any(r.kind is Kind.ATTESTED for r in stated), theme
