"""Models of other environments: what is said before loading, and the same answers under their own interpreter."""

import ast
import importlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier

from aiaudit.errors import IncompleteError, UsageError
from aiaudit.loading import process, worker
from aiaudit.loading.looking import Look, read_model
from aiaudit.loading.models import open_in, open_model, predict_in_batches, scores_in_batches
from aiaudit.loading.releases import check_release
from aiaudit.loading.surroundings import Settings

ROOT = Path(__file__).parents[2]
SOURCE = Path(__file__).with_name("source")


def look(saved, names=("sklearn.pipeline.Pipeline",), format="joblib"):
    return Look(
        format=format, compression="", kind="", names=names, versions={"scikit-learn": saved} if saved else {}
    )


@pytest.mark.parametrize(
    ("saved", "running"),
    [("1.5.2", "1.5.0"), ("1.5.2", "1.5.2"), ("", "1.9.1"), ("1.5.2", ""), ("odd", "1.9.1")],
)
def test_the_same_minor_release_or_an_unknown_one_is_loaded(saved, running):
    check_release(look(saved), {"scikit-learn": running})


def test_another_minor_release_is_refused_with_the_commands_to_run():
    seen = look("1.5.2", ("sklearn.pipeline.Pipeline", "lightgbm.sklearn.LGBMClassifier"), "skops")
    with pytest.raises(
        IncompleteError, match=r"saved with scikit-learn 1\.5\.2, but this environment has 1\.9\.1"
    ) as caught:
        check_release(seen, {"scikit-learn": "1.9.1"})
    assert "pip install scikit-learn==1.5.2 pandas lightgbm skops" in caught.value.hint
    assert "--python" in caught.value.hint


def test_a_release_out_of_a_hostile_file_goes_into_no_command():
    check_release(look("1.5.2; rm -rf ~"), {"scikit-learn": "1.9.1"})
    check_release(look("1.5.2\n"), {"scikit-learn": "1.5.0"})


@pytest.mark.parametrize("python", ["/nowhere/python", "no-such-python-anywhere"])
def test_an_interpreter_that_is_not_there_is_a_usage_error(python, tmp_path):
    (tmp_path / "m.pkl").write_bytes(b"\x80\x04N.")
    with pytest.raises(UsageError, match="no such interpreter"):
        open_model(tmp_path / "m.pkl", python=python)


def test_a_program_that_is_no_interpreter_is_an_incomplete_audit(tmp_path):
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho 'I am no Python' >&2\nexit 7\n")
    program.chmod(0o700)
    (tmp_path / "m.pkl").write_bytes(b"\x80\x04N.")
    with pytest.raises(IncompleteError, match=r"could not start under .*: I am no Python"):
        open_model(tmp_path / "m.pkl", python=str(program))


def modules_of_the_worker():
    """Return the files that run in the model's process: those that its entry point imports, and theirs."""
    folder, waiting, found = Path(worker.__file__).parent, ["worker"], set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            tree = ast.parse((folder / f"{name}.py").read_text())
            relative = [
                node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level == 1
            ]
            waiting += [node.module or alias.name for node in relative for alias in node.names]
    return {name: folder / f"{name}.py" for name in found}


def test_the_process_of_the_model_runs_under_python_3_8_without_this_package():
    files = modules_of_the_worker()
    assert {"answering", "unpickler", "seccomp", "columns"} <= set(files)
    for name, path in files.items():
        tree = ast.parse(path.read_text(), feature_version=(3, 8))
        ours = [
            node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level == 0
        ]
        assert not [module for module in ours if module and module.startswith("aiaudit")], name


def test_the_audit_itself_never_imports_scikit_learn(tmp_path):
    code = """
import pickle, sys
from aiaudit.loading.models import open_model, predict_in_batches
import pandas as pd
with open_model(sys.argv[1]) as model:
    predict_in_batches(model, pd.DataFrame({"x": [1.0]}))
print("sklearn" in sys.modules, "joblib" in sys.modules, "scipy" in sys.modules)
"""
    path = str(tmp_path / "m.joblib")
    joblib.dump(DummyClassifier().fit([[1]], [1]), path)
    done = subprocess.run([sys.executable, "-c", code, path], check=True, capture_output=True, text=True)
    assert done.stdout == "False False False\n"


@pytest.fixture(scope="module")
def environments():
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        yield importlib.import_module("environments")
    finally:
        sys.path.remove(str(ROOT / "scripts"))


@pytest.mark.slow
@pytest.mark.xdist_group("environments")
@pytest.mark.timeout(1500)
@pytest.mark.parametrize(
    "release",
    # Each builds an environment of its own, for minutes where nothing is at hand.
    ["1.5.2", *(pytest.param(release, marks=pytest.mark.long) for release in ("1.3.2", "1.7.2"))],
)
def test_pipelines_of_old_releases_answer_the_same_under_their_own_interpreter(
    release, environments, tmp_path
):
    folder = Path(
        os.environ.get("AIAUDIT_TEST_ENVIRONMENTS", Path(tempfile.gettempdir()) / "aiaudit-environments")
    )
    folder.mkdir(exist_ok=True)
    try:
        python = str(environments.environment(release, folder))
    except environments.CannotBuild as reason:
        pytest.skip(str(reason))
    subprocess.run([python, SOURCE / "train_pipelines.py", tmp_path], check=True)
    frame = pd.read_csv(tmp_path / "data.csv")
    paths = sorted(p for p in tmp_path.iterdir() if p.suffix in (".pkl", ".joblib", ".skops"))
    assert len(paths) == 15
    # In one process after the other's model: a start costs more than a model.
    running = process.start(Settings(path=paths[0], python=python, memory=4 << 30, timeout=120))
    for path in paths:
        model = open_in(running, read_model(path))
        expected = np.load(path.with_suffix(".npy"))
        np.testing.assert_array_equal(scores_in_batches(model, frame), expected, err_msg=path.name)
        labels = np.load(path.with_suffix(".labels.npy"))
        np.testing.assert_array_equal(predict_in_batches(model, frame), labels, err_msg=path.name)
        assert model.facts.versions["scikit-learn"] == release
    running.end()
    with pytest.raises(IncompleteError, match=f"saved with scikit-learn {release}"):
        open_model(tmp_path / "LogisticRegression.joblib")
    check_audit(tmp_path, python, release)


def check_audit(folder, python, release):
    """The whole audit under the model's own interpreter counts what that release decided when it was saved."""
    command = [sys.executable, "-m", "aiaudit", "check", "RandomForestClassifier.joblib", "data.csv"]
    command += ["--python", python, "--sensitive", "job", "--favorable", "yes", "-o", "record.json"]
    command += ["--select", "bias.selection-rate"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    record = json.loads((folder / "record.json").read_text())
    assert record["subject"]["model"]["versions"]["scikit-learn"] == release
    [measured] = [o for o in record["outcomes"] if o["check"] == "bias.selection-rate"]
    counted = {
        m["scope"]["job"]: (m["numerator"], m["denominator"])
        for m in measured["measurements"]
        if m["metric"] == "selection_rate" and m["scope"].keys() == {"job"}
    }
    jobs = pd.read_csv(folder / "data.csv", keep_default_na=False)["job"]
    decided = np.load(folder / "RandomForestClassifier.labels.npy") == "yes"
    for job in "abc":
        assert counted[job] == (decided[jobs == job].sum(), (jobs == job).sum())
