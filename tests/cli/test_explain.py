"""``aiaudit explain`` from the command line, with the model in its own process."""

import csv
import io
import json

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

REASONS = """
columns:
  income: {reason: Income insufficient for the amount requested}
  years: {reason: Short time in present employment, direction: up}
  region: {immutable: true, reason: Place of work}
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explain")
    rng = np.random.default_rng(0)
    n = 300
    table = pd.DataFrame(
        {
            "applicant": np.arange(1000, 1000 + n),
            "income": rng.normal(50, 10, n).round(1),
            "years": rng.integers(0, 30, n),
            "region": rng.choice(["north", "south"], n),
            "sex": rng.choice(["female", "male"], n),
        }
    )
    table["outcome"] = np.where(table["income"] + table["years"] > 65, "approved", "denied")
    columns = ["income", "years", "region"]
    encode = make_column_transformer((OneHotEncoder(), ["region"]), remainder="passthrough")
    model = make_pipeline(encode, LogisticRegression(max_iter=500)).fit(table[columns], table["outcome"])
    joblib.dump(model, folder / "model.joblib")
    table.to_csv(folder / "data.csv", index=False)
    (folder / "reasons.yaml").write_text(REASONS)
    decided = model.predict(table[columns])
    refused = int(np.flatnonzero((decided == "denied") & (table["income"] < 40))[0])
    return folder, table, decided, refused


@pytest.fixture
def explain(aiaudit, files):
    folder = files[0]

    def call(*arguments):
        shared = ["--favorable", "approved", "--target", "outcome", "--reasons", folder / "reasons.yaml"]
        return aiaudit("explain", folder / "model.joblib", folder / "data.csv", *shared, *arguments)

    return call


def test_one_row_is_told(explain, files):
    ran = explain("--row", files[3] + 1)
    assert ran.code == 0, ran.err
    assert f"row {files[3] + 1} of data.csv: denied (unfavourable)" in ran.out
    assert "log-odds of approved, exact, from the model's coefficients" in ran.out
    assert "Income insufficient for the amount requested" in ran.out
    assert "-> approved" in ran.out
    assert "region from" not in ran.out


@pytest.mark.slow
def test_an_identifier_is_no_feature_but_finds_the_row(explain, files):
    by_row = explain("--row", files[3] + 1, "--format", "json")
    by_id = explain("--id", f"applicant={1000 + files[3]}", "--format", "json")
    assert json.loads(by_row.out) == json.loads(by_id.out)
    told = json.loads(by_id.out)
    assert [c["baseline"] for c in told["compared"]] == ["all", "passing"]
    assert set(told["compared"][0]["attributions"]) == {"income", "years", "region"}


@pytest.mark.slow
def test_a_letter_goes_to_a_file_and_blanks_are_said(explain, files, tmp_path):
    path = tmp_path / "letter.txt"
    ran = explain("--row", files[3] + 1, "--letter", "us-credit", "-o", path)
    assert ran.code == 0, ran.err
    assert "1. Income insufficient" in path.read_text()
    assert "to be filled in by you: [NAME OF CREDITOR]" in ran.err
    assert f"wrote {path}" in ran.err


@pytest.mark.slow
def test_all_adverse_decisions(explain, files):
    ran = explain("--adverse", "--baseline", "passing")
    assert ran.code == 0, ran.err
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    decided = files[2]
    assert [int(row["row"]) for row in rows] == list(np.flatnonzero(decided == "denied") + 1)
    assert {row["baseline"] for row in rows} == {"passing"}
    assert all(row["reason_1"] for row in rows)


@pytest.mark.slow
def test_files_are_written_as_their_names_end(explain, files, tmp_path):
    starts = {"d.html": "<!DOCTYPE html>", "d.json": "{", "d.txt": f"row {files[3] + 1} of"}
    ran = explain("--row", files[3] + 1, *(word for name in starts for word in ("-o", tmp_path / name)))
    assert ran.code == 0, ran.err
    for name, start in starts.items():
        assert (tmp_path / name).read_text("utf-8").lstrip().startswith(start)
    assert "Income insufficient" in (tmp_path / "d.html").read_text("utf-8")
    pytest.importorskip("pyarrow")
    assert explain("--adverse", "-o", tmp_path / "all.parquet", "-o", tmp_path / "all.csv").code == 0
    table, plain = pd.read_parquet(tmp_path / "all.parquet"), pd.read_csv(tmp_path / "all.csv")
    assert list(table["reason_1"]) == list(plain["reason_1"])
    assert list(table["row"]) == list(plain["row"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--row", "1", "-o", "decision.pdf"], "End it with one of: .txt, .json, .html, .htm."),
        (["--row", "1", "--letter", "generic", "-o", "letter.html"], "End it with one of: .txt."),
        (["--adverse", "-o", "all.xlsx"], "End it with one of: .csv, .parquet."),
        (["--adverse", "--format", "json"], "CSV or Parquet"),
        (["--row", "1", "--format", "html", "-o", "."], "is a folder"),
    ],
)
def test_what_cannot_be_written_is_said_before_anything_is_read(aiaudit, arguments, said):
    ran = aiaudit("explain", "no-model.joblib", "no-data.csv", *arguments)
    assert ran.code == 2
    assert said in ran.err


@pytest.mark.slow
def test_a_slip_in_the_dictionary_is_named(explain, files, tmp_path):
    path = tmp_path / "slip.yaml"
    path.write_text("columns: {incom: {reason: Income}}")
    ran = explain("--row", 1, "--reasons", path)
    assert ran.code == 2
    assert "the model is not given: 'incom'" in ran.err
    assert "Did you mean 'income'?" in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--row", "301"], "has 300 rows, no row 301"),
        (["--row", "1", "--adverse"], "name one row"),
        ([], "name one row"),
        (["--adverse", "--letter", "generic"], "for one row"),
        (["--id", "nobody=1"], "--id takes COL=VALUE"),
        (["--row", "1", "--favorable", "granted"], "granted"),
    ],
)
@pytest.mark.slow
def test_what_is_asked_wrongly_is_a_usage_error(explain, arguments, said):
    ran = explain(*arguments)
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.slow
def test_a_value_that_several_rows_hold_names_none(explain):
    ran = explain("--id", "region=north")
    assert ran.code == 3
    assert "rows of data.csv hold 'north'" in ran.err
