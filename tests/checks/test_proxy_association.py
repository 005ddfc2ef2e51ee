"""Single proxies: planted ones found, others not, and every pair accounted for."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency
from statsmodels.stats.multitest import multipletests

from aiaudit.testing import subject_of
from tests.checks.reading import found, measured

CHECK = "bias.proxy-association"


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(0)
    n = 1200
    race = rng.choice(np.array(["a", "b", "c", None], object), n, p=[0.5, 0.3, 0.15, 0.05])
    area = np.where(race == "a", "100", np.where(rng.random(n) < 0.7, "200", "100"))
    features = pd.DataFrame(
        {
            "zip": [f"{a}{rng.integers(10, 99)}" for a in area],
            "income": rng.normal(size=n) + (race == "b"),
            "noise": rng.normal(size=n),
            "colour": rng.choice(["red", "green", None], n),
            "same": 1,
        }
    )
    return subject_of({"race": list(race)}, list(rng.choice(["0", "1"], n)), features=features)


def by_column(subject, metric="cramers_v"):
    return {
        m.scope["column"]: m
        for m in measured(CHECK, subject)
        if m.metric == metric and m.scope["attribute"] == "race"
    }


def test_planted_proxies_are_found_and_noise_is_not(people):
    pairs = by_column(people)
    assert set(pairs) == {"zip", "income", "noise", "colour", "same"}
    assert pairs["income"].interval.low > 0.1
    assert pairs["income"].p_value < 1e-6
    assert pairs["noise"].interval.low == 0
    assert by_column(people, "area_cramers_v")["zip"].value > 0.5
    assert pairs["same"].value is None
    assert pairs["same"].params["no_interval"]


def test_people_of_unknown_group_are_left_out_and_counted(people):
    m = by_column(people)["colour"]
    race = people.attributes[0]
    assert m.n == people.n - race.missing
    assert m.excluded == {"protected value is missing": race.missing}
    kept = race.codes < 3
    table = pd.crosstab(race.codes[kept], people.features["colour"].fillna("none").to_numpy()[kept])
    assert m.tests["chi2"] == pytest.approx(chi2_contingency(table, correction=False).statistic)


def test_q_values_are_those_of_statsmodels(people):
    tested = [m for m in measured(CHECK, people) if m.p_value is not None]
    q = multipletests([m.p_value for m in tested], method="fdr_bh")[1]
    assert [m.tests["q_value"] for m in tested] == pytest.approx(list(q))


def test_columns_of_places_are_counted(people):
    assert found(CHECK, people, "place_columns")[()].value == 1
    looks = found(CHECK, people, "place_share", "column")["zip"]
    assert (looks.numerator, looks.denominator) == (1200, 1200)
    assert looks.params["pattern"] == "postal code of digits"


def test_the_protected_column_itself_is_no_proxy(people):
    subject = replace(people, features=people.features.assign(race=1))
    assert "race" not in by_column(subject)
    assert found(CHECK, replace(people, features=people.features[["noise"]]), "place_columns")[()].value == 0


def test_codes_that_are_numbers_are_no_scale(people):
    rng = np.random.default_rng(0)
    # Every second of twenty codes is that of one group: no quantile tells.
    code = 2 * rng.integers(0, 10, people.n) + (people.attributes[0].codes == 1)
    m = by_column(replace(people, features=pd.DataFrame({"code": code})))["code"]
    assert m.value > 0.6
