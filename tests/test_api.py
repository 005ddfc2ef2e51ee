"""The function of notebooks measures and judges what the command does."""

import doctest
import subprocess
import sys
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import aiaudit
from aiaudit import api
from aiaudit.__main__ import run
from aiaudit.archive.lookup import stored
from aiaudit.errors import IncompleteError, UsageError
from aiaudit.execute import today
from aiaudit.outputs import write

FEATURES = ["income", "years"]


def people(n=500, seed=0):
    rng = np.random.default_rng(seed)
    sex = rng.choice(["female", "male"], n)
    income = rng.normal(50, 10, n).round(2) + 6 * (sex == "male")
    return pd.DataFrame(
        {
            "income": income,
            "years": rng.integers(0, 30, n),
            "sex": sex,
            "age": rng.integers(18, 80, n),
            "weight": rng.uniform(0.5, 2, n).round(3),
            "hired": np.where(income + rng.normal(0, 5, n) > 53, "yes", "no"),
        }
    )


@pytest.fixture(scope="module")
def fitted():
    train = people(seed=1)
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(train[FEATURES], train["hired"])


def checked(folder, said):
    """Run the command in *folder*; return its exit code and its record."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        code = run(["check", *said.split(), "--favorable", "yes", "-q", "-o", "record.json"])
        return code, stored(None, "record.json")


def same_but_for_the_files(record):
    """Return the digest of a record as if it named neither files nor the model's origin."""
    return replace(record, subject=replace(record.subject, data={}, model=None, notes=())).digest


def test_the_docstrings_hold():
    assert doctest.testmod(api).failed == 0
    assert doctest.testmod(api).attempted >= 4


@pytest.mark.slow
def test_a_model_in_memory_gives_the_numbers_and_verdicts_of_the_command(fitted, tmp_path):
    joblib.dump(fitted, tmp_path / "model.joblib")
    people().to_csv(tmp_path / "people.csv", index=False)
    people(seed=1).to_csv(tmp_path / "train.csv", index=False)
    said = "--target hired --sensitive sex --sensitive age:40,62 --drop weight --train train.csv"
    code, command = checked(tmp_path, f"model.joblib people.csv {said}")

    record = aiaudit.audit_model(
        fitted,
        people(),
        target="hired",
        favorable="yes",
        sensitive=["sex", {"age": [40, 62]}],
        drop=["weight"],
        train=people(seed=1),
    )

    assert record.exit_code == code == 1
    assert same_but_for_the_files(record) == same_but_for_the_files(command)
    assert record.subject.model.format == "memory"


def test_decisions_with_weights_and_controls_give_the_numbers_of_the_command(tmp_path):
    people().to_csv(tmp_path / "people.csv", index=False)
    said = "--predictions hired --sensitive sex --weights weight --control years:10,20"
    _, command = checked(tmp_path, f"people.csv {said}")
    frame = people()
    before = frame.copy()

    record = aiaudit.audit_model(
        None, frame, predictions="hired", favorable="yes", sensitive="sex", weights="weight", control="years:10,20"
    )  # fmt: skip

    assert same_but_for_the_files(record) == same_but_for_the_files(command)
    pd.testing.assert_frame_equal(frame, before)


def test_a_baseline_excuses_what_it_knows(fitted, tmp_path):
    asked = {"target": "hired", "favorable": "yes", "sensitive": "sex"}
    first = aiaudit.audit_model(fitted, people(), **asked)
    write(first, [tmp_path / "record.json"], first.exit_code)

    again = aiaudit.audit_model(fitted, people(), **asked, baseline=tmp_path / "record.json")

    assert (first.exit_code, again.exit_code) == (1, 0)
    assert {v.baseline for v in again.verdicts if v.status == "fail"} == {"known", None}


def test_a_configuration_is_carried_out_with_its_baseline(tmp_path):
    people().to_csv(tmp_path / "people.csv", index=False)
    settings = (
        "version: 1\ndata: {path: people.csv, predictions: hired, favorable: ['yes'], sensitive: [sex]}\n"
    )
    (tmp_path / "aiaudit.yaml").write_text(settings)
    first = aiaudit.audit_config(tmp_path / "aiaudit.yaml")
    write(first, [tmp_path / "first.json"], first.exit_code)
    (tmp_path / "aiaudit.yaml").write_text(settings + "gate: {baseline: first.json}\n")

    again = aiaudit.audit_config(tmp_path / "aiaudit.yaml")

    assert (first.exit_code, again.exit_code) == (1, 0)
    assert again.provenance.baseline == first.digest


def test_the_day_of_judgement_can_be_given():
    day = date(2030, 1, 1)
    asked = {"predictions": "hired", "favorable": "yes", "sensitive": "sex"}
    assert aiaudit.audit_model(None, people(), **asked, today=day).provenance.judged_on == day
    assert aiaudit.audit_model(None, people(), **asked).provenance.judged_on == today()


@pytest.mark.parametrize(
    ("model", "frame", "asked", "error", "told"),
    [
        (None, [1, 2], {}, UsageError, "is a list, not a pandas DataFrame"),
        (None, people().iloc[:0], {}, IncompleteError, "holds no rows"),
        (None, people().rename(columns={"age": 3}), {}, UsageError, "without a name of their own: '3'"),
        (None, pd.concat([people(), people()[["age"]]], axis=1), {}, UsageError, "of their own: 'age'"),
        (None, people(), {"predictions": "hird"}, UsageError, "has no column 'hird'"),
        (None, people(), {"policy": "smb-baselin"}, UsageError, "there is no policy pack 'smb-baselin'"),
        (None, people(), {"predictions": None}, UsageError, "neither a model nor a column of decisions"),
        ("model.pkl", people(), {"predictions": None}, IncompleteError, "a str cannot predict"),
        (LogisticRegression(), people(), {}, UsageError, "from the model or from a column, not from both"),
        (None, people(), {"favourable": "yes"}, UsageError, "favourable"),
    ],
)
def test_mistakes_are_told(model, frame, asked, error, told):
    arguments = {"predictions": "hired", "favorable": "yes", "sensitive": "sex"} | asked
    with pytest.raises(error, match=told):
        aiaudit.audit_model(model, frame, **arguments)


class Frames(HTMLParser):
    """The tags of a page, and the page within its first frame."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.inner = [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.inner = self.inner or dict(attrs).get("srcdoc", "")


def test_a_notebook_shows_the_report_in_a_frame_that_runs_nothing():
    frame = people().replace({"sex": {"male": '"><script>alert(1)</script>'}})
    record = aiaudit.audit_model(None, frame, predictions="hired", favorable="yes", sensitive="sex")

    outer = Frames(record._repr_html_())

    assert outer.tags == ["iframe"]
    assert 'sandbox=""' in record._repr_html_()
    inner = Frames(outer.inner)
    assert "h1" in inner.tags
    assert "script" not in inner.tags
    assert record.digest in outer.inner


def test_names_are_found_without_being_imported(environment):
    assert {"Record", "audit_config", "audit_model"} <= set(dir(aiaudit))
    script = "import sys, aiaudit; hasattr(aiaudit, 'nothing'); print('pandas' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, env=environment)  # fmt: skip
    assert run.stdout == "False\n"
