"""Checks of the data on decisions made elsewhere, from the command line."""

import json

from .conftest import people


def test_the_data_are_checked_without_a_model(aiaudit, table, tmp_path):
    frame = people().assign(outcome="hire").drop(columns="region")
    frame.loc[300:, "outcome"] = "reject"
    train = people(seed=3).assign(outcome="hire").drop(columns="region")
    train.iloc[:20] = frame.iloc[10:30]
    frame.loc[:4, "income"] = None
    record = tmp_path / "record.json"
    ran = aiaudit(
        *("check", table(frame), "--target", "outcome", "--predictions", "decision", "--favorable", "hire"),
        *("--sensitive", "sex", "--train", table(train, name="train.csv"), "-o", record),
        *("--select", "data", "--select", "bias.selection-rate"),
    )
    assert ran.code in (0, 1), ran.out
    outcomes = {o["check"]: o for o in json.loads(record.read_text())["outcomes"]}
    found = {id: o for id, o in outcomes.items() if id.startswith("data.")}
    assert {id for id, o in found.items() if o["status"] != "measured"} == {"data.representation"}
    copies = {m["metric"]: m for m in found["data.train-overlap"]["measurements"]}
    assert copies["copy_rate"]["numerator"] == 20
    assert copies["copy_excess"]["interval"]["low"] > 0
    columns = {m["scope"].get("column") for m in found["data.drift"]["measurements"]}
    assert columns == {"income", "years", "sex", "age", "outcome"}
    missing = found["data.missing-values"]["measurements"]
    assert next(m["numerator"] for m in missing if m["scope"] == {"column": "income"}) == 5


def test_training_data_without_the_columns_leave_the_audit_incomplete(aiaudit, table):
    train = table(people().drop(columns="income"), name="train.csv")
    ran = aiaudit(
        *("check", table(), "--predictions", "decision", "--favorable", "hire", "--sensitive", "sex"),
        *("--train", train, "--select", "data.train-overlap"),
    )
    assert ran.code == 3
    assert "train.csv lacks 1 column(s) of the data: 'income'" in " ".join(ran.out.split())
