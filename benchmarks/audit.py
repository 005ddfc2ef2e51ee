"""What an audit costs beyond reading the table and predicting, as a whole command, and against fairlearn's metrics.

Run: python benchmarks/audit.py [adult.csv.gz]

Without a file the table is made up, of the size of the census data set Adult (48,842 rows). Prints seconds of
CPU and ratios of one run; quote ratios, the machine decides the rest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import joblib
import numpy as np
import pandas as pd

from aiaudit.assemble import Inputs, assemble
from aiaudit.audit import Choices, audit
from aiaudit.declared import Declared
from aiaudit.groups import Sensitive
from aiaudit.loading.models import LocalModel
from aiaudit.loading.tables import read_table
from aiaudit.policy import load_policies
from aiaudit.render import render

REPEATS = 3


def cpu(call, repeats=REPEATS):
    """Return the median CPU seconds of *call*, and its last answer."""
    spent = []
    for _ in range(repeats):
        start = time.process_time()
        answer = call()
        spent.append(time.process_time() - start)
    return float(np.median(spent)), answer


def made_up(n=48_842):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({f"x{i}": rng.normal(size=n).round(4) for i in range(6)})
    frame["occupation"] = rng.choice([f"job {i}" for i in range(14)], n)
    frame["education"] = rng.choice([f"level {i}" for i in range(16)], n)
    frame["sex"] = rng.choice(["Female", "Male"], n, p=[0.33, 0.67])
    frame["race"] = rng.choice(list("ABCDE"), n, p=[0.85, 0.1, 0.03, 0.01, 0.01])
    frame["age"] = rng.integers(17, 90, n)
    frame["income"] = np.where(frame["x0"] + rng.normal(size=n) > 0.8, ">50K", "<=50K")
    return frame


def pipeline(features, target):
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OrdinalEncoder

    words = list(features.select_dtypes(exclude="number"))
    encode = make_column_transformer(
        (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), words), remainder="passthrough"
    )
    return make_pipeline(encode, HistGradientBoostingClassifier(random_state=0)).fit(features, target)


def by_fairlearn(frame, predicted):
    from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate

    rates = {"selected": selection_rate, "tpr": true_positive_rate, "fpr": false_positive_rate}
    true, decided = frame["income"] == ">50K", predicted == ">50K"
    for groups in (["sex"], ["race"], ["sex", "race"]):
        found = MetricFrame(metrics=rates, y_true=true, y_pred=decided, sensitive_features=frame[groups])
        found.by_group, found.ratio(), found.difference()


#: What the command cannot do without: start, read the table, load the model, predict.
FLOOR = "import sys, pandas, joblib; joblib.load(sys.argv[1]).predict(pandas.read_csv(sys.argv[2])[sys.argv[3].split(',')])"


def spent_by(*arguments):
    """Return the CPU seconds of a Python process and those that it starts, and the most memory of any, in MB."""
    before = os.times()
    running = subprocess.Popen([sys.executable, *map(str, arguments)], stdout=subprocess.DEVNULL)
    peak = 0
    while running.poll() is None:
        peak = max(peak, *map(int, memory_of(running.pid)), 0)
        time.sleep(0.05)
    after = os.times()
    user, system = after.children_user - before.children_user, after.children_system - before.children_system
    return user + system, peak / 1024, running.returncode


def memory_of(pid):
    """Yield the peak memory, in kB, of a process and of its children (Linux)."""
    for path in (f"/proc/{pid}", *(f"/proc/{child}" for child in children_of(pid))):
        try:
            status = Path(path, "status").read_text()
        except OSError:
            continue
        yield from (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))


def children_of(pid):
    try:
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []


def whole_command(model, path, columns, folder):
    """Print what the command costs from its start to the HTML, beside what it cannot do without."""
    saved = Path(folder) / "model.joblib"
    joblib.dump(model, saved)
    options = ["--target", "income", "--favorable", ">50K", "--seed", "1", "--no-archive", "-q"]
    options += ["--sensitive", "sex", "--sensitive", "race", "--sensitive", "age:40,62"]
    options += ["-o", Path(folder) / "record.json", "-o", Path(folder) / "report.html"]
    floor, least, _ = min(spent_by("-c", FLOOR, saved, path, ",".join(columns)) for _ in range(REPEATS))
    whole, most, code = min(spent_by("-m", "aiaudit", "check", saved, path, *options) for _ in range(REPEATS))
    print(
        f"  whole command with every check, JSON and HTML: {whole:.1f} s, exit code {code}; largest process {most:.0f} MB"
    )
    print(f"  start, read, load and predict alone: {floor:.1f} s, {least:.0f} MB: {whole / floor:.1f}x")


def main(argv):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(argv[1]) if len(argv) > 1 else Path(folder) / "people.csv"
        if len(argv) < 2:
            made_up().to_csv(path, index=False)
        frame = pd.read_csv(path)
        features = frame.drop(columns=[c for c in ("income", "sex", "race", "fnlwgt", "split") if c in frame])
        model = pipeline(features, frame["income"])
        text = ["income", "sex", "race", "age"]
        plain, _ = cpu(lambda: pd.read_csv(path))
        read, table = cpu(lambda: read_table(path, text_columns=text))
        predict, predicted = cpu(lambda: model.predict(features))
        protected = (
            Sensitive(column="sex"),
            Sensitive(column="race"),
            Sensitive(column="age", edges=(40.0, 62.0)),
        )
        declared = Declared(target="income", favorable=(">50K",), sensitive=protected)
        policy = load_policies(["smb-baseline"], base=Path()).policy
        choices = Choices(today=date(2026, 11, 21), ignore=("explainability",))
        together, subject = cpu(lambda: assemble(Inputs(table=table, model=LocalModel(model)), declared))
        measure, record = cpu(lambda: audit(subject, policy, choices))
        page, _ = cpu(lambda: render(record, "html", 0))
        peer, _ = cpu(lambda: by_fairlearn(frame, predicted), repeats=1)
        whole_command(model, path, list(features), folder)
    rest = (read - plain) + (together - predict) + measure
    print(f"rows {len(frame):,}; CPU seconds, median of {REPEATS}")
    print(
        f"  read the table: pandas {plain:.2f}, aiaudit {read:.2f} ({read / plain:.1f}x, exact text and checks of every row)"
    )
    print(f"  predict {predict:.2f}; put together incl. predict {together:.2f}")
    print(f"  check and judge (3 attributes and their pairs, all intervals and tests) {measure:.2f}")
    print(f"  HTML {page:.2f}")
    print(
        f"  beyond pandas' reading and predicting: {rest:.2f} = {rest / (plain + predict):.2f} of those two"
    )
    print(
        f"  fairlearn, three rates of 2 attributes and 1 pair, no interval: {peer:.2f} = {peer / measure:.1f}x our checks"
    )


if __name__ == "__main__":
    main(sys.argv)
