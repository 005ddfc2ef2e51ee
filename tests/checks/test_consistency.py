"""Consistency: by hand, by AIF360's formula, and what its error promises."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from aiaudit.facts import Skipped
from aiaudit.measuring.gower import Gower
from aiaudit.measuring.neighbours import agreement
from aiaudit.registry import get
from aiaudit.testing import outcome_of, subject_of
from tests.checks.reading import found

CHECK = "bias.consistency"


def people(n, seed, *, noise=0.7, **others):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"a": rng.normal(size=n), "b": rng.normal(size=n), "c": rng.choice(list("xyz"), n)})
    selected = frame.a + frame.b + noise * rng.normal(size=n) > 0
    group = np.where(rng.random(n) < 0.4, "p", "q")
    return subject_of({"g": list(group)}, [*map(str, selected * 1)], table=frame, **others)


def brute(subject, k):
    """Return each row's agreement with its k nearest others, and all as near as the k-th, found one by one."""
    every = np.arange(subject.n)
    apart = np.concatenate([d for _, d in Gower.of(subject.table).blocks(every, every)]).round(5)
    np.fill_diagonal(apart, np.inf)
    decided = subject.selected.astype(float)
    near = [apart[i] <= np.sort(apart[i])[k - 1] for i in every]
    return np.array([1 - abs(decided[i] - decided[near[i]].mean()) for i in every])


def test_every_group_has_the_mean_of_its_people():
    subject = people(150, 0)
    agreed = brute(subject, 5)
    assert found(CHECK, subject, "consistency")[()].value == pytest.approx(agreed.mean())
    group = np.array(subject.attributes[0].levels)[subject.attributes[0].codes]
    for name, m in found(CHECK, subject, "consistency", "g").items():
        assert m.value == pytest.approx(agreed[group == name].mean())
        assert m.denominator == np.sum(group == name)
    (gap,) = found(CHECK, subject, "consistency_difference", "g").values()
    assert gap.interval.low < gap.value < gap.interval.high


def test_aif360_counts_a_person_among_the_own_neighbours():
    # Its formula: 1 - mean |y_i - mean of y over the k nearest rows, the row itself among them|.
    rng = np.random.default_rng(1)
    every, k, decided = np.arange(200), 5, (rng.random(200) < 0.4).astype(float)
    gower = Gower(ranks=rng.random((3, 200), np.float32), names=np.zeros((0, 200), np.int32))
    apart = np.concatenate([d for _, d in gower.blocks(every, every)])
    nearest = np.argsort(apart, axis=1)[:, : k + 1]
    theirs = 1 - np.abs(decided - decided[nearest].mean(axis=1)).mean()
    mine = agreement(gower, decided, every, every, k, np.ones((1, 200))).value.mean()
    assert 1 - theirs == pytest.approx(k / (k + 1) * (1 - mine))


def test_protected_columns_and_their_dependants_tell_nobody_apart():
    subject = people(150, 2)
    told = replace(
        subject,
        table=subject.table.assign(g=subject.attributes[0].codes, title=subject.attributes[0].codes),
        dependants={"g": ("title",)},
    )
    whole = [found(CHECK, each, "consistency")[()].value for each in (subject, told)]
    assert whole[0] == pytest.approx(whole[1], abs=1e-12)
    bare = replace(subject, table=pd.DataFrame({"g": subject.attributes[0].codes}))
    assert isinstance(outcome_of(get(CHECK), bare), Skipped)


def test_all_that_are_as_near_count():
    frame = pd.DataFrame({"a": ["x"] * 8 + ["y"] * 8})
    decided = np.array([1.0] * 4 + [0.0] * 4 + [1.0] * 8)
    every = np.arange(16)
    value, _ = agreement(Gower.of(frame), decided, every, every, 2, np.ones((1, 16)))
    np.testing.assert_allclose(value, [3 / 7] * 8 + [1.0] * 8)


def test_large_tables_are_sampled_and_say_so(monkeypatch):
    module = "aiaudit.checks.bias.consistency"
    monkeypatch.setattr(f"{module}.SAMPLED", 50)
    monkeypatch.setattr(f"{module}.POOL", 120)
    m = found(CHECK, people(300, 3), "consistency")[()]
    assert (m.n, m.denominator) == (300, 50)
    assert "120 rows" in m.method


def runs(noise, number):
    whole, gaps = [], []
    for seed in range(number):
        subject = people(120, 100 + seed, noise=noise)
        m = found(CHECK, subject, "consistency")[()]
        (gap,) = found(CHECK, subject, "consistency_difference", "g").values()
        whole.append((m.interval.low, m.value, m.interval.high))
        gaps.append(gap.p_value)
    low, value, high = np.array(whole).T
    truth = value.mean()
    return np.mean((low <= truth) & (truth <= high)), np.mean(np.array(gaps) <= 0.05)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("noise", [0.0, 0.7, 5.0])
def test_coverage_and_false_alarms(noise):
    covered, alarms = runs(noise, 300)
    assert covered >= 0.93
    assert alarms <= 0.06
