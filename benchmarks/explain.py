"""Explanations: their cost and accuracy, side by side with shap in one run.

Run: python benchmarks/explain.py [adult.csv.gz]

Without a file the table is made up, of the size of the census data set Adult (48,842 rows). Prints seconds of
CPU and ratios of one run; quote ratios, the machine decides the rest. Needs shap; takes some minutes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from aiaudit.explaining.decision import explain_decisions
from aiaudit.explaining.dictionary import Dictionary
from aiaudit.explaining.importance import explain
from aiaudit.explaining.intervals import TIE, Order
from aiaudit.explaining.recourse import recourse
from aiaudit.loading.attributions import attributions
from aiaudit.loading.models import LocalModel
from aiaudit.testing import subject_of

NEVER = 1 - 1e-15
SEEDS = 20
REFUSED = 50
FIRST = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
import joblib
model, frame = joblib.load(sys.argv[1])
output = lambda table: model.predict_proba(table)[:, 1]
output(frame.iloc[:10])
started = time.process_time()
{code}
print(json.dumps(time.process_time() - started))
"""
OURS = """
from aiaudit.explaining.importance import explain
explain(output, frame, 0, max_rows=250)
"""
SHAPS = """
import shap
numbers = model[0].transform(frame.iloc[:200])
shap.PermutationExplainer(lambda x: model[-1].predict_proba(x)[:, 1], numbers[:100])(numbers[100:101])
"""


def made_up(n=48_842):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({f"x{i}": rng.normal(size=n).round(2) for i in range(6)})
    frame["gain"] = np.where(rng.random(n) < 0.08, rng.exponential(5000, n).round(), 0)
    for name, k in {"job": 14, "school": 16, "married": 7, "relation": 6, "race": 5, "sex": 2}.items():
        frame[name] = rng.choice([f"{name} {i}" for i in range(k)], n)
    married = frame["married"].isin(["married 0", "married 1", "married 2"])
    score = 1.5 * married + frame["x0"] + frame["x1"] * frame["x2"] + frame["gain"] / 4000 - frame["x3"].abs()
    return frame, (score + rng.logistic(size=n) > 1.2).astype(int)


def read(path):
    frame = pd.read_csv(path)
    target = (frame["income"] == ">50K").astype(int)
    # `fnlwgt` is a survey weight and `split` marks the original parts: neither describes a person.
    return frame.drop(columns=["income", "split", "fnlwgt"], errors="ignore"), target


def fitted(model, frame, target):
    words = [c for c in frame if not pd.api.types.is_numeric_dtype(frame[c])]
    encode = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), words), remainder="passthrough"
    )
    return make_pipeline(encode, model).fit(frame[::2], target[::2])


def favourable(model):
    return lambda table: model.predict_proba(table)[:, 1]


def cpu(call):
    started = time.process_time()
    answer = call()
    return time.process_time() - started, answer


def against_trees(name, model, frame):
    """Goal: a default forest of full depth, 1,000 rows in at most 10 s, and at least 100 times less a row than shap."""
    import shap

    output = favourable(model)
    ours, found = cpu(lambda: explain(output, frame, 0, max_rows=1000, level=NEVER))
    numbers = model[0].transform(frame.iloc[:110])
    theirs, _ = cpu(
        lambda: shap.TreeExplainer(
            model[-1], numbers[:100], feature_perturbation="interventional"
        ).shap_values(numbers[100:], check_additivity=False)
    )
    a_row, their_row = ours / len(found.rows), theirs / 10
    print(
        f"{name}: {ours:.1f} s for {len(found.rows)} rows ({found.model_rows} shown to the model); a row "
        f"{1e3 * a_row:.2f} ms, shap interventional {1e3 * their_row:.0f} ms: {their_row / a_row:.0f} times"
    )


def exactly(name, model, frame):
    """Exact values in the table's own columns, against shap's of the encoded ones; shap keeps 100 background rows."""
    import shap

    explained, background = frame.iloc[:1000], frame.iloc[5000:6000]
    ours, found = cpu(lambda: attributions(model, explained, background, [False, True]))
    if "why" in found:
        print(f"{name}, exact values: {found['why']} ({ours:.1f} s to find out)")
        return
    gap = np.abs(found["values"].sum(axis=1) + found["base"] - found["outputs"]).max()
    numbers = model[0].transform(pd.concat([frame.iloc[:50], frame.iloc[5000:5100]]))
    explainer = shap.TreeExplainer(model[-1], numbers[50:], feature_perturbation="interventional")
    theirs, _ = cpu(lambda: explainer.shap_values(numbers[:50], check_additivity=False))
    a_pair, their_pair = ours / 1000 / 1000, theirs / 50 / 100
    print(
        f"{name}, exact values: {ours:.2f} s for 1000 rows against 1000, additivity {gap:.0e}; shap {theirs:.2f} s "
        f"for 50 rows against 100: {their_pair / a_pair:.0f} times a row and background row"
    )


