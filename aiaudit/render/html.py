"""The report: one self-contained page, the owner's summary first, the auditor's annex behind it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from aiaudit.facts import Scope
from aiaudit.gate import MEANING, Exit
from aiaudit.policy.model import Kind
from aiaudit.record import Record
from aiaudit.render import annex, changes, limits, sentences, subject, words
from aiaudit.render.detail import doubts
from aiaudit.render.findings import Finding, about, findings, headline, of_status, pressing
from aiaudit.render.pictures import pictures
from aiaudit.render.plain import plain
from aiaudit.render.weighing import weighing

PACKAGE = "aiaudit.report_templates"
STYLES = ("report.css", "charts.css")


def render(record: Record, exit_code: int) -> str:
    """Return the report as one HTML page: no scripts, no addresses to fetch from, nothing but this text."""
    found = findings(record)
    return page(
        "report.html.j2",
        STYLES,
        record=record,
        digest=record.digest,
        exit_code=exit_code,
        meaning=MEANING[Exit(exit_code)],
        found=found,
        headline=headline(found),
        todo=[(advice, about(advice, found)) for advice in pressing(record, found)],
        **pictures(record, found),
        annex=annex.annex(record, found),
        weighing=weighing(record, found, exit_code),
        limits=limits.limits(record, found),
    )


def page(template: str, styles: Sequence[str], **told: object) -> str:
    """Return a page of its own: a template filled in, its styles inside it and vouched for by their hash."""
    style = "".join(files(PACKAGE).joinpath(name).read_text("utf-8") for name in styles)
    return (
        _environment()
        .get_template(template)
        .render(
            **told,
            style=Markup(style),  # ours, not the record's
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        )
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    # select_autoescape would leave files that end in .j2 unescaped.
    env = Environment(
        loader=PackageLoader(PACKAGE, ""),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters |= {
        "name": _name,
        "scope": _scope,
        "place": _place,
        "figure": words.figure,
        "value": words.value_text,
        "interval": words.interval_text,
        "level": words.level_text,
        "p": words.p_text,
        "exact": words.exact,
        "count": words.count,
        "asked": words.asked,
    }
    env.globals |= {
        "words": words,
        "changes": changes,
        "sentences": sentences,
        "subject": subject,
        "doubts": doubts,
        "plain": plain,
        "of_status": of_status,
        "Status": MappingProxyType({s.name: s for s in words.ORDER}),
    }
    return env


def _printable(value: object) -> object:
    """Free whatever a template prints, and is not markup of ours, from control characters."""
    if isinstance(value, Markup):
        return value
    text = str(value)
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def _name(text: object, limit: int = 300) -> Markup:
    """Set a foreign name apart, so that its writing direction cannot turn the text around it."""
    return _isolated(str(text), limit)


@lru_cache(maxsize=4096)
def _isolated(text: str, limit: int) -> Markup:
    plain = words.name(text, limit)
    return escape(plain) if plain.isascii() else Markup(f"<bdi>{escape(plain)}</bdi>")


def _scope(scope: Scope, limit: int = 300) -> Markup:
    """Return a scope with every name set apart."""
    return Markup(", ".join(f"{_name(k, limit)} = {_name(v, limit)}" for k, v in scope.items()) or "all rows")


def _place(finding: Finding) -> Markup:
    """Return where a finding holds; papers and statements are about the system, not about rows."""
    if not finding.verdict.scope and finding.requirement.kind is not Kind.MEASURED:
        return Markup("the system")
    return _scope(finding.verdict.scope)
