"""The same numbers as AIF360 and Aequitas give, on random people; where they err, what we say instead."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import precision_score, recall_score

from aiaudit.facts import Measured
from aiaudit.measuring.reference import DeclaredReference
from aiaudit.registry import get
from aiaudit.testing import outcome_of, subject_of

pytest.importorskip("aif360", reason="its environment is built by .ci/run")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from aequitas.bias import Bias
    from aequitas.group import Group
    from aif360.sklearn import metrics as aif

#: Other people's libraries warn on their own account.
pytestmark = pytest.mark.filterwarnings("ignore")

#: Aequitas's columns, by our names.
AEQUITAS = {
    "true_positive_rate": "tpr",
    "true_negative_rate": "tnr",
    "false_positive_rate": "fpr",
    "false_negative_rate": "fnr",
    "positive_predictive_value": "precision",
    "negative_predictive_value": "npv",
    "false_discovery_rate": "fdr",
    "false_omission_rate": "for",
    "selection_rate": "pprev",
}
COUNTED = {"true_positive_rate": ("tp", "group_label_pos"), "false_positive_rate": ("fp", "group_label_neg")}


def crowd(seed, n=400, accuracy=0.75):
    """Return random people as a table, and the subject they make, set against group ``a``."""
    rng = np.random.default_rng(seed)
    race = rng.choice(["a", "b", "c", "d"], n, p=[0.4, 0.3, 0.2, 0.1])
    actual = rng.binomial(1, np.where(race == "b", 0.3, 0.5))
    score = np.where(rng.random(n) < accuracy, actual, 1 - actual)
    frame = pd.DataFrame({"race": race, "label_value": actual, "score": score})
    subject = subject_of({"race": race.tolist()}, [*map(str, score)], [*map(str, actual)])
    return frame, replace(subject, references=(DeclaredReference(groups={"race": "a"}),))


def by_group(subject, metric):
    """Return a metric's measurements by group of race."""
    found = {}
    for check in ("bias.selection-rate", "bias.error-rates", "bias.error-summaries"):
        outcome = outcome_of(get(check), subject)
        assert isinstance(outcome, Measured)
        found |= {m.scope["race"]: m for m in outcome.measurements if m.metric == metric and m.scope}
    return found


@pytest.mark.parametrize("seed", range(5))
def test_counts_and_rates_are_those_of_aequitas(seed):
    frame, subject = crowd(seed)
    table, _ = Group().get_crosstabs(frame.assign(entity_id=range(len(frame))), attr_cols=["race"])
    table = table.set_index("attribute_value")
    for ours, theirs in AEQUITAS.items():
        found = by_group(subject, ours)
        assert {g: m.value for g, m in found.items()} == pytest.approx(table[theirs].to_dict(), abs=1e-9)
        if ours in COUNTED:
            x, n = COUNTED[ours]
            assert {g: (m.numerator, m.denominator) for g, m in found.items()} == {
                g: (row[x], row[n]) for g, row in table.iterrows()
            }


@pytest.mark.parametrize("seed", range(3))
def test_disparities_are_those_of_aequitas(seed):
    frame, subject = crowd(seed)
    table, _ = Group().get_crosstabs(frame.assign(entity_id=range(len(frame))), attr_cols=["race"])
    disparity = Bias().get_disparity_predefined_groups(
        table, original_df=frame, ref_groups_dict={"race": "a"}, check_significance=False
    )
    disparity = disparity.set_index("attribute_value").drop(index="a")
    for ours, theirs in AEQUITAS.items():
        name = "impact_ratio" if ours == "selection_rate" else f"{ours}_ratio"
        found = {g: m.value for g, m in by_group(subject, name).items()}
        assert found == pytest.approx(disparity[f"{theirs}_disparity"].to_dict(), abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_gaps_are_those_of_aif360(seed):
    frame, subject = crowd(seed)
    y = frame.set_index("race")["label_value"]
    p = frame.set_index("race")["score"]
    for group in "bcd":
        two = y.index.isin(["a", group])
        said = {"y_true": y[two], "y_pred": p[two], "prot_attr": "race", "priv_group": "a"}
        expected = {
            "impact_ratio": aif.disparate_impact_ratio(**said),
            "selection_rate_difference": aif.statistical_parity_difference(**said),
            "average_odds_difference": aif.average_odds_difference(**said),
            "true_positive_rate_difference": aif.equal_opportunity_difference(**said),
            "positive_predictive_value_difference": aif.difference(precision_score, **said),
            "true_positive_rate_ratio": aif.ratio(recall_score, **said),
        }
        found = {name: by_group(subject, name)[group].value for name in expected}
        assert found == pytest.approx(expected, abs=1e-9)


def test_a_group_without_positives_is_undefined_here_and_zero_there():
    frame, _ = crowd(0)
    frame.loc[frame["race"] == "d", "label_value"] = 0
    subject = subject_of(
        {"race": frame["race"].tolist()},
        [*map(str, frame["score"])],
        [*map(str, frame["label_value"])],
    )
    rate = by_group(subject, "true_positive_rate")["d"]
    assert (rate.value, rate.numerator, rate.denominator) == (None, 0, 0)
    y, p = (frame.set_index("race")[column] for column in ("label_value", "score"))
    two = y.index.isin(["a", "d"])
    said = aif.equal_opportunity_difference(y_true=y[two], y_pred=p[two], prot_attr="race", priv_group="a")
    assert said == pytest.approx(-by_group(subject, "true_positive_rate")["a"].value)


def test_people_of_unknown_group_are_counted_here_and_dropped_there():
    frame, _ = crowd(1)
    frame.loc[:29, "race"] = None
    table, _ = Group().get_crosstabs(frame.assign(entity_id=range(len(frame))), attr_cols=["race"])
    subject = subject_of({"race": frame["race"].tolist()}, [*map(str, frame["score"])])
    ours = outcome_of(get("bias.selection-rate"), subject)
    assert isinstance(ours, Measured)
    rates = {m.scope["race"]: m for m in ours.measurements if m.metric == "selection_rate" and m.scope}
    assert sum(m.n for m in rates.values()) == len(frame)
    assert rates["(missing)"].n == 30
    assert table["group_size"].sum() == len(frame) - 30
