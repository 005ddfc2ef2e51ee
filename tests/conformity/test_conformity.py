"""Every registered check keeps every rule."""

import pytest

from aiaudit.registry import checks
from aiaudit.testing import CONFORMITY


@pytest.mark.parametrize("rule", CONFORMITY, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("check", checks().values(), ids=lambda check: check.id)
def test_conformity(check, rule):
    rule(check)
