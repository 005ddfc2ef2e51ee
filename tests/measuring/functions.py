"""Functions such as a user could name in a policy."""

import sys

import numpy as np
from sklearn.metrics import fbeta_score, make_scorer


def recall(true, given):
    return given[true == 1].mean()


def cost(true, given, missed=5):
    return missed * np.mean((true == 1) & (given == 0)) + np.mean((true == 0) & (given == 1))


def separation(true, score):
    return score[true == 1].mean() - score[true == 0].mean()


def absolute(true, given):
    return np.abs(true - given).mean()


def top(true, given):
    assert true.dtype.kind == given.dtype.kind == "U"
    return np.mean(given == "top")


def crash(true, given):
    raise RuntimeError("it went wrong")


def nan(true, given):
    return float("nan")


def infinite(true, given):
    return np.inf


def text(true, given):
    return "0.5"


def truth(true, given):
    return True


def array(true, given):
    return np.array([0.5, 0.5])


def leave(true, given):
    sys.exit(0)


NOT_A_FUNCTION = 1
SCORER = make_scorer(fbeta_score, greater_is_better=False, beta=3)
