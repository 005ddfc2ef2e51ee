"""Every bias check on a million rows, and fairlearn's MetricFrame on the same rates.

Run: python benchmarks/groups.py [ROWS]

Prints CPU seconds and ratios of one run, and how far memory rose above the rows themselves. Our numbers come with
intervals and tests; fairlearn's intervals are percentiles of resamples, and are priced by one of them.
"""

from __future__ import annotations

import resource
import sys
import time
import tracemalloc
from dataclasses import replace

import numpy as np
import pandas as pd

from aiaudit.facts import Measured
from aiaudit.groups import Attribute
from aiaudit.labels import Task
from aiaudit.plan import plan
from aiaudit.registry import checks
from aiaudit.run import run
from aiaudit.scores import Scores
from aiaudit.subject import Rows, Subject

#: They ask the model, or search: their cost is bounded by a sample, not by the rows.
SAMPLED = (
    "bias.consistency",
    "bias.matched-pairs",
    "bias.counterfactual-flip",
    "bias.subgroup-scan",
    "bias.proxy-prediction",
)
GROUPS = {"sex": 2, "race": 5, "age": 3}


def rows(n):
    """Return protected codes, outcomes, decisions and probabilities of made-up people."""
    rng = np.random.default_rng(0)
    groups = {name: rng.integers(0, size, n).astype(np.uint16) for name, size in GROUPS.items()}
    chance = np.clip(rng.beta(2, 3, n) + 0.02 * groups["sex"], 0, 1)
    return groups, (rng.random(n) < chance), chance > 0.45, chance


def subject_of(n):
    groups, actual, decided, chance = rows(n)
    return Subject(
        task=Task.BINARY,
        classes=("no", "yes"),
        favorable=("yes",),
        actual=actual.astype(np.uint16),
        predicted=decided.astype(np.uint16),
        attributes=tuple(
            Attribute(
                name=name, levels=tuple(f"{name} {i}" for i in range(GROUPS[name])), codes=codes, missing=0
            )
            for name, codes in groups.items()
        ),
        given_scores=Scores(values=chance, probability=True, source="made up"),
        rows=Rows(read=n, assessed=n),
    )


def by_fairlearn(n, resamples=None):
    from fairlearn.metrics import (
        MetricFrame,
        false_negative_rate,
        false_positive_rate,
        selection_rate,
        true_negative_rate,
        true_positive_rate,
    )
    from sklearn.metrics import accuracy_score, precision_score

    rates = {
        "selected": selection_rate,
        "accuracy": accuracy_score,
        "tpr": true_positive_rate,
        "fpr": false_positive_rate,
        "tnr": true_negative_rate,
        "fnr": false_negative_rate,
        "ppv": precision_score,
    }
    groups, actual, decided, _ = rows(n)
    frame = pd.DataFrame(groups)
    boot = {} if resamples is None else {"n_boot": resamples, "ci_quantiles": [0.025, 0.975]}
    for names in (["sex"], ["race"], ["age"], ["sex", "race"], ["sex", "age"], ["race", "age"]):
        found = MetricFrame(
            metrics=rates,
            y_true=actual.astype(int),
            y_pred=decided.astype(int),
            sensitive_features=frame[names],
            **boot,
        )
        found.by_group, found.ratio(), found.difference()


def counting(chosen, subject):
    """Return the peak of memory, in MiB, of the checks that see counts alone."""
    ids = ("bias.selection-rate", "bias.error-rates", "bias.error-summaries")
    # A subject of its own: the other one remembers its tally.
    fresh = replace(subject)
    tracemalloc.start()
    run(plan({id: chosen[id] for id in ids}, fresh), fresh)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2**20


def timed(call):
    start = time.process_time()
    answer = call()
    return time.process_time() - start, answer


def main(argv):
    n = int(argv[1]) if len(argv) > 1 else 1_000_000
    subject = subject_of(n)
    chosen = {id: c for id, c in checks().items() if id.startswith("bias.") and id not in SAMPLED}
    run(plan(chosen, subject_of(1000)), subject_of(1000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    total, numbers = 0.0, 0
    print(f"rows {n:,}, attributes {list(GROUPS)}, and their pairs; CPU seconds")
    for id, check in chosen.items():
        spent, (outcome,) = timed(lambda check=check, id=id: run(plan({id: check}, subject), subject))
        if isinstance(outcome, Measured):
            total, numbers = total + spent, numbers + len(outcome.measurements)
            print(f"  {id:32} {spent:6.2f} {len(outcome.measurements):6,} numbers")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"  {'together':32} {total:6.2f} {numbers:6,} numbers")
    print(f"  memory above the rows {(peak - before) / 1024:.0f} MiB, for scores are sorted whole;")
    print(f"  of the checks that count alone {counting(chosen, subject):.1f} MiB, however many rows")
    plain, _ = timed(lambda: by_fairlearn(n))
    print(
        f"fairlearn, seven rates of the same groups, no interval: {plain:.2f} = {plain / total:.1f}x all of ours"
    )
    resampled, _ = timed(lambda: by_fairlearn(n, 1))
    each = resampled - plain
    print(
        f"  each resample for its intervals adds {each:.2f}; 1,000 of them {1000 * each:,.0f} = {1000 * each / total:,.0f}x"
    )


if __name__ == "__main__":
    main(sys.argv)
