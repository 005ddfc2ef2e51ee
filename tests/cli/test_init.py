"""``aiaudit init``: what it writes is valid, asks what is open, and overwrites nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
import yaml

from aiaudit.card import load_card
from aiaudit.config import load_config
from aiaudit.loading.scan import Verdict
from aiaudit.policy import load_policies, load_waivers
from aiaudit.policy.document import FileErrors
from aiaudit.policy.sources import built_in_ids
from aiaudit.policy.yaml import read_text
from aiaudit.starting import compose
from aiaudit.starting.compose import PACKS, remark, value
from tests.cli.conftest import people

OURS = ["aiaudit-policy.yaml", "aiaudit.yaml", "system-card.yaml", "waivers.yaml"]


@pytest.fixture
def folder(tmp_path):
    """A folder with a table whose favourable label is not plain."""
    path = tmp_path / "work"
    path.mkdir()
    people(60).assign(decision=["yes", "no"] * 30).to_csv(path / "people.csv", index=False)
    return path


def listed(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_what_is_written_is_read_by_its_readers(aiaudit, folder):
    assert aiaudit("init", folder).code == 0
    assert listed(folder) == sorted([*OURS, "people.csv"])
    loaded = load_policies([str(folder / "aiaudit-policy.yaml")]).policy
    assert loaded.requirements == load_policies(["smb-baseline"]).policy.requirements
    assert load_waivers(folder / "waivers.yaml") == ()
    assert load_card(folder / "system-card.yaml").attestations
    assert aiaudit("policy", "validate", folder / "aiaudit-policy.yaml").code == 0
    # The changes that stand there as examples are of requirements that the packs have.
    named = re.findall(r"^#   - id: ([\w-]+)", (folder / "aiaudit-policy.yaml").read_text(), re.MULTILINE)
    assert set(named) <= {r.id for r in loaded.requirements}


def test_check_refuses_what_is_open_line_by_line(aiaudit, folder, monkeypatch):
    aiaudit("init", folder)
    with pytest.raises(FileErrors) as error:
        load_config(folder / "aiaudit.yaml")
    lines = (folder / "aiaudit.yaml").read_text().splitlines()
    asked = [lines[fault.line - 1].strip() for fault in error.value.faults]
    assert asked == ["path: TODO", "favorable: TODO"]
    monkeypatch.chdir(folder)
    ran = aiaudit("check")
    assert ran.code == 2
    assert "this is still to be decided; replace TODO by your answer" in ran.err


@pytest.mark.slow
def test_a_plain_case_is_checked_as_it_was_proposed(aiaudit, folder, monkeypatch, saved_model):
    people(60).to_csv(folder / "people.csv", index=False)
    ran = aiaudit("init", folder, "--model", saved_model)
    assert "sensitive  age (proposed: its name speaks of age" in ran.out
    assert "favorable  hire (proposed: inferred from the labels 'hire' and 'reject')" in ran.out
    assert "TODO" not in ran.out
    monkeypatch.chdir(folder)
    assert aiaudit("check", "-q").code == 0
    assert (folder / "reports" / "report.html").is_file()


def test_a_waiver_can_be_added_to_the_file_that_was_written(aiaudit, folder, saved_model, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")
    aiaudit("init", folder, "--model", saved_model)
    config = folder / "aiaudit.yaml"
    config.write_text(config.read_text().replace("favorable: TODO", 'favorable: "yes"'))
    monkeypatch.chdir(folder)
    words = ("--reason", "A new model ships.", "--owner", "Ada", "--approved-by", "Grace")
    assert aiaudit("waive", "selection-gap", *words, "--expires", "2026-08-01").code == 0
    assert load_waivers("waivers.yaml")[0].requirement == "selection-gap"


def test_nothing_is_overwritten_and_nothing_is_left_half_done(aiaudit, folder):
    (folder / "waivers.yaml").write_text("mine")
    ran = aiaudit("init", folder)
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 2
    assert "waivers.yaml: there already; nothing was written" in ran.err
    assert listed(folder) == ["people.csv", "waivers.yaml"]
    assert aiaudit("init", folder, "--force").code == 0
    assert (folder / "waivers.yaml").read_text() != "mine"


def test_an_empty_folder_gives_a_form_in_which_all_is_open(aiaudit, tmp_path):
    ran = aiaudit("init", tmp_path / "new")
    assert ran.code == 0
    with pytest.raises(FileErrors) as error:
        load_config(tmp_path / "new" / "aiaudit.yaml")
    assert len(error.value.faults) == 5
    assert "sensitive  nothing was found" in ran.out


def test_several_tables_are_not_chosen_from(aiaudit, folder):
    people(20).to_csv(folder / "train.csv", index=False)
    ran = aiaudit("init", folder)
    assert ran.code == 2
    assert "holds several data files: 'people.csv', 'train.csv'" in ran.err
    assert "--data FILE" in ran.err


@pytest.mark.parametrize("option", ["--model", "--data"])
def test_a_file_that_is_not_there_is_told(aiaudit, folder, option):
    ran = aiaudit("init", folder, option, folder / "none.csv")
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 2
    assert listed(folder) == ["people.csv"]


def test_a_table_that_cannot_be_read_ends_it(aiaudit, tmp_path):
    (tmp_path / "bad.csv").write_text("a,b\n1,2,3\n")
    assert aiaudit("init", tmp_path).code == 3
    assert listed(tmp_path) == ["bad.csv"]


def test_a_model_that_would_be_refused_is_told_and_not_loaded(aiaudit, folder):
    (folder / "model.pkl").write_bytes(b"cposix\nsystem\n(S'touch fired'\ntR.")
    ran = aiaudit("init", folder)
    assert ran.code == 0
    assert "would not be opened as it is" in ran.out
    assert "# It would not be opened as it is" in (folder / "aiaudit.yaml").read_text()
    assert not (folder / "fired").exists()


HOSTILE = 'x: y\n# "\u2028- {a: b}] \x1b[31m\u202e é'


def test_names_of_columns_can_leave_no_value_and_no_comment(aiaudit, tmp_path):
    frame = pd.DataFrame(
        {f"sex {HOSTILE}": ["f", "m"] * 20, f"decision {HOSTILE}": [f"a{HOSTILE}", "TODO"] * 20}
    )
    frame.to_parquet(tmp_path / "t.parquet")
    assert aiaudit("init", tmp_path, "--ci", "none").code == 0
    text = (tmp_path / "aiaudit.yaml").read_text("utf-8")
    assert all(c.isprintable() or c == "\n" for c in text)
    data = yaml.safe_load(text)["data"]
    assert data["target"] == f"decision {HOSTILE}"
    assert data["sensitive"] == [f"sex {HOSTILE}"]
    ours = read_text(text.encode(), "aiaudit.yaml").data["data"]
    assert (ours["target"], ours["sensitive"]) == (data["target"], data["sensitive"])


@pytest.mark.parametrize("given", ["no", "1", "1e3", "null", "TODO", "a: b", "- x", "é", "", "#", "a b", "y"])
def test_a_value_is_read_back_as_the_same_text(given):
    text = f"key: {value(given)}\n"
    assert yaml.safe_load(text) == read_text(text.encode(), "f").data == {"key": given}


def test_a_remark_stays_a_comment():
    text = remark("a\nb: c " + "word " * 100, 4)
    assert all(line.startswith("    # ") and len(line) <= 110 for line in text.splitlines())


def test_the_packs_that_are_offered_exist():
    assert set(PACKS) <= set(built_in_ids())


def jobs(repository, aiaudit, ci, sub="."):
    (repository / ".git").mkdir()
    ran = aiaudit("init", repository / sub, "--ci", ci)
    assert ran.code == 0
    return ran


def test_a_job_stands_at_the_top_of_the_repository(aiaudit, tmp_path):
    jobs(tmp_path, aiaudit, "github", "models/credit risk")
    job = yaml.safe_load((tmp_path / ".github/workflows/aiaudit.yml").read_text())["jobs"]["audit"]
    assert job["defaults"]["run"]["working-directory"] == "models/credit risk"
    assert job["steps"][-1]["with"]["path"] == "models/credit risk/reports/"
    assert (tmp_path / "models/credit risk/aiaudit.yaml").is_file()


def test_the_job_of_gitlab_names_what_check_writes(aiaudit, tmp_path):
    ran = jobs(tmp_path, aiaudit, "gitlab", "models/credit risk")
    job = yaml.safe_load((tmp_path / "aiaudit.gitlab-ci.yml").read_text())["aiaudit"]
    assert job["script"][0] == "cd 'models/credit risk'"
    written = yaml.safe_load((tmp_path / "models/credit risk/aiaudit.yaml").read_text())["output"]
    for path in job["artifacts"]["reports"].values():
        assert path.removeprefix("models/credit risk/") in written
    assert "include it in .gitlab-ci.yml" in ran.out


@pytest.mark.parametrize(
    ("there", "written"),
    [
        (".github/CODEOWNERS", ".github/workflows/aiaudit.yml"),
        (".gitlab-ci.yml", "aiaudit.gitlab-ci.yml"),
        ("README", None),
    ],
)
def test_the_job_is_for_the_pipeline_that_the_repository_uses(aiaudit, tmp_path, there, written):
    (tmp_path / there).parent.mkdir(exist_ok=True)
    (tmp_path / there).write_text("")
    aiaudit("init", tmp_path)
    assert set(listed(tmp_path)) - {there, *OURS} == ({written} if written else set())


def test_a_release_that_a_model_names_cannot_become_a_command(tmp_path, saved_model):
    from dataclasses import replace

    from aiaudit.loading.scan import scan_model
    from aiaudit.starting.look import Look
    from aiaudit.starting.propose import propose

    seen = scan_model(saved_model)
    assert seen.look is not None
    assert seen.verdict is Verdict.LISTED
    for release, pinned in (("1.5.2", True), ('1"; touch x; "', False), ("1.5.2 --pre", False)):
        scan = replace(seen, look=replace(seen.look, versions={"scikit-learn": release}))
        start = compose.Start(
            folder=tmp_path,
            root=tmp_path,
            model=saved_model,
            data=None,
            scan=scan,
            proposals=propose(Look(name="", rows=0, columns=())),
            ci="github",
            day=pd.Timestamp("2026-11-22").date(),
        )
        job = compose.compose(start)[tmp_path / compose.JOBS["github"]]
        assert (f'"scikit-learn=={release}"' in job) is pinned
        assert ("scikit-learn" in job) is pinned


def test_the_same_day_gives_the_same_bytes(aiaudit, folder, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")
    aiaudit("init", folder)
    first = {name: (folder / name).read_bytes() for name in OURS}
    aiaudit("init", folder, "--force")
    assert {name: (folder / name).read_bytes() for name in OURS} == first
    assert b"2026-05-28" in first["aiaudit-policy.yaml"]


def test_hooks_and_action_name_commands_that_exist():
    from aiaudit.cli import COMMANDS

    root = Path(__file__).parents[2]
    hooks = yaml.safe_load((root / ".pre-commit-hooks.yaml").read_text())
    assert {hook["entry"].split()[0] for hook in hooks} == {"aiaudit"}
    assert {hook["entry"].split()[1] for hook in hooks} <= set(COMMANDS)
