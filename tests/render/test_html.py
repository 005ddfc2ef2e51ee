from __future__ import annotations

import base64
import hashlib
import html
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest

from aiaudit.facts import Form, Interval, Measured
from aiaudit.labels import Task
from aiaudit.policy.model import Kind
from aiaudit.record import Record, Verdict
from aiaudit.render.html import render
from aiaudit.render.words import WORDS, figure

from . import factory
from .factory import RECORDS
from .hostile import HOSTILE, hostile

VOID = {"meta", "br", "rect", "circle", "line", "path", "link", "img", "hr"}
#: Parts of a table that end where one of the others begins; HTML lets their end tags out.
ENDED_BY = {
    "th": {"th", "td", "tr", "tbody", "/table"},
    "td": {"th", "td", "tr", "tbody", "/table"},
    "tr": {"tr", "tbody", "/table"},
    "thead": {"tbody"},
    "tbody": {"tbody", "/table"},
}


class Page(HTMLParser):
    """The elements of a page; complains where they do not nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.cells: dict[str, str] = {}
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()
        assert not self._open

    def _end_what_is_ended_by(self, tag: str) -> None:
        while self._open and tag in ENDED_BY.get(self._open[-1][0], ()):
            self._open.pop()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._end_what_is_ended_by(tag)
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append((tag, dict(attrs)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self._end_what_is_ended_by(f"/{tag}")
        assert self._open[-1][0] == tag, f"</{tag}> closes {self._open[-1]}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        for _, attrs in self._open:
            if (attrs.get("id") or "").startswith(("v-", "r-")):
                self.cells[str(attrs["id"])] = self.cells.get(str(attrs["id"]), "") + data + "|"

    def all(self, attribute: str) -> list[str]:
        return [str(attrs[attribute]) for _, attrs in self.elements if attrs.get(attribute)]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_foreign_text_is_only_ever_text(text: str) -> None:
    sane, page = Page(render(hostile("plain"), 1)), Page(render(hostile(text), 1))

    allowed = {tag for tag, _ in sane.elements} | {"bdi"}
    assert {tag for tag, _ in page.elements} <= allowed
    assert not [a for _, attrs in page.elements for a in attrs if a.startswith("on")]
    structure = [tag for tag, _ in page.elements if tag != "bdi"]
    assert structure == [tag for tag, _ in sane.elements if tag != "bdi"] or text == ""
    assert not {"\u202e", "\x00", "\x1b"} & set(page.text)


@pytest.mark.parametrize("name", RECORDS)
def test_page_holds_itself_together(name: str) -> None:
    page = Page(render(*RECORDS[name]))

    ids = page.all("id")
    assert len(set(ids)) == len(ids)
    assert set(page.all("href")) <= {f"#{id}" for id in ids}
    assert [tag for tag, _ in page.elements].count("h1") == 1
    assert ("html", {"lang": "en"}) in page.elements
    tags = [tag for tag, _ in page.elements]
    assert tags.count("table") == tags.count("caption")
    unscoped = sum("scope" not in attrs for tag, attrs in page.elements if tag == "th")
    # The rows of annex B: a header cell in front of data cells heads its row.
    ran = [o for o in RECORDS[name][0].outcomes if isinstance(o, Measured)]
    assert unscoped == sum(len(o.measurements) for o in ran)


@pytest.mark.parametrize("name", RECORDS)
def test_page_asks_for_nothing_from_outside(name: str) -> None:
    text = render(*RECORDS[name])

    page = Page(text)
    assert not {"script", "link", "img", "iframe", "object", "form"} & {tag for tag, _ in page.elements}
    assert not page.all("src")
    assert not page.all("style")
    assert not re.search(r"url\(|@import|https?:", text)


def test_policy_of_the_page_allows_its_own_style_only() -> None:
    text = render(*RECORDS["failing"])

    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    content = next(
        a["content"] for tag, a in Page(text).elements if a.get("http-equiv") == "Content-Security-Policy"
    )
    assert content == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def numbers(verdict: Verdict) -> list[float]:
    m = verdict.measurement
    assert m is not None
    found: list[Any] = [m.value, m.n, m.numerator, m.denominator, verdict.margin]
    found += [None if p is None else max(p, 0.001) for p in (m.p_value, verdict.p_adjusted)]
    if m.interval is not None:
        found += [m.interval.low, m.interval.high]
    if m.reference is not None:
        found += [m.reference.numerator, m.reference.denominator]
    return [float(x) for x in found if x is not None]


def test_every_number_of_a_verdict_is_the_records() -> None:
    record, exit_code = RECORDS["failing"]

    cells = Page(render(record, exit_code)).cells

    for i, verdict in enumerate(record.verdicts, 1):
        kind = record.requirement(verdict.requirement).kind
        assert WORDS[verdict.status] in cells[f"v-{i}"]
        if verdict.measurement is None or kind is not Kind.MEASURED:
            continue
        printed = [float(x.replace(",", "")) for x in re.findall(r"-?\d[\d,]*(?:\.\d+)?", cells[f"v-{i}"])]
        if verdict.measurement.interval is not None:
            assert (
                f"{verdict.measurement.interval.level * 100:.0f} % interval"
                in cells[f"r-{verdict.requirement}"]
            )
        for number in numbers(verdict):
            assert any(x == pytest.approx(number, abs=0.00051) for x in printed), (verdict, number)


def annex_b(record: Record) -> Iterator[dict[str, str]]:
    """Read annex B back: one mapping of column to cell for each row, with what stands above it."""
    text = render(record, record.exit_code)
    body = text[text.index('id="annex-b"') : text.index('id="annex-c"')]
    for table in re.findall(r'<table class="numbers">.*?</table>', body, re.DOTALL):
        caption = re.search("<caption>(.*?)</caption>", table)
        columns = [html.unescape(h) for h in re.findall(r"<th scope=col(?: class=t)?>([^<\n]*)", table)]
        heading = ""
        for line in table.splitlines():
            if line.startswith("<tbody>"):
                heading = html.unescape(line.partition("colspan=")[2].partition(">")[2])
            elif line.startswith("<tr><th>"):
                cells = re.split("<td(?: class=t)?>", line.removeprefix("<tr><th>"))
                assert caption is not None
                yield {
                    **dict(zip(columns, map(html.unescape, cells), strict=True)),
                    "caption": html.unescape(caption[1]),
                    "heading": heading,
                }


VARIED = factory.record(
    (),
    outcomes=(
        Measured(
            check="bias.selection-rate",
            version=1,
            measurements=(
                factory.BLACK_RATIO,
                factory.ASIAN_RATIO,
                replace(factory.SEX_RATIO, method="ratio of rates; exact; Fisher", effective_n=311.5),
                replace(
                    factory.OLD_RATIO,
                    form=Form.VALUE,
                    reference=replace(factory.OLD_RATIO.reference, rule="rest", value=0.3333, numerator=None),
                    params={"pairs": 7, "ties": True},
                ),
                replace(
                    factory.OLD_RATIO,
                    scope={"age": "under 40"},
                    reference=replace(factory.OLD_RATIO.reference, rule="rest", denominator=4321),
                    interval=Interval(low=0.4, high=0.9, level=0.9, method="Katz"),
                    excluded={"no outcome": 12},
                    expires=date(2027, 1, 31),
                ),
                factory.a_rate({}, 646, 987, "impact_ratio"),
            ),
            metrics=(factory.IMPACT,),
        ),
    ),
)


@pytest.mark.parametrize("record", [RECORDS["failing"][0], VARIED], ids=["failing", "varied"])
def test_every_measurement_is_in_the_annex_with_all_it_rests_on(record: Record) -> None:
    ran = [o for o in record.outcomes if isinstance(o, Measured)]
    # Checks in order, in each the metrics in order.
    measured = [
        m
        for o in ran
        for name in dict.fromkeys(m.metric for m in o.measurements)
        for m in o.measurements
        if m.metric == name
    ]

    for row, m in zip(annex_b(record), measured, strict=True):
        told = " | ".join([*row, *row.values()])
        assert row["caption"].startswith(m.metric)
        assert row["Where"] == (", ".join(m.scope.values()) or "all rows")
        assert row["Value"] == ("undefined (0/0)" if m.value is None else figure(m.value))
        assert row["Rows"] == f"{m.n:,}"
        assert all(key in row["heading"] for key in m.scope)
        assert all(part in told for part in m.method.split("; "))
        if m.interval is not None:
            assert row["Interval"] == f"{figure(m.interval.low)} to {figure(m.interval.high)}"
            assert f"{m.interval.level * 100:.0f} % interval" in told
            assert m.interval.method in told
        if m.numerator is not None:
            assert row["Counts"] == f"{m.numerator:,}/{m.denominator:,}"
        if m.reference is not None:
            r = m.reference
            group = (
                "everyone else" if r.rule == "rest" else ", ".join(f"{k} = {v}" for k, v in r.scope.items())
            )
            assert f"against {group}" in row["heading"]
            assert f"{r.denominator:,}" in row["heading"] + row.get("Counts there", "")
        assert all(figure(x) in told for x in m.tests.values())
        assert all(key in told for key in (*m.tests, *m.params))


def test_what_rows_share_is_said_once_and_the_rest_beside_each() -> None:
    black, asian, sex, old, young, everybody = annex_b(VARIED)

    assert black["caption"] == "impact_ratio (ratio)"
    assert (black["heading"], sex["heading"]) == (
        "against race = white (the most favoured group): 441/588",
        "against sex = male (the most favoured group): 346/507",
    )
    assert (old["Counts there"], young["Counts there"]) == ("0.333 (380 rows)", "260/4,321")
    assert (sex["Rows of equal weight"], black["Rows of equal weight"]) == ("312", "")
    assert (old["Remarks"], sex["Remarks"]) == (
        "95 % interval: Koopman; z -4.260; pairs: 7; ties: yes",
        "95 % interval: Koopman",
    )
    assert young["Remarks"] == "90 % interval: Katz; z -4.260; 12 left out: no outcome; until 2027-01-31"
    assert everybody["heading"] == ""
    assert asian["fisher"] == "0.120"


def test_every_status_has_a_tile_with_its_count() -> None:
    record, exit_code = RECORDS["failing"]

    tiles = re.search(r'<ul class="tiles".*?</ul>', render(record, exit_code), re.DOTALL)

    assert tiles is not None
    shown = re.findall(r"</span> ([\d,]+)</b> ([a-z ]+)</li>", tiles[0])
    assert {(int(n), word) for n, word in shown} == {(n, WORDS[s]) for s, n in record.counts().items()}


def test_what_is_not_in_force_is_shown_as_readiness() -> None:
    cells = Page(render(*RECORDS["failing"])).cells

    assert "(readiness)" in cells["v-8"]
    assert [id for id, text in cells.items() if "(readiness)" in text] == ["r-human-oversight", "v-8"]


def test_regression_without_groups_still_has_a_page() -> None:
    subject = factory.subject(
        task=Task.REGRESSION, classes=(), favorable=(), attributes=(), features=(), notes=()
    )

    text = render(factory.record((), outcomes=(), subject=subject, card=None), 0)

    assert "No rates by group were measured" in text
    assert "No protected attribute was declared" in text


@pytest.mark.slow
def test_six_hundred_requirements_are_quick_and_small() -> None:
    requirements = [factory.requirement(f"ratio-{i:03}") for i in range(600)]
    verdicts = [replace(factory.FAILS, requirement=r.id) for r in requirements]
    record = factory.record(verdicts, policy=factory.policy(*requirements))
    seconds = []
    for _ in range(3):
        start = time.process_time()
        text = render(record, 1)
        seconds.append(time.process_time() - start)

    assert min(seconds) < 1
    assert len(text.encode()) < 1_000_000


def contrast(a: str, b: str) -> float:
    """WCAG 2.2 contrast ratio of two colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_colours_can_be_read_in_light_and_dark() -> None:
    style = render(*RECORDS["passing"])
    schemes = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[:2]

    for scheme in schemes:
        colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", scheme))
        for text in ("text", "soft", "blue", "orange"):
            assert contrast(colours[text], colours["page"]) >= 4.5
            assert contrast(colours[text], colours["panel"]) >= 4.5


def test_weights_population_and_what_is_held_equal_are_shown() -> None:
    text = render(hostile("plain"), 1)

    assert "sum to 12.500; worth about 10 rows of equal weight" in text
    assert "from worst to best: &#39;plain&#39;, &#39;other&#39;" in text
    assert '<th scope="row">plain</th><td class="num">300</td><td class="num">0.500</td>' in text
    assert '<th scope="row">plain!</th><td class="num">588</td><td class="num">not declared</td>' in text
    assert "With it change: plain." in text
    assert "<summary>plain?: 2 groups</summary>" in text
