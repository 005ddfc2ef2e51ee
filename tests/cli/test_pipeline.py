"""The commands of a generated job, in a clean checkout: exit codes 0, 1, 3 and 4."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.linear_model import LogisticRegression

from aiaudit.__main__ import run
from tests.cli.conftest import people

pytestmark = [pytest.mark.slow, pytest.mark.long]
FEATURES = ["income", "years", "favour"]
BASH, GIT = shutil.which("bash"), shutil.which("git")


def applicants(n: int, gap: float) -> pd.DataFrame:
    """Return applicants of whom men are favoured by *gap*, in what the model sees and in what came of it."""
    frame = people(n, seed=3)
    rng = np.random.default_rng(3)
    frame["favour"] = (rng.normal(size=n) + gap * (frame["sex"] == "male")).round(3)
    frame["decision"] = np.where(frame["favour"] > 0, "hire", "reject")
    return frame


def _fitted(frame: pd.DataFrame, path: Path) -> None:
    joblib.dump(LogisticRegression(max_iter=1000).fit(frame[FEATURES], frame["decision"]), path)


class Hostile:
    """A pickle that would run a command."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch fired",)


def _repository(folder: Path, case: str, ci: str) -> None:
    n, gap = (40, 0.0) if case == "inconclusive" else (800, 2.0 if case == "fails" else 0.0)
    frame = applicants(n, gap)
    frame.drop(columns="age").to_csv(folder / "people.csv", index=False)
    if case == "refused":
        (folder / "model.pkl").write_bytes(pickle.dumps(Hostile()))
    else:
        _fitted(frame, folder / "model.joblib")
    _git(folder, "init", "-q")
    assert run(["init", str(folder), "--ci", ci]) == 0
    if case == "inconclusive":
        config = folder / "aiaudit.yaml"
        config.write_text(config.read_text() + "\ngate: {strict: true}\n")
    _git(folder, "add", ".")
    _git(folder, "commit", "-q", "-m", "all")


def _git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false")
    subprocess.run([str(GIT), *who, *arguments], cwd=folder, check=True, capture_output=True)


def _commands(checkout: Path, ci: str) -> list[str]:
    """Return the shell commands of the job, in order."""
    if ci == "gitlab":
        script: list[str] = yaml.safe_load((checkout / "aiaudit.gitlab-ci.yml").read_text())["aiaudit"][
            "script"
        ]
        return script
    job = yaml.safe_load((checkout / ".github/workflows/aiaudit.yml").read_text())["jobs"]["audit"]
    return [step["run"] for step in job["steps"] if "run" in step]


def _shell(
    commands: list[str], folder: Path, programs: Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run commands as a pipeline does: one shell, that ends at the first failure."""
    environment = {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(programs),
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        **variables,
    }
    script = "\n".join(commands)
    return subprocess.run(
        [str(BASH), "-e", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def programs(tmp_path):
    """A folder with the command, run by this interpreter: nothing is installed from afar."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "aiaudit"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m aiaudit "$@"\n')
    program.chmod(0o755)
    return folder


@pytest.mark.skipif(not (BASH and GIT), reason="bash and git are needed")
@pytest.mark.parametrize("ci", ["github", "gitlab"])
@pytest.mark.parametrize(("case", "code"), [("passes", 0), ("fails", 1), ("refused", 3), ("inconclusive", 4)])
def test_a_generated_job_ends_in_the_verdict(tmp_path, programs, ci, case, code):
    origin, checkout, summary = tmp_path / "origin", tmp_path / "checkout", tmp_path / "summary.md"
    origin.mkdir()
    _repository(origin, case, ci)
    _git(tmp_path, "clone", "-q", str(origin), str(checkout))
    install, *others = _commands(checkout, ci)
    assert install.startswith('python -m pip install "aiaudit==')
    ran = _shell(others, checkout, programs, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary))
    assert ran.returncode == code, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (checkout / "fired").exists()
    written = yaml.safe_load((checkout / "aiaudit.yaml").read_text())["output"]
    assert [(checkout / path).is_file() for path in written] == [code != 3] * len(written)
    assert summary.exists() == (code != 3)


@pytest.mark.skipif(not BASH, reason="bash is needed")
@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({}, 1),
        ({"ARGUMENTS": "--exit-zero\n"}, 0),
        ({"FAIL_ON": "blocker"}, 0),
        ({"MODEL": "model.joblib"}, 2),
        ({"MODEL": "model.joblib", "DATA": "people.csv"}, 1),
        ({"CONFIG": "none.yaml"}, 2),
        ({"DATA": "$(touch fired)"}, 2),
    ],
)
def test_the_step_of_the_action_ends_in_the_verdict(tmp_path, programs, inputs, code):
    _repository(tmp_path, "fails", "none")
    steps = yaml.safe_load((Path(__file__).parents[2] / "action.yml").read_text())["runs"]["steps"]
    (step,) = [step for step in steps if step.get("id") == "audit"]
    variables = dict.fromkeys(step["env"], "") | {
        "CONFIG": "aiaudit.yaml",
        "STRICT": "false",
        "REPORTS": str(tmp_path / "out"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        **inputs,
    }
    ran = _shell([step["run"]], tmp_path, programs, **variables)
    assert ran.returncode == code, ran.stdout + ran.stderr
    assert not (tmp_path / "fired").exists()
    if code != 2:
        assert (tmp_path / "output").read_text() == f"exit-code={code}\nfindings=true\n"
        assert (tmp_path / "out" / "report.html").is_file()
