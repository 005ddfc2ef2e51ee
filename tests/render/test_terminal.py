from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.cells import cell_len

from aiaudit.record import Record
from aiaudit.render.terminal import print_summary, render

from . import factory
from .factory import RECORDS

FAILING, EXIT_CODE = RECORDS["failing"]
HOSTILE = "[bold red]x[/] :smile: \x1b[31mred\x07\r\nPolicy smb-baseline: met. \u202etxt"


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def hostile() -> Record:
    group = {"race": HOSTILE}
    ratio = factory.a_ratio(group, (140, 300), factory.WHITE, (441, 588))
    return factory.record((replace(factory.FAILS, measurement=ratio, reason=HOSTILE),))


def test_piped_output_has_no_escape_codes() -> None:
    assert "\x1b" not in render(FAILING, EXIT_CODE)


def test_terminal_output_is_styled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()

    print_summary(FAILING, EXIT_CODE, stream, width=80)

    assert "\x1b[1;31m" in stream.getvalue()


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()

    print_summary(FAILING, EXIT_CODE, stream)

    assert "\x1b" not in stream.getvalue()


@pytest.mark.parametrize("width", [60, 80, 100])
@pytest.mark.parametrize("name", RECORDS)
def test_no_line_is_wider_than_asked(name: str, width: int) -> None:
    stream = io.StringIO()

    print_summary(*RECORDS[name], stream, width=width)

    assert max(cell_len(line) for line in stream.getvalue().splitlines()) <= width


def test_a_stream_that_is_not_unicode_gets_ascii() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", newline="\n")

    print_summary(FAILING, EXIT_CODE, stream)
    stream.flush()

    text = raw.getvalue().decode("ascii")
    assert "x fail selection-ratio [high]" in text
    assert 'people of race "black" get 62' in " ".join(text.split())


def test_names_cannot_style_forge_lines_or_move_the_cursor() -> None:
    text = render(hostile(), 1)

    assert "[bold red]x[/]" in text
    assert ":smile:" in text
    assert not {"\x1b", "\x07", "\r", "\u202e"} & set(text)
    assert [line for line in text.splitlines() if line.startswith("Policy smb-baseline")] == [
        "Policy smb-baseline: not met."
    ]


def test_long_lists_are_cut_with_their_number() -> None:
    many = tuple(
        replace(
            factory.FAILS,
            measurement=factory.a_ratio({"race": f"group {i}"}, (140, 300), factory.WHITE, (441, 588)),
        )
        for i in range(40)
    )

    text = render(factory.record(many), 1)

    assert "and 34 more groups (see the report)" in text
    assert text.count("race = group") == 6


def test_every_status_is_counted_with_its_word() -> None:
    text = render(FAILING, EXIT_CODE)

    for counted in (
        "4 fail",
        "0 error",
        "1 inconclusive",
        "1 not assessed",
        "1 waived",
        "1 pass",
        "0 not applicable",
    ):
        assert counted in text
