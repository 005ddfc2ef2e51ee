from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from aiaudit.cli.policy import policy
from aiaudit.policy import load_policies
from aiaudit.policy.describe import describe, number, to_yaml
from aiaudit.policy.document import FileErrors
from aiaudit.policy.sources import built_in_ids
from aiaudit.schemas import FILES
from tests.made import TODAY

CORPUS = Path(__file__).parents[1] / "corpus" / "policies"


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(policy, arguments)


def test_list_shows_every_pack() -> None:
    result = _run("list")
    assert result.exit_code == 0
    for id in built_in_ids():
        count = len(load_policies([id]).policy.requirements)
        assert any(
            line.startswith(id) and f" {count} requirements" in line for line in result.output.splitlines()
        )


def test_show_tells_limits_and_where_they_come_from() -> None:
    output = _run("show", str(CORPUS / "valid" / "reasons.yaml")).output
    assert "reasons, edition 1: Pilot" in output
    assert "selection-gap [high, measured]" in output
    assert "limit: impact_ratio at least 0.7 against the most favoured group" in output
    assert "basis: house; chosen by us" in output
    assert "asks less: The pilot runs for a month. (reasons: threshold 9/10 -> 7/10)" in output
    assert "not asked: missed-gap" in output
    assert "false alarm at most 1% for the whole run" in output
    assert all(len(line) <= 100 for line in output.splitlines())


def test_show_merges_several() -> None:
    output = _run("show", "smb-baseline", "us-employment-adverse-impact").output
    assert output.startswith("smb-baseline+us-employment-adverse-impact, edition 2026.11:")


@pytest.mark.parametrize("ref", [*built_in_ids(), str(CORPUS / "valid" / "pack.yaml")])
def test_yaml_shown_can_be_used_as_a_policy(ref: str, tmp_path: Path) -> None:
    path = tmp_path / "shown.yaml"
    path.write_text(_run("show", ref, "--format", "yaml").output)
    shown, loaded = load_policies([str(path)]).policy, load_policies([ref]).policy
    assert shown == loaded.model_copy(update={"extends": (), "disable": ()})


def test_yaml_names_what_was_dropped() -> None:
    text = to_yaml(load_policies([str(CORPUS / "valid" / "reasons.yaml")]).policy)
    assert text.startswith("# not asked: missed-gap: Outcomes are known only after a year.\n")


def test_json_is_the_policy_of_the_record() -> None:
    shown = json.loads(_run("show", "smb-baseline", "--format", "json").output)
    assert shown == load_policies(["smb-baseline"]).policy.model_dump(mode="json")


def test_validate_counts_what_it_found() -> None:
    path = str(CORPUS / "valid" / "house.yaml")
    result = _run("validate", path)
    assert (result.exit_code, result.output) == (0, f"{path}: valid, 2 requirements\n")


def test_validate_reports_all_errors_of_all_files() -> None:
    paths = [str(CORPUS / "invalid" / name) for name in ("duplicate-keys.yaml", "cannot-fail.yaml")]
    result = _run("validate", *paths)
    assert isinstance(result.exception, FileErrors)
    assert [fault.file for fault in result.exception.faults] == [paths[0], paths[0], paths[1]]
    assert result.exception.exit_code == 2


def test_a_caret_points_at_the_place() -> None:
    result = _run("validate", str(CORPUS / "invalid" / "cannot-fail.yaml"))
    assert isinstance(result.exception, FileErrors)
    first, line, caret = result.exception.text.splitlines()
    assert "6:10: no requirement is 'high' or above" in first
    assert line == "    6 | fail_on: high"
    assert caret.index("^") == line.index("high")


@pytest.mark.parametrize("name", list(FILES))
def test_schema_prints_the_schema(name: str) -> None:
    result = _run("schema", name)
    assert result.exit_code == 0
    assert json.loads(result.output)["$id"] == f"urn:aiaudit:{name}-1"


def test_schema_knows_its_names() -> None:
    (argument,) = policy.commands["schema"].params
    assert isinstance(argument.type, click.Choice)
    assert list(argument.type.choices) == list(FILES)


def test_a_description_holds_no_control_characters() -> None:
    loaded = load_policies(["smb-baseline"])
    hostile = loaded.policy.model_copy(update={"title": "a\x1b[2Jb\nc"})
    assert "\x1b" not in describe(hostile, (), TODAY)
    assert "a [2Jb c" in describe(hostile, (), TODAY)


@pytest.mark.parametrize(("text", "shown"), [("4/5", "0.8"), ("1/3", "1/3"), ("2", "2"), ("0.05", "0.05")])
def test_numbers_are_shown_exactly(text: str, shown: str) -> None:
    from fractions import Fraction

    assert number(Fraction(text)) == shown
