"""The audit from the command line, end to end."""

import json

import numpy as np
import pandas as pd

from .conftest import people

OPTIONS = ("--target", "decision", "--favorable", "hire", "--sensitive", "sex", "--sensitive", "age:40,62")
DECISIONS = ("--predictions", "decision", "--favorable", "hire")
BY_DECISIONS = ("bias.selection-rate",)
BY_LABELS = ("bias.error-rates",)


def record_of(path):
    return json.loads(path.read_text())


def test_a_saved_pipeline_is_audited(aiaudit, table, saved_model, tmp_path):
    record = tmp_path / "out" / "record.json"
    ran = aiaudit(
        "check", saved_model, table(), *OPTIONS, "-o", record, "-o", tmp_path / "out" / "report.html"
    )
    assert ran.code in (0, 1)
    found = record_of(record)
    assert found["exit_code"] == ran.code
    assert found["subject"]["rows"] == {"read": 600, "assessed": 600, "excluded": {}}
    status = {o["check"]: o["status"] for o in found["outcomes"]}
    assert "errored" not in status.values()
    for check in (*BY_DECISIONS, *BY_LABELS, "explainability.global-importance", "transparency.system-card"):
        assert status[check] == "measured"
    assert f"Exit code {ran.code}" in ran.out
    assert "<!doctype html>" in (tmp_path / "out" / "report.html").read_text().lower()


def test_two_runs_give_the_same_bytes(aiaudit, table, tmp_path):
    paths = [tmp_path / "a.json", tmp_path / "b.json"]
    data = table()
    for path in paths:
        aiaudit("check", data, *DECISIONS, "--sensitive", "sex", "-o", path, "-q")
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_decisions_without_a_model(aiaudit, table, tmp_path):
    record = tmp_path / "record.json"
    options = (*DECISIONS, "--sensitive", "sex", "-o", record, "-q")
    assert aiaudit("check", table(), *options).code in (0, 1)
    found = record_of(record)
    skipped = {o["check"]: o["reason"] for o in found["outcomes"] if o["status"] == "skipped"}
    assert {*BY_LABELS, "explainability.global-importance"} <= set(skipped)
    assert not set(BY_DECISIONS) & set(skipped)
    statuses = {v["status"] for v in found["verdicts"] if v["requirement"] == "protected-importance"}
    assert statuses == {"not_assessed"}


def test_config_file_gives_the_same_record(aiaudit, table, tmp_path):
    data = table()
    (tmp_path / "aiaudit.yaml").write_text(
        f"version: 1\ndata: {{path: {data.name}, predictions: decision, favorable: hire,\n"
        "  sensitive: [sex, {age: [40, 62]}]}\noutput: [config.json]\n"
    )
    by_config = aiaudit("check", "-c", tmp_path / "aiaudit.yaml", "-q")
    flags = (*DECISIONS, "--sensitive", "sex", "--sensitive", "age:40,62", "-o", tmp_path / "flags.json")
    assert by_config.code == aiaudit("check", data, *flags, "-q").code
    assert (tmp_path / "config.json").read_bytes() == (tmp_path / "flags.json").read_bytes()


def test_planted_gap_fails_and_parity_does_not(aiaudit, table):
    rng = np.random.default_rng(3)
    sex = rng.choice(["female", "male"], 1000)
    for rates, code in (({"female": 0.18, "male": 0.30}, 1), ({"female": 0.25, "male": 0.25}, 0)):
        chance = np.array([rates[s] for s in sex])
        frame = pd.DataFrame({"sex": sex, "d": np.where(rng.random(1000) < chance, "yes", "no")})
        options = ("--predictions", "d", "--favorable", "yes", "--sensitive", "sex", "-q")
        assert aiaudit("check", table(frame), *options).code == code


def test_strict_and_exit_zero(aiaudit, table):
    few = people(40)
    options = (*DECISIONS, "--sensitive", "sex", "-q")
    assert aiaudit("check", table(few), *options).code == 0
    assert aiaudit("check", table(few), *options, "--strict").code == 4
    assert aiaudit("check", table(few), *options, "--strict", "--exit-zero").code == 0


def test_groups_from_a_file_of_their_own(aiaudit, table, tmp_path):
    frame = people().assign(id=lambda f: range(len(f)))
    data = table(frame.drop(columns="sex"))
    groups = table(frame[["id", "sex"]].iloc[10:], name="groups.csv")
    record = tmp_path / "record.json"
    options = (*DECISIONS, "--sensitive", "sex")
    aiaudit("check", data, *options, "--groups", groups, "--on", "id", "-o", record, "-q")
    attribute = record_of(record)["subject"]["attributes"][0]
    assert attribute["missing"] == 10
    assert any("10 row(s)" in note for note in record_of(record)["subject"]["notes"])


def test_labels_by_what_they_say(aiaudit, table, tmp_path):
    frame = people()
    for good, bad in ((0, 1), (2, 1), (1, -1), (True, False), ("yes", "no"), (">50K", "<=50K")):
        decided = np.where(frame["decision"] == "hire", str(good), str(bad))
        record = tmp_path / "record.json"
        options = ("--predictions", "decision", "--favorable", good, "--sensitive", "sex", "-o", record, "-q")
        assert aiaudit("check", table(frame, decision=decided), *options).code in (0, 1)
        measured = next(o for o in record_of(record)["outcomes"] if o["check"] == "bias.selection-rate")
        overall = next(
            m for m in measured["measurements"] if m["metric"] == "selection_rate" and not m["scope"]
        )
        assert overall["numerator"] == (frame["decision"] == "hire").sum()


def test_json_on_stdout_is_the_record(aiaudit, table):
    options = (*DECISIONS, "--sensitive", "sex", "--format", "json")
    ran = aiaudit("check", table(), *options)
    assert json.loads(ran.out)["schema"] == "aiaudit/record/1"
