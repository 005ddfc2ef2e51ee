"""What the model's own process costs: to start, and to predict a million rows, beside doing it in this process.

Run: python benchmarks/worker.py [ROWS [ROUNDS]]   (Linux: it reads the CPU clock of the other process)

Limits: the process adds no more to a run than the import of scikit-learn takes, and 10 % to predicting. The figure
is seconds of CPU of both processes together, user and system; the time on the clock is printed beside it and says
something on a quiet machine only. Batches are the same on both sides, the two take turns, and what is printed are
medians. The last line is a model that does nothing: the price of the way there and back, in seconds a million rows.
"""

import os
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from aiaudit.loading.models import LocalModel, open_model, predict_in_batches

NUMBERS = [f"x{i}" for i in range(8)]
TEXTS = ["job", "town"]
MODELS = {
    "logistic regression": LogisticRegression(max_iter=200),
    "boosting": HistGradientBoostingClassifier(max_iter=20),
    "forest, n_jobs=None": RandomForestClassifier(20, max_depth=8),
    "forest, n_jobs=-1": RandomForestClassifier(20, max_depth=8, n_jobs=-1),
}
IMPORT = "import numpy, pandas, sklearn.pipeline, sklearn.compose, sklearn.linear_model"
IN_PROCESS = """
import pickle, sys, numpy, pandas, sklearn
model = pickle.load(open(sys.argv[1], 'rb'))
print(model.predict(pandas.read_csv(sys.argv[2])))
"""
IN_WORKER = """
import sys, pandas
from aiaudit.loading.models import open_model
with open_model(sys.argv[1]) as model:
    print(model.predict(pandas.read_csv(sys.argv[2])))
"""


def table(rows):
    """Return numbers and text as a reader of files gives them: each column in one piece."""
    random = np.random.default_rng(0)
    columns = {name: random.normal(size=rows) for name in NUMBERS}
    return pd.DataFrame(columns | {n: random.choice([f"{n} {i}" for i in range(20)], rows) for n in TEXTS})


def fitted(model):
    frame = table(20_000)
    columns = ColumnTransformer(
        [("n", StandardScaler(), NUMBERS), ("t", OneHotEncoder(), TEXTS)], sparse_threshold=0
    )
    # Labels of text, as they stand in a file.
    return make_pipeline(columns, model).fit(
        frame, (frame["x0"] + frame["x1"] > 0).map({True: "yes", False: "no"})
    )


def children():
    """Seconds of CPU of all processes that have ended, theirs included, and of the clock."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return np.array([spent.ru_utime + spent.ru_stime, time.perf_counter()])


def starting(path, rounds):
    """Return seconds of CPU and of the clock to import scikit-learn, and to decide on one row in either way."""
    row = path.with_name("row.csv")
    table(1).to_csv(row, index=False)
    commands = {"import": IMPORT, "in process": IN_PROCESS, "own process": IN_WORKER}
    found = {name: [] for name in commands}
    for _ in range(rounds):
        for name, code in commands.items():
            before = children()
            subprocess.run([sys.executable, "-c", code, path, row], check=True, stdout=subprocess.DEVNULL)
            found[name].append(children() - before)
    return {name: np.median(spent, axis=0) for name, spent in found.items()}


def clocks(process):
    """Seconds of CPU of this process and of *process*, and of the clock."""
    other = (~process.pid << 3) | 2  # clock_getcpuclockid(3): the number of a process's own clock
    return np.array([time.process_time() + time.clock_gettime(other), time.perf_counter()])


def predicting(estimator, remote, frame, rounds):
    """Return seconds of CPU and of the clock, shape (rounds, 2 ways, 2), and whether both said the same."""
    spent, same = np.zeros((rounds, 2, 2)), True
    for i in range(rounds):
        answers = {}
        for way, model in ((0, LocalModel(estimator)), (1, remote))[:: 1 if i % 2 else -1]:
            before = clocks(remote._worker.process)
            answers[way] = predict_in_batches(model, frame)
            spent[i, way] = clocks(remote._worker.process) - before
        same &= np.array_equal(answers[0], answers[1])
    return spent, same


def show_start(path, rounds):
    found = starting(path, rounds)
    added, limit = found["own process"] - found["in process"], found["import"]
    print(f"to start: {added[0]:+.2f} s of CPU, {added[1]:+.2f} s on the clock", end="; ")
    print(f"importing scikit-learn takes {limit[0]:.2f} s and {limit[1]:.2f} s")


def show(name, spent, rows):
    here, there = np.median(spent, axis=0)
    cpu, clock = np.median(spent[:, 1] / spent[:, 0], axis=0)
    print(
        f"{name:20} CPU {here[0]:6.2f} s -> {there[0]:6.2f} s, x{cpu:.2f}   "
        f"clock {here[1]:6.2f} s -> {there[1]:6.2f} s, x{clock:.2f}   "
        f"{(there[0] - here[0]) / rows * 1e6:+.2f} s of CPU a million rows",
        flush=True,
    )


def main():
    rows, rounds = (int(given) for given in (sys.argv[1:] + ["1000000", "7"][len(sys.argv) - 1 :]))
    frame = table(rows)
    print(
        f"{rows:,} rows, medians of {rounds} rounds, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.pkl")
        for name, model in MODELS.items():
            estimator = fitted(model)
            path.write_bytes(pickle.dumps(estimator))
            if name == next(iter(MODELS)):
                show_start(path, rounds)
            with open_model(path) as remote:
                spent, same = predicting(estimator, remote, frame, rounds)
            show(name if same else f"{name} DIFFERS", spent, rows)
        nothing = DummyClassifier().fit(frame, np.zeros(rows))
        path.write_bytes(pickle.dumps(nothing))
        with open_model(path) as remote:
            show("nothing", predicting(nothing, remote, frame, rounds)[0], rows)


if __name__ == "__main__":
    main()
