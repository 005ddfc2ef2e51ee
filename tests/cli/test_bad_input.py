"""Bad input: two lines that say what is wrong and how to mend it, the right exit code, nothing half-written."""

import json

import numpy as np
import pandas as pd
import pytest

from .conftest import people

DECISIONS = ("--predictions", "decision", "--favorable", "hire")
BASE = (*DECISIONS, "--sensitive", "sex", "--ignore", "explainability", "-q")


def two_lines(ran, code, *fragments):
    lines = ran.err.strip().splitlines()
    assert ran.code == code, ran.err
    assert ran.out == ""
    assert len(lines) == 2, ran.err
    assert lines[0].startswith("error: ")
    assert lines[1].startswith("help: ")
    assert "Traceback" not in ran.err
    for fragment in fragments:
        assert fragment in ran.err


def test_missing_file(aiaudit, tmp_path):
    two_lines(aiaudit("check", tmp_path / "no.csv", *BASE), 2, "no.csv")


def test_missing_model(aiaudit, table):
    two_lines(aiaudit("check", "no.joblib", table(), "--sensitive", "sex"), 2, "no.joblib")


def test_empty_file(aiaudit, tmp_path):
    (tmp_path / "empty.csv").touch()
    two_lines(aiaudit("check", tmp_path / "empty.csv", *BASE), 3, "empty.csv")


def test_ragged_row(aiaudit, tmp_path):
    (tmp_path / "ragged.csv").write_text("sex,decision\nf,hire\nm,hire,extra\n")
    two_lines(aiaudit("check", tmp_path / "ragged.csv", *BASE), 3, "ragged.csv", "3")


def test_duplicate_header(aiaudit, tmp_path):
    (tmp_path / "twice.csv").write_text("sex,sex,decision\nf,f,hire\n")
    two_lines(aiaudit("check", tmp_path / "twice.csv", *BASE), 3, "sex")


@pytest.mark.parametrize(
    "options",
    [
        ("--sensitive", "sexx", *DECISIONS),
        ("--sensitive", "sex", "--predictions", "decisoin", "--favorable", "hire"),
        ("--sensitive", "sex", *DECISIONS, "--target", "agee"),
    ],
)
def test_unknown_column_names_the_near_one(aiaudit, table, options):
    two_lines(aiaudit("check", table(), *options), 2, "Did you mean")


def test_missing_label_gives_its_lines(aiaudit, table):
    frame = people()
    frame.loc[[2, 5], "decision"] = None
    two_lines(aiaudit("check", table(frame), *BASE), 3, "'decision'", "4", "7")


def test_missing_outcome_can_be_left_out_and_is_counted(aiaudit, table, tmp_path):
    frame = people().assign(outcome=lambda f: f["decision"])
    frame.loc[[2, 5], "outcome"] = None
    path = tmp_path / "record.json"
    target = ("--target", "outcome", "--exclude-unlabeled", "-o", path)
    assert aiaudit("check", table(frame), *BASE, *target).code in (0, 1)
    excluded = json.loads(path.read_text())["subject"]["rows"]["excluded"]
    assert excluded == {"no outcome in the target column": 2}


def test_one_outcome_only(aiaudit, table):
    two_lines(aiaudit("check", table(outcome="hire"), *BASE, "--target", "outcome"), 3, "'hire'", "'outcome'")


def test_one_group_only(aiaudit, table):
    two_lines(aiaudit("check", table(sex="female"), *BASE), 3, "'sex'", "'female'")


def test_favorable_is_asked_for(aiaudit, table):
    frame = people()
    path = table(frame, decision=np.where(frame["decision"] == "hire", 1, 0))
    two_lines(
        aiaudit("check", path, "--predictions", "decision", "--sensitive", "sex"),
        2,
        "'0', '1'",
        "--favorable",
    )


def test_favorable_that_does_not_occur(aiaudit, table):
    ran = aiaudit("check", table(), "--predictions", "decision", "--favorable", "hired", "--sensitive", "sex")
    two_lines(ran, 2, "'hired'", "Did you mean 'hire'")


def test_outcomes_in_other_words_than_decisions(aiaudit, table):
    path = table(outcome=lambda f: np.where(f["decision"] == "hire", "good", "bad"))
    two_lines(aiaudit("check", path, *BASE, "--target", "outcome"), 2, "'good'", "'hire'")


@pytest.mark.slow
def test_model_lacks_a_feature(aiaudit, table, saved_model):
    frame = people().drop(columns="years")
    ran = aiaudit("check", saved_model, table(frame), "--target", "decision", "--favorable", "hire")
    two_lines(ran, 3, "'years'")


@pytest.mark.slow
def test_model_wants_a_type_that_csv_lost(aiaudit, table, saved_model):
    ran = aiaudit("check", saved_model, table(years="many"), "--target", "decision", "--favorable", "hire")
    two_lines(ran, 3, "model.joblib" if "model.joblib" in ran.err else "model")


def test_policy_with_an_unknown_key_says_where(aiaudit, table, tmp_path):
    (tmp_path / "p.yaml").write_text("version: 1\nid: mine\nedition: '1'\ntitle: Mine\nrequirments: []\n")
    ran = aiaudit("check", table(), *BASE, "-p", tmp_path / "p.yaml")
    assert ran.code == 2
    assert "p.yaml:5:1" in ran.err
    assert "requirements" in ran.err
    assert ran.err.splitlines()[-1].startswith("help: ")


def test_unwritable_output_is_known_before_the_audit(aiaudit, table, tmp_path):
    (tmp_path / "file").touch()
    two_lines(aiaudit("check", table(), *BASE, "-o", tmp_path / "file" / "record.json"), 2, "record.json")


def test_output_of_an_unknown_form(aiaudit, table, tmp_path):
    two_lines(aiaudit("check", table(), *BASE, "-o", tmp_path / "report.docx"), 2, ".html")


def test_a_failed_audit_leaves_no_file(aiaudit, table, tmp_path):
    path = tmp_path / "record.json"
    aiaudit("check", table(sex="female"), *BASE, "-o", path)
    assert not path.exists()
    assert not list(tmp_path.glob("*.part")) + list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    "name", ["None", "NA", "null", "nan", "(missing)", "<script>alert(1)</script>", "100 %s", "a\nb"]
)
def test_group_names_are_names(aiaudit, table, tmp_path, name):
    frame = people()
    frame["sex"] = np.where(frame["sex"] == "female", name, "male")
    record, report = tmp_path / "record.json", tmp_path / "report.html"
    ran = aiaudit("check", table(frame), *BASE, "-o", record, "-o", report)
    assert ran.code in (0, 1)
    groups = pd.read_json(record, typ="series")["subject"]["attributes"][0]["groups"]
    assert [g["label"] for g in groups] == sorted([name, "male"])
    assert "<script>" not in report.read_text()


def test_neither_model_nor_decisions(aiaudit, table):
    two_lines(aiaudit("check", table(), "--sensitive", "sex"), 2, "--predictions")


def test_unknown_check(aiaudit, table):
    two_lines(
        aiaudit("check", table(), *DECISIONS, "--sensitive", "sex", "--ignore", "bais"),
        2,
        "Did you mean 'bias'",
    )


def test_unknown_command_and_option(aiaudit):
    two_lines(aiaudit("chek"), 2, "Did you mean 'check'")
    two_lines(aiaudit("check", "--favourable", "1"), 2, "--favorable")
