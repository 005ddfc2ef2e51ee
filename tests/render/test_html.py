from __future__ import annotations

import base64
import hashlib
import re
import time
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from aiaudit.facts import Measured, Measurement
from aiaudit.labels import Task
from aiaudit.policy.model import Kind
from aiaudit.record import Verdict
from aiaudit.render.html import render
from aiaudit.render.words import WORDS

from . import factory
from .factory import RECORDS
from .hostile import HOSTILE, hostile

VOID = {"meta", "br", "rect", "circle", "line", "path", "link", "img", "hr"}


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

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append((tag, dict(attrs)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1][0] == tag, f"</{tag}> closes {self._open[-1]}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        for _, attrs in self._open:
            if (attrs.get("id") or "").startswith("v-"):
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
    assert all("scope" in attrs for tag, attrs in page.elements if tag == "th")


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
        found += [m.interval.low, m.interval.high, m.interval.level * 100]
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
        for number in numbers(verdict):
            assert any(x == pytest.approx(number, abs=0.00051) for x in printed), (verdict, number)


def test_every_measurement_is_in_the_annex() -> None:
    record, exit_code = RECORDS["failing"]

    text = render(record, exit_code)

    body = text[text.index('id="annex-b"') : text.index('id="annex-c"')]
    ran = [o for o in record.outcomes if isinstance(o, Measured)]
    assert body.count("<tr>") - body.count("<thead>") == sum(len(o.measurements) for o in ran)
    for m in (m for o in ran for m in o.measurements):
        assert row_of(m) in re.sub(r"\s+", " ", body)


def row_of(m: Measurement) -> str:
    value = "undefined (0/0)" if m.value is None else f"{m.value:.3f}" if m.value % 1 else f"{m.value:.0f}"
    scope = ", ".join(f"{k} = {v}" for k, v in m.scope.items()) or "all rows"
    return f'<tr><th scope="row">{scope}</th><td class="num">{value}</td>'


def test_every_status_has_a_tile_with_its_count() -> None:
    record, exit_code = RECORDS["failing"]

    tiles = re.search(r'<ul class="tiles".*?</ul>', render(record, exit_code), re.DOTALL)

    assert tiles is not None
    shown = re.findall(r"</span> ([\d,]+)</b> ([a-z ]+)</li>", tiles[0])
    assert {(int(n), word) for n, word in shown} == {(n, WORDS[s]) for s, n in record.counts().items()}


def test_what_is_not_in_force_is_shown_as_readiness() -> None:
    cells = Page(render(*RECORDS["failing"])).cells

    assert "(readiness)" in cells["v-8"]
    assert sum("(readiness)" in text for text in cells.values()) == 1


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
    assert len(text.encode()) < 1_100_000


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
