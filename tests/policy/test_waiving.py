"""``aiaudit waive``: a waiver is added, and everything else in the file stays as it stands."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiaudit.__main__ import run
from aiaudit.errors import UsageError
from aiaudit.policy.model import Waiver
from aiaudit.policy.waivers import load_waivers
from aiaudit.policy.waiving import append_waiver

GIVEN = (
    "waive", "selection-gap", "--reason", "Refitting in January: see the plan.", "--owner", "Ann Ray",
    "--approved-by", "Ben Oku", "--expires", "2027-01-31",
)  # fmt: skip
FIRST = """\
  - requirement: overall
    reason: Accepted for now.
    owner: Ann
    approved_by: Ben
    created: 2026-11-01
    expires: 2027-03-31
"""
FILES = {
    "empty": "version: 1\nwaivers: []\n",
    "empty, remarked": "version: 1\nwaivers: [ ]  # none so far\n# the end\n",
    "one": f"# Ours.\nversion: 1\nwaivers:\n{FIRST}",
    "one, remarked": f"version: 1\nwaivers:\n{FIRST}    # Ask again in March.\n\n# Nothing below.\n",
    "not last": f"waivers:\n{FIRST}# And now:\nversion: 1\n",
    "at the margin": "version: 1\nwaivers:\n" + FIRST.replace("\n  ", "\n").removeprefix("  "),
    "no line end": f"version: 1\nwaivers:\n{FIRST}".rstrip("\n"),
    "windows": f"version: 1\nwaivers:\n{FIRST}".replace("\n", "\r\n"),
    "byte order mark": f"\ufeffversion: 1\nwaivers:\n{FIRST}",
    "folded": f"version: 1\nwaivers:\n{FIRST}".replace("expires: 2027-03-31", "expires: 2027-03-31\n    ticket: >-\n      one\n      two"),
    "braces": "version: 1\nwaivers:\n- {requirement: overall, reason: Accepted for now., owner: Ann, approved_by: Ben,\n"
    "   created: 2026-11-01, expires: 2027-03-31\n  }\n",
}  # fmt: skip


def waiver(**changes: object) -> Waiver:
    fields: dict[str, object] = {
        "requirement": "tpr-gap", "scope": {"sex": "female"}, "reason": "Refitting in January.", "owner": "Ann",
        "approved_by": "Ben", "created": date(2026, 11, 21), "expires": date(2027, 1, 31),
    }  # fmt: skip
    return Waiver.model_validate(fields | changes)


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_nothing_else_is_touched(tmp_path: Path, text: str) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_bytes(text.encode())
    before = load_waivers(path)
    for turn in range(2):
        append_waiver(path, waiver(ticket=f"T-{turn}"))

    assert load_waivers(path) == (*before, waiver(ticket="T-0"), waiver(ticket="T-1"))
    after = path.read_bytes().decode()
    left = iter(after.splitlines())
    wanted = [line.replace(" [ ]", "").replace(" []", "") for line in text.splitlines()]
    assert all(any(line.rstrip() == old.rstrip() for line in left) for old in wanted)
    assert after.count("\r\n") in (0, after.count("\n"))
    assert after.count("#") == text.count("#")


def test_a_remark_on_the_last_waiver_stays_with_it(tmp_path: Path) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_text(FILES["one, remarked"])
    append_waiver(path, waiver())

    text = path.read_text()
    assert text.index("Ask again") < text.index("tpr-gap") < text.index("Nothing below")


@given(
    text=st.text(min_size=10, max_size=60).filter(lambda text: len(text.strip()) >= 10),
    group=st.text(min_size=1),
)
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, text: str, group: str) -> None:
    path = tmp_path_factory.mktemp("any") / "waivers.yaml"
    try:
        text.encode()
        group.encode()
        made = waiver(reason=text, scope={"sex": group})
    except (ValueError, UnicodeEncodeError):
        return
    append_waiver(path, made)
    assert load_waivers(path) == (made,)


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\nwaivers: [{requirement: overall, reason: Accepted for now., owner: Ann, approved_by: Ben,"
        " created: 2026-11-01, expires: 2027-03-31}]\n",
        "{version: 1, waivers: []}\n",
    ],
)
def test_a_list_in_brackets_is_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_text(text)
    with pytest.raises(UsageError, match="its list is not written line by line"):
        append_waiver(path, waiver())
    assert path.read_text() == text


class TestCommand:
    @pytest.fixture(autouse=True)
    def _here(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795219200")  # 2026-11-21

    def test_it_reads_as_reviewed(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run([*GIVEN, "--scope", "sex=female", "--scope", "age=62 and over", "--ticket", "HR-7"]) == 0
        told = capsys.readouterr()
        assert told.out == (
            "wrote waivers.yaml: 'selection-gap' is waived until 2027-01-31, sex = female and age = 62 and over\n"
        )
        assert "--waivers waivers.yaml" in told.err
        assert Path("waivers.yaml").read_text() == (
            "# Failures that a named person accepted for a while. Expired ones count as failures again.\n"
            "version: 1\n"
            "waivers:\n"
            '  - requirement: "selection-gap"\n'
            '    scope: {"sex": "female", "age": "62 and over"}\n'
            '    reason: "Refitting in January: see the plan."\n'
            '    owner: "Ann Ray"\n'
            '    approved_by: "Ben Oku"\n'
            '    created: "2026-11-21"\n'
            '    expires: "2027-01-31"\n'
            '    ticket: "HR-7"\n'
        )

    def test_the_configured_file_is_used(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("aiaudit.yaml").write_text("version: 1\nwaivers: ours/accepted.yaml\n")
        Path("ours").mkdir()
        assert run([*GIVEN]) == 0
        assert capsys.readouterr().err == ""
        assert len(load_waivers("ours/accepted.yaml")) == 1
        assert not Path("waivers.yaml").exists()

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            (
                {"selection-gap": "selection-gab"},
                "asks for no 'selection-gab'. Did you mean 'selection-gap'?",
            ),
            ({"2027-01-31": "2028-01-31"}, "--expires: a waiver lasts a year at most"),
            ({"2027-01-31": "2026-11-20"}, "--expires: a waiver must not expire before it was created"),
            ({"Ann Ray": ""}, "--owner: "),
            ({"Refitting in January: see the plan.": "later"}, "--reason: 10 characters or more"),
        ],
    )
    def test_what_is_no_waiver(
        self, capsys: pytest.CaptureFixture[str], changes: dict[str, str], message: str
    ) -> None:
        assert run([changes.get(word, word) for word in GIVEN]) == 2
        told = capsys.readouterr()
        assert message in told.err
        assert told.err.count("\n") == 2
        assert not Path("waivers.yaml").exists()

    @pytest.mark.parametrize("scope", ["sex", "=female", "sex="])
    def test_what_is_no_scope(self, capsys: pytest.CaptureFixture[str], scope: str) -> None:
        assert run([*GIVEN, "--scope", scope]) == 2
        assert "--scope takes COL=GROUP" in capsys.readouterr().err

    def test_nothing_is_left_out(self, capsys: pytest.CaptureFixture[str]) -> None:
        for option in ("--reason", "--owner", "--approved-by", "--expires"):
            at = GIVEN.index(option)
            assert run([*GIVEN[:at], *GIVEN[at + 2 :]]) == 2
            assert option in capsys.readouterr().err
