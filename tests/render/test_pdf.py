"""The PDF tells what the record tells, holds the record, is archivable and accessible, and runs no foreign text."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from aiaudit.comparison import Comparison, Moved
from aiaudit.facts import Measured
from aiaudit.record import Record, Status, from_json, to_json
from aiaudit.render import content, pdf
from aiaudit.render.pdf_page import page
from aiaudit.render.public import public
from aiaudit.render.sentences import number_sentence, verdict_sentence, what_now
from aiaudit.render.words import TILES, WORDS

from .drawn import drawn
from .factory import BLACK, RECORDS
from .hostile import HOSTILE, hostile

typst = pytest.importorskip("typst", reason="the extra pdf is not installed", exc_type=ImportError)
pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed", exc_type=ImportError)

# One process makes the files below for all.
pytestmark = pytest.mark.xdist_group("pdf")
RECORD, EXIT_CODE = RECORDS["failing"]
MARKUP = """
#read("/etc/passwd") #panic() $x$ *b* _e_ `r` <l> @l // c /* c \\u{41} \\ " ] } ) #[ = h #import "@preview/cetz:0.3.0": *
""".strip()
SIGNS = "漢字 😀 שלום Ж ✗"
SPARE = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
ISOLATES = "\N{FIRST STRONG ISOLATE}\N{POP DIRECTIONAL ISOLATE}"


def read(made: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(made))


def pages_of(made: bytes) -> list[str]:
    return [page.extract_text() for page in read(made).pages]


def text_of(made: bytes) -> str:
    """Return the text of all pages without blanks, which no two extractors set alike."""
    return joined(pages_of(made))


def joined(pages: list[str]) -> str:
    return re.sub(rf"[\s{ISOLATES}]", "", "".join(pages))


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def strings(data: object) -> Iterator[str]:
    match data:
        case str():
            yield data
        case Mapping():
            for value in data.values():
                yield from strings(value)
        case list():
            for value in data:
                yield from strings(value)


@pytest.fixture(scope="module")
def failing() -> bytes:
    return content(RECORD, "pdf", EXIT_CODE)


@pytest.fixture(scope="module")
def pages(failing: bytes) -> list[str]:
    return pages_of(failing)


@pytest.fixture(scope="module")
def printed(pages: list[str]) -> str:
    return joined(pages)


def test_first_page_tells_the_owner_what_the_other_formats_tell(pages: list[str]) -> None:
    first = bare(pages[0])

    for sentence in (
        verdict_sentence(RECORD, EXIT_CODE),
        number_sentence(RECORD),
        what_now(RECORD, EXIT_CODE),
    ):
        assert bare(sentence) in first
    for status, n in RECORD.counts().items():
        assert re.search(rf"{n}{bare(WORDS[status])}", first), status
    for advice in RECORD.advice[:3]:
        assert all(bare(told) in first for told in (advice.problem, *advice.steps))


def test_annex_has_every_requirement_and_every_verdict_with_its_figures(printed: str) -> None:
    assert all(r.id in printed and bare(r.title) in printed for r in RECORD.policy.requirements)
    assert all(bare(v.reason) in printed for v in RECORD.verdicts)
    # The failing contrast by hand: 140 of 300 against 441 of 588.
    assert "0.6220.548to0.703300140/300race=white441/588" in printed
    assert RECORD.digest in printed
    assert RECORD.subject.model is not None
    assert RECORD.subject.model.digest in printed
    assert "DanaOrtiz" in printed
    assert "purpose:Sortsloanapplications" in printed


def test_reading_stays_as_reviewed(pages: list[str], golden) -> None:
    text = "".join(page + "\n" for page in pages)
    # Where pages end, and the dots to their numbers, are typst's own affair.
    golden("failing.pdf.txt", re.sub(r"( \.)+ \d+$| Page \d+ of \d+$", "", text, flags=re.MULTILINE))


def test_the_record_is_inside_byte_for_byte(failing: bytes) -> None:
    reader = read(failing)
    inside = reader.attachments["record.json"]
    assert inside == [to_json(RECORD, EXIT_CODE).encode()]
    assert from_json(inside[0], "record.json").digest == RECORD.digest
    [associated] = reader.trailer["/Root"]["/AF"]
    assert associated.get_object()["/AFRelationship"] == "/Source"


def test_what_may_be_shared_holds_the_shareable_record_only() -> None:
    shareable = public(RECORD)
    made = content(shareable, "pdf", EXIT_CODE)
    assert read(made).attachments["record.json"] == [to_json(shareable, EXIT_CODE).encode()]
    assert "fewerthan10" in text_of(made)


def test_it_declares_what_it_keeps_for_archives_and_readers_aloud(failing: bytes) -> None:
    reader = read(failing)
    root = reader.trailer["/Root"]
    meta = root["/Metadata"].get_object().get_data().decode()
    for told in (
        "<pdfaid:part>3<",
        "<pdfaid:conformance>A<",
        "<pdfuaid:part>1<",
        '<rdf:li xml:lang="x-default">Audit of loans.skops',
    ):
        assert told in meta
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/OutputIntents"]
    fonts = [f.get_object() for p in reader.pages for f in p["/Resources"]["/Font"].values()]
    descriptors = [f["/DescendantFonts"][0].get_object()["/FontDescriptor"] for f in fonts]
    assert all("/FontFile3" in d or "/FontFile2" in d for d in descriptors)
    assert all("/ToUnicode" in f for f in fonts)


def test_every_drawing_says_in_words_what_it_shows(failing: bytes) -> None:
    elements = [o for o in objects(read(failing)) if o.get("/Type") == "/StructElem"]
    drawn = [e["/Alt"] for e in elements if e["/S"] == "/Figure"]
    assert len(drawn) == 9 + 4  # groups of three attributes, and columns
    assert "race = black: 0.467, 95 % interval 0.411 to 0.523, limit 0.600" in drawn
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/L", "/Link", "/TOCI"} <= {e["/S"] for e in elements}


def objects(reader: pypdf.PdfReader) -> Iterator[pypdf.generic.DictionaryObject]:
    for number in range(1, reader.trailer["/Size"]):
        found = pypdf.generic.IndirectObject(number, 0, reader).get_object()
        if isinstance(found, pypdf.generic.DictionaryObject):
            yield found


def test_contents_and_references_lead_to_pages_of_the_file(failing: bytes) -> None:
    reader = read(failing)
    titles = [each.title for each in flat(reader.outline)]
    assert "A. Requirements and verdicts" in titles
    assert "Groups are selected at similar rates ✗ fail" in [t.replace("\xa0", " ") for t in titles]
    links = [a.get_object() for p in reader.pages for a in p.get("/Annots", ())]
    assert len(links) >= len(RECORD.policy.requirements) + 8
    assert not any("/URI" in link.get("/A", {}) for link in links)


def flat(outline: list) -> Iterator:
    for each in outline:
        if isinstance(each, list):
            yield from flat(each)
        else:
            yield each


def test_same_record_same_bytes_whatever_the_clock(failing: bytes, monkeypatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert content(RECORD, "pdf", EXIT_CODE) == failing
    assert read(failing).metadata["/CreationDate"] == "D:20261121000000Z"


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.slow) for n in RECORDS if n != "failing"])
def test_every_kind_of_record_is_printed(name: str) -> None:
    record, exit_code = RECORDS[name]
    printed = text_of(content(record, "pdf", exit_code))
    assert bare(verdict_sentence(record, exit_code)) in printed
    assert bare(number_sentence(record)) in printed
    assert all(f"{record.counts()[s]:,}{bare(WORDS[s])}" in printed for s in TILES)


@pytest.fixture(scope="module")
def foreign() -> tuple[Record, bytes, str]:
    """A record of markup, and of signs of which the fonts have some, its PDF, and what is printed there."""
    record = hostile(MARKUP + SIGNS)
    made = content(record, "pdf", record.exit_code)
    return record, made, text_of(made)


def test_markup_is_printed_and_never_run(foreign: tuple[Record, bytes, str]) -> None:
    record, made, printed = foreign
    assert read(made).attachments["record.json"] == [to_json(record, record.exit_code).encode()]
    assert "root:" not in printed
    assert bare(MARKUP) in printed


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE[:12:3])
def test_foreign_text_is_printed_and_never_run(text: str) -> None:
    record = hostile(text)
    made = content(record, "pdf", record.exit_code)
    assert read(made).attachments["record.json"] == [to_json(record, record.exit_code).encode()]
    assert "root:" not in text_of(made)


@pytest.mark.parametrize("text", [MARKUP, *HOSTILE])
def test_nothing_that_steers_a_printer_reaches_the_template(text: str) -> None:
    record = hostile(text)
    told = set("".join(strings(page(record, record.exit_code)))) - set(ISOLATES)
    assert all(c.isprintable() for c in told)


def test_templates_evaluate_nothing_and_read_the_data_only() -> None:
    folder = files("aiaudit.report_templates")
    text = "".join(folder.joinpath(name).read_text("utf-8") for name in pdf.TEMPLATES.values())
    assert not re.search(r"\b(eval|read|include|plugin|image|yaml|toml|csv|xml|cbor)\b\s*[(\"]", text)
    assert re.findall(r"json\((.*?)\)", text) == ['"data.json"']
    assert set(re.findall(r'import "(.*?)"', text)) == pdf.TEMPLATES.keys() - {"main.typ"}


def test_a_sign_without_a_glyph_is_printed_by_its_code_and_said(foreign: tuple[Record, bytes, str]) -> None:
    _, made, printed = foreign
    assert "‹U+6F22›‹U+5B57›‹U+1F600›" in printed
    assert "Charactersforwhichthefontsathandhavenosign" in printed
    assert "Ж✗" in printed
    assert set("שלום") <= set(printed)
    assert "漢字 😀".encode() in read(made).attachments["record.json"][0]


@pytest.mark.slow
def test_signs_of_any_script_are_printed_or_spelled() -> None:
    record = hostile("한국어 が ไทยำ বাংলা తెలుగు አማርኛ 👩‍👧 🇩🇪 a\u0301\u0e33 क्ष ڈ")
    printed = text_of(content(record, "pdf", record.exit_code))
    assert all(f"‹U+{ord(sign):04X}›" in printed for sign in "한がবతአ👩🇩")


@pytest.mark.slow
@pytest.mark.skipif(not SPARE.is_file(), reason="the font DejaVu Sans is not installed")
def test_fonts_of_the_users_own_help_out(monkeypatch) -> None:
    record = hostile("ڈ")  # a letter of Urdu
    assert "‹U+0688›" in text_of(content(record, "pdf", record.exit_code))
    monkeypatch.setenv("TYPST_FONT_PATHS", str(SPARE.parent))
    made = content(record, "pdf", record.exit_code)
    assert "‹U+" not in text_of(made)
    assert made == content(record, "pdf", record.exit_code)


def test_any_other_failure_of_typst_is_no_silent_one(monkeypatch) -> None:
    monkeypatch.setattr(pdf, "page", lambda record, exit_code: {"title": "nothing else"})
    with pytest.raises(typst.TypstError, match="key"):
        pdf.render(RECORD, EXIT_CODE)


@pytest.mark.slow
def test_long_names_break_within_the_page_and_are_copied_whole() -> None:
    record = hostile("x" * 300)
    pages = pages_of(content(record, "pdf", record.exit_code))
    assert max(len(run) for text in pages for run in re.findall("x+", text)) < 110  # what a line holds
    assert "x" * 300 in bare("".join(pages))
    assert "\u200b" not in "".join(pages)


def test_measurements_are_counted_and_left_to_the_record(printed: str) -> None:
    total = sum(len(o.measurements) for o in RECORD.outcomes if isinstance(o, Measured))
    assert f"{total}measurementsby4checks" in printed
    assert "attachment(record.json)" in printed


@pytest.mark.parametrize("many", [4, pytest.param(40, marks=pytest.mark.slow)])
def test_pictures_are_drawn_and_said_in_words(many: int) -> None:
    record = drawn(many=many)
    made = content(record, "pdf", record.exit_code)
    said = {o["/Alt"] for o in objects(read(made)) if o.get("/S") == "/Figure"}
    assert "Outcomes by probability: one = a0, 60 rows" in said
    assert "Share let in by cut-off: one = a0, 60 rows" in said
    assert "44.0%✓pass" in text_of(made)


def test_change_since_the_audit_before_is_told_first_and_in_the_annex() -> None:
    moved = Moved(
        requirement="selection-ratio",
        metric="impact_ratio",
        scope=BLACK,
        failure="new",
        old_value=0.9,
        new_value=0.6,
    )
    since = Comparison(
        record="ab" * 32, day="2026-10-01", source="archive", tested=7, untested=1, moved=(moved,)
    )
    data = page(replace(RECORD, since=since), EXIT_CODE)
    assert data["since"] == "Since the last audit, of 2026-10-01: 1 new failure."
    [section] = [s for s in data["annex"] if s["title"].startswith("Change since")]
    rows = section["blocks"][-1]["rows"]
    assert rows[0][:3] == [
        {"to": "r-selection-ratio", "text": "selection-ratio"},
        "race = black",
        "new failure",
    ]


def test_advice_is_told_whole() -> None:
    given = replace(
        RECORD.advice[0], facts=("A fact.",), effort=("hours",) * len(RECORD.advice[0].steps), who="the owner",
        avoid="Do not guess.", verify="audit again.",
    )  # fmt: skip
    told = page(replace(RECORD, advice=(given,)), EXIT_CODE)["todo"][0]
    assert told["facts"] == ["A fact."]
    assert told["steps"][0] == f"{given.steps[0]} (takes hours)"
    assert told["around"] == "Do not guess. Who: the owner. How to tell that it is done: audit again."


def test_statuses_are_words_not_colours() -> None:
    tiles = page(RECORD, EXIT_CODE)["tiles"]
    assert [tile["word"] for tile in tiles] == [WORDS[s] for s in TILES]
    assert all(tile["symbol"] for tile in tiles)
    assert next(t for t in tiles if t["word"] == "error")["status"] == ""
    assert json.dumps(page(RECORD, EXIT_CODE))  # plain data, nothing but strings and numbers
    assert Status.ERROR not in {v.status for v in RECORD.verdicts}
