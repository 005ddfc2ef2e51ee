"""A policy's own metrics from the file to the exit code."""

import json
import sys

import numpy as np
import pandas as pd
import pytest

from aiaudit.own_metrics import ID
from tests.test_own_metrics import POLICY

MODULE = """\
import numpy as np
def cost(true, given, refusal, default):
    return refusal * np.mean(true > given) + default * np.mean(true < given)
def crash(true, given, refusal, default):
    raise RuntimeError("no cost today")
"""


@pytest.fixture
def shop(aiaudit, tmp_path):
    rng = np.random.default_rng(0)
    n = 600
    group = np.repeat(["a", "b"], n // 2)
    true = rng.integers(0, 2, n)
    wrong = rng.random(n) < np.where(group == "a", 0.05, 0.4)
    frame = pd.DataFrame({"g": group, "y": true, "given": np.where(wrong, 1 - true, true)})
    frame.to_csv(tmp_path / "data.csv", index=False)
    (tmp_path / "shopmetrics.py").write_text(MODULE)

    def check(function, *options):
        (tmp_path / "policy.yaml").write_text(POLICY.format(function=function))
        options = [
            *options,
            "--target",
            "y",
            "--predictions",
            "given",
            "--favorable",
            "1",
            "--sensitive",
            "g",
        ]
        files = ["-p", str(tmp_path / "policy.yaml"), "-o", str(tmp_path / "record.json")]
        done = aiaudit("check", tmp_path / "data.csv", *files, *options)
        sys.modules.pop("shopmetrics", None)
        record = tmp_path / "record.json"
        return done, json.loads(record.read_text()) if record.exists() else None

    check.folder = str(tmp_path)
    return check


def test_a_policy_gates_on_a_metric_of_its_own(shop):
    path = list(sys.path)
    done, record = shop(
        "shopmetrics:cost", "--trust-metric", "shopmetrics:cost", "--module-path", shop.folder
    )
    assert done.code == 1, done.err
    assert sys.path == path
    (verdict,) = record["verdicts"]
    assert (verdict["status"], verdict["measurement"]["scope"]) == ("fail", {"g": "b"})
    assert verdict["measurement"]["value"] > 30
    assert record["policy"]["metrics"][0]["function"] == "shopmetrics:cost"


def test_without_trust_nothing_runs(shop):
    done, record = shop("shopmetrics:cost", "--module-path", shop.folder)
    assert record is None
    assert done.code == 2
    assert "nobody vouched for" in done.err
    assert "--trust-metric shopmetrics:cost" in done.err
    assert "shopmetrics" not in sys.modules


def test_a_metric_that_crashes_leaves_the_audit_incomplete(shop):
    trust = ("--trust-metric", "shopmetrics:crash", "--module-path", shop.folder)
    done, record = shop("shopmetrics:crash", *trust)
    assert done.code == 3
    assert [v["status"] for v in record["verdicts"]] == ["error"]
    (outcome,) = [o for o in record["outcomes"] if o["check"] == ID]
    assert outcome["error"] == "RuntimeError: no cost today"
