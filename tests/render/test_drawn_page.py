"""What must hold of the page around every chart."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from aiaudit.render.heatmap import SHADES
from aiaudit.render.html import render

from .drawn import drawn
from .hostile import HOSTILE
from .test_html import Page, contrast


@pytest.fixture(scope="module")
def sane() -> Page:
    return Page(render(drawn("plain"), 1))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_names_in_charts_are_only_ever_text(text: str, sane: Page) -> None:
    page = Page(render(drawn(text), 1))

    structure = [[tag for tag, _ in p.elements if tag != "bdi"] for p in (page, sane)]
    assert structure[0] == structure[1]
    assert not [a for _, attrs in page.elements for a in attrs if a.startswith("on")]
    assert not {"\u202e", "\x00", "\x1b"} & set(page.text)


def test_page_holds_itself_together() -> None:
    page = Page(render(drawn(), 1))

    ids, tags = page.all("id"), [tag for tag, _ in page.elements]
    assert len(set(ids)) == len(ids)
    assert set(page.all("href")) <= {f"#{id}" for id in ids}
    assert tags.count("table") == tags.count("caption")
    assert tags.count("figure") == tags.count("figcaption")
    assert not {"script", "style", "img"} & set(tags[tags.index("body") :])
    assert not page.all("style")


def test_shades_can_be_told_apart_and_written_on_in_light_dark_and_print() -> None:
    style = render(drawn(), 1)
    schemes = [s for s in re.findall(r":root \{(.*?)\}", style, re.DOTALL) if "--s0" in s]

    assert len(schemes) == 3
    for scheme in schemes:
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", scheme))
        shades = [colours[f"s{i}"] for i in range(SHADES)]
        assert all(contrast(shade, colours[f"on-s{i}"]) >= 4.5 for i, shade in enumerate(shades))
        light = [contrast(shade, "#000000") for shade in shades]
        assert light in (sorted(light), sorted(light, reverse=True))
        assert all(contrast(a, b) >= 1.2 for a, b in pairwise(shades))
