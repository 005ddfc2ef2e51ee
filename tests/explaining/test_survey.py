import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from aiaudit.explaining.sampling import canonical_order
from aiaudit.explaining.survey import Survey, coded


def survey_of(frame, n, attributions, seed=0):
    places = canonical_order(frame, seed)
    return Survey(
        table=coded(frame, places), rows=np.arange(n), attributions=attributions(places[:n])
    ), places


def test_codes_keep_the_order_of_numbers_and_put_missing_values_last():
    frame = pd.DataFrame(
        {"x": [3.0, 1.0, np.nan, 3.0], "d": pd.to_datetime(["2026-01-02"] * 3 + ["2026-01-01"])}
    )
    values = coded(frame, np.array([3, 2, 1, 0]))
    np.testing.assert_array_equal(values.codes, [[1, 0], [2, 1], [0, 1], [1, 1]])
    assert [list(counts) for counts in values.counts] == [[1, 2, 1], [1, 3]]
    assert values.rows == 4


@pytest.mark.parametrize("dtype", [object, "str", "category"])
def test_codes_put_frequent_texts_first_whatever_their_type(dtype):
    frame = pd.DataFrame({"x": pd.Series(["b", "a", None, "c", "c"], dtype=dtype)})
    values = coded(frame, np.arange(5))
    np.testing.assert_array_equal(values.counts[0], [2, 1, 1, 1])
    assert (values.codes[3:, 0] == 0).all()
    shuffled = frame.iloc[::-1]
    np.testing.assert_array_equal(coded(shuffled, np.arange(5)).codes[::-1], values.codes)


def test_what_depends_on_one_column_alone_is_known_for_the_table_from_few_rows():
    """Rare values decide; how rare they are is known, so a sample without luck does not mislead."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"gain": np.where(rng.random(20_000) < 0.05, 1.0, 0.0), "other": rng.normal(size=20_000)}
    )
    truth = frame["gain"].to_numpy() - frame["gain"].mean()
    for seed in range(5):
        survey, _ = survey_of(
            frame, 400, lambda rows: np.column_stack([truth[rows], np.zeros(len(rows))]), seed
        )
        sizes = np.abs(survey.attributions)
        moments = survey.moments(sizes)
        assert moments.mean[0] == pytest.approx(np.abs(truth).mean(), rel=1e-9)
        assert moments.drawing[0, 0] == pytest.approx(0, abs=1e-12)
        # As a sample of some larger population, the table itself still varies.
        assert np.sqrt(moments.table[0, 0]) == pytest.approx(np.abs(truth).std() / np.sqrt(20_000), rel=0.05)


def test_without_anything_known_it_is_the_plain_mean():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"a": np.arange(5000), "b": np.arange(5000)})
    survey, _ = survey_of(frame, 15, lambda rows: rng.normal(size=(len(rows), 2)))
    found = rng.normal(size=(15, 2))
    moments = survey.moments(found)
    np.testing.assert_allclose(moments.mean, found.mean(axis=0), atol=1e-12)
    expected = np.cov(found.T) * 14 / 13 / 15
    np.testing.assert_allclose(moments.drawing, expected, atol=1e-12)


def test_the_regression_is_that_of_statsmodels():
    rng = np.random.default_rng(2)
    n = 600
    frame = pd.DataFrame({name: rng.integers(0, 6, 4000) for name in "abc"})
    effect = rng.normal(size=(3, 6))
    survey, places = survey_of(
        frame,
        n,
        lambda rows: (
            np.column_stack([effect[j][frame.iloc[rows, j]] for j in range(3)])
            + rng.normal(0, 0.3, (len(rows), 3))
        ),
    )
    found = np.abs(survey.attributions)
    moments = survey.moments(found)
    codes = frame.to_numpy()
    for j in range(3):
        regressors, means = [], []
        for k in range(3):
            levels = np.array([survey.attributions[codes[places[:n], k] == v, k].mean() for v in range(6)])
            shares = np.bincount(codes[:, k]) / len(frame)
            regressors.append(levels[codes[places[:n], k]] - shares @ levels)
            if k == j:
                means.append(np.abs(levels)[codes[places[:n], k]] - shares @ np.abs(levels))
        fit = sm.OLS(found[:, j], sm.add_constant(np.column_stack(regressors + means))).fit()
        assert moments.mean[j] == pytest.approx(fit.params[0], rel=1e-9)
        assert moments.drawing[j, j] == pytest.approx(fit.scale / n, rel=1e-9)


@pytest.mark.slow
def test_errors_are_those_of_repeated_samples():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({name: rng.integers(0, 8, 6000) for name in "abcd"})
    codes = frame.to_numpy()
    effect = rng.exponential(size=(4, 8)) ** 2
    truth = np.column_stack([effect[j][codes[:, j]] for j in range(4)])
    truth += 0.5 * truth[:, [1, 2, 3, 0]] * rng.normal(size=truth.shape)
    sizes = np.abs(truth)
    means, errors = [], []
    for seed in range(300):
        survey, places = survey_of(frame, 300, lambda rows: truth[rows], seed)
        moments = survey.moments(sizes[places[:300]])
        means.append(moments.mean)
        errors.append(np.diag(moments.drawing))
    np.testing.assert_allclose(np.mean(means, axis=0), sizes.mean(axis=0), rtol=0.02)
    np.testing.assert_allclose(np.std(means, axis=0), np.sqrt(np.mean(errors, axis=0)), rtol=0.15)
    assert (np.std(means, axis=0) < 0.7 * sizes.std(axis=0) / np.sqrt(300)).all()


def test_a_column_of_two_values_leaves_its_size_out():
    """Its size is a straight line of its effect: what rounding leaves of it must not be fitted."""
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({name: rng.random(5000) < 0.3 for name in "abc"})
    survey, _ = survey_of(frame, 400, lambda rows: (frame.to_numpy(float) - 0.3)[rows] * [1.0, 2.0, 0.5])
    found = np.abs(survey.attributions) + rng.normal(0, 0.01, (400, 3))
    moments = survey.moments(found)
    truth = np.abs(frame.to_numpy(float) - 0.3).mean(axis=0) * [1.0, 2.0, 0.5]
    np.testing.assert_allclose(moments.mean, truth, atol=0.003)
    np.testing.assert_allclose(np.sqrt(np.diag(moments.drawing)), 0.01 / 20, rtol=0.15)
    assert np.sqrt(np.diag(moments.table)).max() < 0.01
