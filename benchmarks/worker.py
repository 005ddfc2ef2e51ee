"""What the model's own process costs: to start, and to predict a million rows, beside predicting in this process.

Run: python benchmarks/worker.py [ROWS]

Limits: it adds no more to a run than the import of scikit-learn takes, and 10 % to predicting. Prints the best of
several rounds taken in turns: on a busy machine that comes nearest to what the work costs. The audit packs the next
batch while the model works on this one, so the second limit wants a second core.
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
IMPORT = "import numpy, pandas, sklearn.pipeline, sklearn.compose, sklearn.linear_model"
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
    """Best seconds to import scikit-learn, and to load the model without and with a process of its own."""
    found = {}
    commands = {"import": IMPORT, "in process": IN_PROCESS, "own process": IN_WORKER}
    for _ in range(ROUNDS):
        for name, code in commands.items():
            command = [sys.executable, "-c", code, str(path)]
            took = seconds(lambda c=command: subprocess.run(c, check=True))
            found[name] = min(took, found.get(name, took))
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
                f"{name:20} start {start['in process']:.2f} s -> {start['own process']:.2f} s "
                f"({added:+.2f} s; the import takes {start['import']:.2f} s)   "
                f"predict {rows:,} rows {here:.2f} s -> {there:.2f} s ({there / here - 1:+.1%})"
            )


if __name__ == "__main__":
    main()
