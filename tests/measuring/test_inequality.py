"""What the intervals of generalized entropy and of Theil's index hold."""

import numpy as np
import pytest

from aiaudit.measuring.functions import Tables
from aiaudit.measuring.inequality import entropy, theil
from aiaudit.metrics import value

METRIC = value("entropy", "entropy", "What is tested.", "a test")
#: Shares of true negatives, false positives, false negatives and true positives.
SHARES = [(0.85, 0.05, 0.02, 0.08), (0.45, 0.05, 0.05, 0.45), (0.35, 0.15, 0.15, 0.35), (0.2, 0.3, 0.3, 0.2)]


@pytest.mark.parametrize("shares", SHARES)
@pytest.mark.parametrize(
    ("index", "n", "least"), [(entropy, 50, 0.92), (theil, 50, 0.86), (theil, 200, 0.925)]
)
def test_intervals_hold_what_they_say(index, n, least, shares):
    draws = 800
    counts = np.random.default_rng(n).multinomial(n, shares, draws).astype(float)
    tables = Tables(
        scopes=({},) * draws,
        known=np.ones(draws, bool),
        parts=(draws,),
        sums=np.repeat(counts[np.newaxis], 3, axis=0),
        weighted=False,
    )
    truth = float(index(METRIC).function(np.array(shares, complex)).real)
    held = [
        m.interval.low <= truth <= m.interval.high
        for m in index(METRIC).estimates(tables).measurements()
        if m.interval is not None
    ]
    assert len(held) > 0.6 * draws
    assert np.mean(held) >= least
