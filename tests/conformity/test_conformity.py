"""Every registered check keeps every rule."""

import pytest

from aiaudit.registry import checks
from aiaudit.testing import CONFORMITY


def together(check):
    """All rules of a check in one process, where its first outcome is remembered."""
    return pytest.param(check, id=check.id, marks=pytest.mark.xdist_group(check.id))


@pytest.mark.parametrize("rule", CONFORMITY, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("check", [together(check) for check in checks().values()])
def test_conformity(check, rule):
    rule(check)
