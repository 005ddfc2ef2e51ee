"""What the model's own process costs: to start, and to predict a million rows, beside predicting in this process.

Run: python benchmarks/worker.py [ROWS]

Prints the best of several rounds taken in turns: on a busy machine that comes nearest to what the work costs.
"""

import pickle
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from aiaudit.loading.models import LocalModel, open_model, predict_in_batches

ROUNDS = 5
NUMBERS = [f"x{i}" for i in range(8)]
MODELS = {
    "logistic regression": LogisticRegression(max_iter=200),
    "boosting": HistGradientBoostingClassifier(max_iter=20),
    "forest of 20": RandomForestClassifier(20, max_depth=8, n_jobs=-1),
}
IN_PROCESS = "import pickle, sys; import numpy, pandas, sklearn; pickle.load(open(sys.argv[1], 'rb'))"
IN_WORKER = "import sys; from aiaudit.loading.models import open_model; open_model(sys.argv[1]).close()"


def table(rows):
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(rows, len(NUMBERS))), columns=NUMBERS)
    for name in ("job", "town"):
        frame[name] = random.choice([f"{name} {i}" for i in range(20)], rows)
    return frame


def fitted(model):
    frame = table(20_000)
    columns = ColumnTransformer(
        [("n", StandardScaler(), NUMBERS), ("t", OneHotEncoder(), ["job", "town"])], sparse_threshold=0
    )
    return make_pipeline(columns, model).fit(frame, frame["x0"] + frame["x1"] > 0)


def seconds(work):
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def starting(path):
    """Best seconds to load in a fresh Python, with and without a process for the model."""
    found = {}
    for name, code in (("in process", IN_PROCESS), ("own process", IN_WORKER)):
        command = [sys.executable, "-c", code, str(path)]
        found[name] = min(seconds(lambda c=command: subprocess.run(c, check=True)) for _ in range(ROUNDS))
    return found


def predicting(local, remote, frame):
    """Best seconds, taken in turns so that a busy machine slows both."""
    pairs = []
    for _ in range(ROUNDS):
        pairs.append([seconds(lambda m=m: predict_in_batches(m, frame)) for m in (local, remote)])
    return np.min(pairs, axis=0)


def main():
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    frame = table(rows)
    with tempfile.TemporaryDirectory() as folder:
        for name, model in MODELS.items():
            pipeline, path = fitted(model), Path(folder, "model.pkl")
            path.write_bytes(pickle.dumps(pipeline))
            start = starting(path)
            added = start["own process"] - start["in process"]
            with open_model(path) as remote:
                here, there = predicting(LocalModel(pipeline), remote, frame)
            print(
                f"{name:20} start {start['in process']:.2f} s -> {start['own process']:.2f} s ({added:+.2f} s)   "
                f"predict {rows:,} rows {here:.2f} s -> {there:.2f} s ({there / here - 1:+.1%})"
            )


if __name__ == "__main__":
    main()