def first_explanation(model, frame):
    """Goal: at most 1 s from a loaded model to the first explanation; shap's permutations compile for 7 s."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.joblib"
        joblib.dump((model, frame.iloc[:5000]), path)
        spent = {}
        for name, code in (("ours", OURS), ("shap", SHAPS)):
            command = [sys.executable, "-c", FIRST.format(code=code), str(path)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            spent[name] = json.loads(done.stdout.splitlines()[-1])
    print(
        f"first explanation, imports included: ours (250 rows) {spent['ours']:.2f} s, shap's permutations (one row) "
        f"{spent['shap']:.2f} s: {spent['shap'] / spent['ours']:.0f} times"
    )


def growth(model, frame):
    """The cost is that of the rows explained, not of the table."""
    output = favourable(model)
    for times in (1, 4):
        table = pd.concat([frame] * times, ignore_index=True)
        spent, found = cpu(lambda table=table: explain(output, table, 0, max_rows=1000, level=NEVER))
        print(f"table of {len(table)}: {spent:.2f} s, {found.model_rows} rows shown to the model")


def stopping(name, model, frame):
    """Goal: the order that is stated is right in at least 95 % of seeds, from at most 1,500 rows in the median."""
    output = favourable(model)
    truth = explain(output, frame, 10_000, max_rows=20_000, max_model_rows=10**9, level=NEVER).sizes.middle
    rows, right, spent = [], 0, []
    for seed in range(SEEDS):
        seconds, found = cpu(lambda seed=seed: explain(output, frame, seed))
        spent.append(seconds)
        rows.append(len(found.rows))
        right += all(stated_right(found, truth.mean))
    print(
        f"{name}, stopping by itself: {np.median(rows):.0f} rows in the median ({min(rows)} to {max(rows)}), "
        f"{np.median(spent):.1f} s; stated order right in {right} of {SEEDS} seeds"
    )


def stated_right(found, truth):
    for i, stated in enumerate(found.order):
        gap = truth[found.ranked[i]] - truth[found.ranked[i + 1]]
        yield {
            Order.LARGER: gap > 0,
            Order.TIED: abs(gap) <= TIE * truth.sum(),
            Order.UNDECIDED: True,
        }[stated]


def decisions(name, model, frame):
    """Reasons by both baselines, and recourse, for refused people; what is tried for all goes in one call."""
    decided = LocalModel(model)
    subject = subject_of({}, list(decided.predict(frame)), features=frame, model=decided)
    people = np.flatnonzero(~subject.selected)[:REFUSED]
    spent, _ = cpu(lambda: list(explain_decisions(subject, people)))
    searching, found = cpu(lambda: recourse(subject, people, Dictionary(), ()))
    alone, _ = cpu(lambda: [recourse(subject, [row], Dictionary(), ()) for row in people])
    print(
        f"{name}, {len(people)} refused people: reasons by both baselines {spent:.2f} s, recourse {searching:.2f} s for "
        f"{sum(map(bool, found))} of them; one by one {alone:.2f} s: {alone / searching:.0f} times"
    )


def biases(model, frame):
    """Why two bounds: noise makes plain mean absolute values too large, most of all for small columns."""
    table = frame.sample(250, random_state=0)
    runs = [explain(favourable(model), table, seed) for seed in range(SEEDS)]
    values = np.zeros((250, frame.shape[1]))
    for run in runs:
        values[run.rows] += run.values / SEEDS
    truth = np.abs(values).mean(axis=0)
    print("\nsize of attributions over their true size, mean of runs (1 is unbiased):")
    parts = {
        "plain mean": [np.abs(run.values).mean(axis=0) for run in runs],
        "lower bound": [run.sizes.at_least.mean(axis=0) for run in runs],
        "estimate": [run.sizes.magnitude.mean(axis=0) for run in runs],
    }
    shown = pd.DataFrame({name: np.mean(part, axis=0) / truth for name, part in parts.items()}, frame.columns)
    print(shown.assign(true=truth).sort_values("true", ascending=False).round(3).to_string())


def main():
    warnings.simplefilter("ignore")
    frame, target = read(sys.argv[1]) if len(sys.argv) > 1 else made_up()
    print(f"{len(frame)} rows, {frame.shape[1]} columns")
    forest = fitted(RandomForestClassifier(200, random_state=0), frame, target)
    against_trees("forest of 200, full depth", forest, frame)
    exactly("forest of 200, full depth", forest, frame)
    histogram = fitted(HistGradientBoostingClassifier(random_state=0), frame, target)
    exactly("histogram boosting", histogram, frame)
    for trees in (GradientBoostingClassifier(n_estimators=200), RandomForestClassifier(200, max_depth=8)):
        exactly(
            f"{type(trees).__name__} of 200, depth {trees.max_depth}", fitted(trees, frame, target), frame
        )
    first_explanation(histogram, frame)
    decisions("histogram boosting", histogram, frame)
    growth(histogram, frame)
    stopping("histogram boosting", histogram, frame)
    stopping("boosting", fitted(GradientBoostingClassifier(random_state=0), frame, target), frame)
    biases(histogram, frame)


if __name__ == "__main__":
    main()
