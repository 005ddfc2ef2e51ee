from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from aiaudit.policy import load_waivers
from aiaudit.policy.document import FileErrors

GOOD = {
    "requirement": "selection-gap",
    "scope": "{sex: female, age: 40}",
    "reason": "New data arrive in March.",
    "owner": "Ada",
    "approved_by": "Board",
    "created": "2026-11-01",
    "expires": "2027-03-31",
    "ticket": "HR-1",
}


def _file(folder: Path, **changes: str | None) -> Path:
    waiver = {key: value for key, value in (GOOD | changes).items() if value is not None}
    path = folder / "waivers.yaml"
    entries = "\n    ".join(f"{key}: {value}" for key, value in waiver.items())
    path.write_text(f"version: 1\nwaivers:\n  - {entries}\n")
    return path


def test_a_waiver_is_read(tmp_path: Path) -> None:
    (waiver,) = load_waivers(_file(tmp_path))
    assert waiver.requirement == "selection-gap"
    assert waiver.scope == {"sex": "female", "age": "40"}
    assert (waiver.created, waiver.expires) == (date(2026, 11, 1), date(2027, 3, 31))
    assert (waiver.owner, waiver.approved_by, waiver.ticket) == ("Ada", "Board", "HR-1")


def test_a_file_may_hold_none(tmp_path: Path) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_text("version: 1\nwaivers: []\n")
    assert load_waivers(path) == ()


@pytest.mark.parametrize("key", ["requirement", "reason", "owner", "approved_by", "created", "expires"])
def test_a_waiver_lacks_nothing(key: str, tmp_path: Path) -> None:
    with pytest.raises(FileErrors, match=rf"waivers\.yaml:3:5: the key '{key}' is missing$"):
        load_waivers(_file(tmp_path, **{key: None}))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"expires": "2026-10-31"}, "9:14: a waiver must not expire before it was created"),
        ({"expires": "2027-11-03"}, "9:14: a waiver lasts a year at most; renew it with a fresh look"),
        ({"expires": "never"}, "9:14: 'never' is not a date; write year-month-day, for example 2026-11-21"),
        ({"reason": "ok"}, "5:13: 10 characters or more are needed here"),
        ({"reason": "'          '"}, "5:13: 10 characters or more are needed here"),
        ({"owner": "''"}, "6:12: 2 characters or more are needed here"),
        ({"expire": "2027-01-01"}, "11:5: unknown key 'expire'. Did you mean 'expires'?"),
    ],
)
def test_a_waiver_is_checked(changes: dict[str, str], message: str, tmp_path: Path) -> None:
    with pytest.raises(FileErrors) as caught:
        load_waivers(_file(tmp_path, **changes))
    assert [fault.message.partition("waivers.yaml:")[2] for fault in caught.value.faults] == [message]


def test_a_waiver_may_last_a_year(tmp_path: Path) -> None:
    assert len(load_waivers(_file(tmp_path, expires="2027-11-02"))) == 1
