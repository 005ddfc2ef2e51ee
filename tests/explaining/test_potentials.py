import numpy as np
import pytest

from aiaudit.explaining.potentials import Pairs, cycles, everyone, potentials


def test_differences_of_values_give_the_values_back_exactly():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=(50, 3))
    truth -= truth.mean(axis=0)
    pairs = cycles(50, 2, rng)
    fit = potentials(pairs, truth[pairs.left] - truth[pairs.right], 50)
    np.testing.assert_allclose(fit.values, truth, atol=1e-12)
    np.testing.assert_allclose(fit.errors, 0, atol=1e-12)


def test_values_and_errors_are_those_of_dense_least_squares():
    """Second source: numpy's least squares with the constraint written as a row, and the HC2 formula by hand."""
    rng = np.random.default_rng(1)
    n, pairs = 12, cycles(12, 3, rng)
    m = len(pairs.left)
    differences = rng.normal(size=(m, 2))
    incidence = np.zeros((m, n))
    incidence[np.arange(m), pairs.left] = 1
    incidence[np.arange(m), pairs.right] = -1
    expected = np.linalg.lstsq(incidence, differences)[0]
    fit = potentials(pairs, differences, n)
    np.testing.assert_allclose(fit.values, expected, atol=1e-12)
    inverse = np.linalg.pinv(incidence)
    leverage = np.diag(incidence @ inverse)
    residuals = differences - incidence @ expected
    np.testing.assert_allclose(fit.residuals, residuals, atol=1e-12)
    for j in range(2):
        meat = np.diag(residuals[:, j] ** 2 / (1 - leverage))
        np.testing.assert_allclose(fit.errors[:, j], np.sqrt(np.diag(inverse @ meat @ inverse.T)), atol=1e-10)
    assert fit.spread == pytest.approx(np.trace(inverse @ inverse.T) / n)


def test_all_pairs_give_plain_averages():
    rng = np.random.default_rng(2)
    table = rng.normal(size=(9, 9))
    table -= table.T
    pairs = everyone(9)
    fit = potentials(pairs, table[pairs.left, pairs.right][:, None], 9)
    np.testing.assert_allclose(fit.values[:, 0], table.mean(axis=1), atol=1e-12)


def test_random_graphs_are_unbiased_for_any_differences():
    """Circular differences cancel on average, whatever they are: the claim behind the method."""
    rng = np.random.default_rng(3)
    n = 12
    table = rng.normal(size=(n, n)) * np.outer(1 + np.arange(n), np.ones(n))
    table -= table.T
    truth = table.mean(axis=1)
    found = []
    for _ in range(3000):
        pairs = cycles(n, 3, rng)
        found.append(potentials(pairs, table[pairs.left, pairs.right][:, None], n).values[:, 0])
    errors = np.std(found, axis=0, ddof=1) / np.sqrt(len(found))
    assert (np.abs(np.mean(found, axis=0) - truth) < 4 * errors).all()


def test_errors_are_right_on_average():
    rng = np.random.default_rng(4)
    n, found, said = 30, [], []
    for _ in range(600):
        pairs = cycles(n, 3, rng)
        fit = potentials(pairs, rng.normal(size=(len(pairs.left), 1)), n)
        found.append(fit.values[:, 0])
        said.append(fit.errors[:, 0] ** 2)
    assert np.mean(np.square(found)) == pytest.approx(np.mean(said), rel=0.03)


def test_parts_of_a_graph_are_told_apart():
    pairs = Pairs(left=np.array([0, 1, 3]), right=np.array([1, 2, 4]))
    fit = potentials(pairs, np.array([[1.0], [1.0], [6.0]]), 6)
    np.testing.assert_allclose(fit.values[:, 0], [1, 0, -1, 3, -3, 0], atol=1e-12)
    assert len(set(fit.parts)) == 3
    assert len(set(fit.parts[:3])) == 1
    np.testing.assert_allclose(fit.errors, 0, atol=1e-12)


def test_every_row_meets_as_many_others():
    pairs = cycles(40, 6, np.random.default_rng(5))
    met = np.bincount(np.concatenate([pairs.left, pairs.right]))
    assert (met == 12).all()
    assert (pairs.left != pairs.right).all()
