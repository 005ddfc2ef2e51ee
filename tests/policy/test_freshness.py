"""A policy whose law was not looked up for half a year says so."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from click.testing import CliRunner

from aiaudit.cli.policy import policy as command
from aiaudit.policy import load_policies
from aiaudit.policy.freshness import stale
from aiaudit.policy.model import Instrument
from aiaudit.render.limits import limits
from tests.made import TODAY, policy, record, requirement


@pytest.mark.parametrize(("days", "count"), [(180, 0), (181, 1)])
def test_a_law_goes_stale_after_180_days(days: int, count: int) -> None:
    law = Instrument(citation="A law", status="in force", last_verified=TODAY - timedelta(days=days))
    asked = policy(requirement(), instruments=(law,))
    assert len(stale(asked, TODAY)) == count
    said = " ".join(limits(record(asked), ()))
    assert ("more than 180 days before this audit" in said) == bool(count)


@pytest.mark.parametrize(("day", "said"), [("2026-11-21", False), ("2027-12-31", True)])
def test_show_takes_the_day(day: str, said: bool) -> None:
    result = CliRunner().invoke(command, ["show", "us-employment-adverse-impact", "--date", day])
    assert ("out of date: 7 of these were looked up more than 180 days before" in result.output) == said


def test_a_policy_without_laws_has_none_to_look_up() -> None:
    assert stale(load_policies(["smb-baseline"]).policy, date(2099, 1, 1)) == ()
