"""Joint proxies: what is planted is found, on the right rows, without the protected column itself."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from aiaudit.facts import Skipped
from aiaudit.measuring import proxies
from aiaudit.measuring.encoding import encoded
from aiaudit.registry import get
from aiaudit.testing import outcome_of, subject_of
from tests.checks.reading import found

CHECK = "bias.proxy-prediction"


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(0)
    n = 600
    race = rng.choice(np.array(["a", "b", "c", None], object), n, p=[0.5, 0.3, 0.15, 0.05])
    features = pd.DataFrame(
        {
            # Each tells a little, both together more.
            "one": rng.normal(size=n) + (race == "b"),
            "two": rng.normal(size=n) + (race == "b"),
            "name": [f"n{i}" for i in rng.integers(0, 400, n)],
            "gap": np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n)),
        }
    )
    return subject_of({"race": list(race)}, list(rng.choice(["0", "1"], n)), features=features)


def test_a_planted_proxy_is_found(people):
    areas = found(CHECK, people, "proxy_auc", "race")
    assert set(areas) == {"a", "b", "c"}
    b = areas["b"]
    assert 0.7 < b.value < 0.9
    assert b.interval.low > 0.65
    assert b.p_value == 1 / 200
    race = people.attributes[0]
    assert b.n == b.denominator == np.bincount(race.codes)[1]
    assert b.params["others"] == people.n - race.missing - b.n


def test_together_they_tell_more_than_alone(people):
    alone = replace(people, features=people.features[["one"]])
    areas = [found(CHECK, each, "proxy_auc", "race")["b"].value for each in (alone, people)]
    assert areas[1] > areas[0] + 0.03


def test_the_protected_column_does_not_predict_itself(people):
    race = people.attributes[0]
    with_itself = replace(people, features=people.features.assign(race=race.codes))
    without = found(CHECK, people, "proxy_auc", "race")
    for group, m in found(CHECK, with_itself, "proxy_auc", "race").items():
        # The rows come in another random order, no more.
        assert m.value == pytest.approx(without[group].value, abs=0.05)
        assert m.params["encoded_columns"] == without[group].params["encoded_columns"]


def test_another_protected_column_may_tell(people):
    race = people.attributes[0]
    copy = replace(race, name="origin")
    both = replace(
        people,
        attributes=(race, copy),
        features=people.features[["one"]].assign(origin=race.codes.astype(float)),
    )
    assert found(CHECK, both, "proxy_auc", "race")["a"].value == 1.0


def test_few_members_are_not_measured(people):
    few = replace(people.attributes[0], codes=(np.arange(people.n) < 9).astype(np.uint16), missing=0)
    subject = replace(people, attributes=(replace(few, levels=("others", "nine")),))
    nine = found(CHECK, subject, "proxy_auc", "race")["nine"]
    assert (nine.value, nine.interval, nine.denominator) == (None, None, 9)
    assert nine.params["no_interval"] == "fewer than ten members or others"


def test_a_large_table_is_sampled_with_more_of_rare_groups(people, monkeypatch):
    monkeypatch.setattr(proxies, "MAX_ROWS", 200)
    monkeypatch.setattr(proxies, "MAX_MEMBERS", 50)
    areas = found(CHECK, people, "proxy_auc", "race")
    sizes = np.bincount(people.attributes[0].codes)
    assert areas["c"].n == 50
    assert areas["c"].excluded == {"not in the sample": sizes[2] - 50}
    # Those added because they are rare are nobody's others: these are of the 200 drawn.
    drawn = [m.params["others"] for m in areas.values()]
    assert max(drawn) < 200
    assert drawn[0] == 200 - areas["a"].n


def test_without_other_columns_there_is_nothing_to_ask(people):
    subject = replace(people, features=pd.DataFrame({"race": people.attributes[0].codes}))
    outcome = outcome_of(get(CHECK), subject)
    assert isinstance(outcome, Skipped)
    assert not outcome.applicable


def test_columns_of_every_type_are_encoded():
    table = pd.DataFrame(
        {
            "number": np.arange(100.0),
            "with_inf": [np.inf, -np.inf, np.nan, *range(97)],
            "flag": [True, False] * 50,
            "word": ["x", "y", None, "z"] * 25,
            "day": pd.to_datetime(["2020-01-01", None] * 50),
            "code": [1, 2, 3, 4, 5] * 20,
            "constant": 1,
            "empty": [None] * 100,
        }
    )
    x, column = encoded(table)
    assert np.isfinite(x).all()
    assert (x.std(axis=0) > 0).all()
    assert set(column) == set(range(6))
    assert encoded(table[["constant", "empty"]])[0].shape == (100, 0)
    assert encoded(table[["flag"]])[0].shape == (100, 2)


def test_a_table_of_very_many_columns_keeps_its_numbers():
    wide = pd.DataFrame(np.random.default_rng(0).normal(size=(50, 2000)))
    assert encoded(wide)[0].shape == (50, 2000)
