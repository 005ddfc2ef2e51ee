"""Scores, weights, controls, order and training data, from the command line and from aiaudit.yaml."""

import json

import numpy as np
import pytest

from .conftest import people

DECIDED = ("--predictions", "decision", "--favorable", "hire", "--sensitive", "sex", "--select", "bias")


def outcomes(path):
    return {o["check"]: o for o in json.loads(path.read_text())["outcomes"]}


def test_scores_and_weights_of_decisions_made_elsewhere(aiaudit, table, tmp_path):
    record = tmp_path / "record.json"
    frame = people()
    score = np.where(frame["decision"] == "hire", 0.7, 0.3) + frame["income"] / 1000
    data = table(frame, score=score, weight=frame["years"] + 1)
    options = ("--scores", "score", "--weights", "weight", "--control", "region", "-o", record)
    ran = aiaudit("check", data, *DECIDED, *options)
    assert ran.code in (0, 1), ran.err
    found = outcomes(record)
    assert {o["status"] for o in found.values()} <= {"measured", "skipped"}
    sweep = found["bias.threshold-sweep"]["measurements"]
    cut = next(m for m in sweep if m["metric"] == "decision_cutoff")
    assert cut["params"]["agreement"] == 1.0
    assert found["bias.score-distribution"]["notes"] == []
    rates = [m for m in found["bias.selection-rate"]["measurements"] if m["metric"] == "selection_rate"]
    assert all(m["effective_n"] < m["n"] for m in rates)
    subject = json.loads(record.read_text())["subject"]
    assert subject["weights"]["total"] == int((frame["years"] + 1).sum())
    assert [a["name"] for a in subject["controls"]] == ["region"]


def test_the_file_declares_population_dependants_and_training_data(aiaudit, table, tmp_path):
    table(people(seed=3), name="train.csv")
    data = table()
    (tmp_path / "aiaudit.yaml").write_text(
        f"""\
version: 1
data:
  path: {data.name}
  predictions: decision
  favorable: hire
  order: [reject, hire]
  sensitive: [sex]
  population: {{sex: {{female: 0.51, male: 0.49}}}}
  dependants: {{sex: [region]}}
  train: train.csv
select: [bias]
output: [record.json]
"""
    )
    ran = aiaudit("check", "-c", tmp_path / "aiaudit.yaml")
    assert ran.code in (0, 1), ran.err
    subject = json.loads((tmp_path / "record.json").read_text())["subject"]
    assert subject["population"] == {"sex": {"female": 0.51, "male": 0.49}}
    assert subject["dependants"] == {"sex": ["region"]}
    assert subject["order"] == ["reject", "hire"]
    assert subject["data"]["train"]["name"] == "train.csv"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("population: {sex: {female: 0.7, male: 0.7}}", "together they are at most 1"),
        ("population: {sex: {female: -0.1}}", "lies within 0 and 1"),
        ("order: [a, b]", "does not hold each label once"),
        ("weights: nothing", "has no column 'nothing'"),
    ],
)
def test_what_does_not_fit_is_refused(aiaudit, table, tmp_path, line, message):
    (tmp_path / "aiaudit.yaml").write_text(
        f"version: 1\ndata:\n  path: {table().name}\n  predictions: decision\n"
        f"  favorable: hire\n  sensitive: [sex]\n  {line}\n"
    )
    ran = aiaudit("check", "-c", tmp_path / "aiaudit.yaml")
    assert ran.code == 2
    assert message in ran.err


def test_a_model_and_a_column_of_scores_are_one_too_many(aiaudit, table, saved_model):
    ran = aiaudit("check", saved_model, table(), "--scores", "income", "--favorable", "hire")
    assert ran.code == 2
    assert "scores come from the model or from a column" in ran.err


def test_groups_are_set_against_the_one_that_was_named(aiaudit, table, tmp_path):
    record = tmp_path / "record.json"
    ran = aiaudit("check", table(), *DECIDED, "--reference", "sex=female", "-o", record)
    assert ran.code in (0, 1), ran.err
    declared = [
        m
        for m in outcomes(record)["bias.selection-rate"]["measurements"]
        if m["metric"] == "impact_ratio" and m["reference"]["rule"] == "declared"
    ]
    frame = people()
    rate = (frame["decision"] == "hire").groupby(frame["sex"]).mean()
    assert {m["scope"]["sex"]: m["value"] for m in declared} == pytest.approx(
        {group: rate[group] / rate["female"] for group in rate.index if group != "female"}
    )
    assert {m["reference"]["scope"]["sex"] for m in declared} == {"female"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("sex=femal", "column 'sex' has no group 'femal' (--reference)"),
        ("race=white", "no column 'race' (--reference)"),
        ("sex", "--reference takes COL=GROUP, not 'sex'"),
    ],
)
def test_a_reference_that_is_none_is_refused(aiaudit, table, given, message):
    ran = aiaudit("check", table(), *DECIDED, "--reference", given)
    assert ran.code == 2
    assert message in ran.err


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["income=upwards"], "--direction takes COL=up or COL=down, not 'income=upwards'"),
        (["income"], "--direction takes COL=up or COL=down, not 'income'"),
        (["income=up", "income=down"], "--direction says two things of column 'income'"),
        (["incom=up"], "no column 'incom' (--direction)"),
    ],
)
def test_a_direction_that_is_none_is_refused(aiaudit, table, given, message):
    ran = aiaudit("check", table(), *DECIDED, *(part for text in given for part in ("--direction", text)))
    assert ran.code == 2
    assert message in ran.err
