"""The simulations of docs/statistics.md, each long enough to see that nothing is badly off."""

import pytest

from tests.simulation.tables import CASES, simulate

QUICK = [name for name in CASES if not name.startswith("difference of own")]


@pytest.mark.parametrize("name", QUICK)
def test_intervals_hold(name):
    held, alarms = simulate(CASES[name], 60)
    assert held >= 0.85
    if name.endswith((" 0 copied", "tilt 0", "moved by 0")):
        assert alarms is None or alarms <= 0.17
