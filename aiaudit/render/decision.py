"""One explained decision as a page of its own, for those who made it and those who must answer for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aiaudit import __version__
from aiaudit.explaining.decision import Compared, Decision, common
from aiaudit.explaining.dictionary import Dictionary
from aiaudit.explaining.reasons import Reason
from aiaudit.explaining.recourse import Option
from aiaudit.explaining.telling import column_name, value_text
from aiaudit.render.html import page
from aiaudit.render.waterfall import Waterfall, waterfall
from aiaudit.render.words import figure
from aiaudit.subject import Subject

STYLES = ("report.css", "decision.css")


@dataclass(frozen=True, kw_only=True)
class Side:
    """The decision by one baseline: whom it compares with, the reasons, what is withheld, and its waterfall."""

    described: str
    reasons: tuple[tuple[str | None, str], ...]
    withheld: tuple[str, ...]
    waterfall: Waterfall
    additivity: float


def render(decision: Decision, named: str, dictionary: Dictionary, subject: Subject) -> str:
    """Return the page.

    Parameters
    ----------
    decision : Decision
        With its recourse where it is unfavourable.
    named : str
        Which row it is.
    dictionary : Dictionary
        What columns are called, and the words of reasons.
    subject : Subject
        Says which model, data and seed stand behind it.
    """
    first = decision.compared[0].found
    lists = [c.reasons for c in decision.compared]
    return page(
        "decision.html.j2",
        STYLES,
        named=named,
        decision=decision,
        values=dict(zip(first.columns, _held(subject, decision.row), strict=True)),
        names={column: column_name(column, dictionary) for column in first.columns},
        output=first.output,
        output_value=float(first.outputs[0]),
        sides=[_side(compared, dictionary) for compared in decision.compared],
        shared=common(*lists) if len(lists) == 2 else None,
        options=None if decision.options is None else [_option(o, dictionary) for o in decision.options],
        made=list(_made(decision, subject)),
        signed=_signed,
        version=__version__,
    )


def _held(subject: Subject, row: int) -> list[str]:
    assert subject.features is not None
    return [value_text(value) for value in subject.features.iloc[row]]


def _side(compared: Compared, dictionary: Dictionary) -> Side:
    return Side(
        described=compared.baseline.described,
        reasons=tuple(_reason(reason, dictionary) for reason in compared.reasons),
        withheld=compared.withheld,
        waterfall=waterfall(compared.found),
        additivity=compared.found.additivity,
    )


def _reason(reason: Reason, dictionary: Dictionary) -> tuple[str | None, str]:
    return dictionary.reason(
        reason.column
    ), f"{column_name(reason.column, dictionary)}: {value_text(reason.value)}"


def _option(option: Option, dictionary: Dictionary) -> tuple[list[tuple[str, str, str]], str]:
    changes = [
        (column_name(c.column, dictionary), value_text(c.old), value_text(c.new)) for c in option.changes
    ]
    return changes, option.decision


def _signed(x: float) -> str:
    return figure(x) if x < 0 else f"+{figure(x)}"


def _made(decision: Decision, subject: Subject) -> Iterator[tuple[str, str]]:
    """Yield where the page comes from, in pairs of a label and a text."""
    found = decision.compared[0].found
    facts = None if subject.model is None else subject.model.facts
    if facts is not None:
        yield "Model", f"{facts.name}, {facts.kind} ({facts.format})"
        yield "SHA-256 of the model", facts.digest or "held in memory"
    for role, file in subject.data.items():
        yield f"File ({role})", file["name"]
        yield f"SHA-256 ({role})", file["sha256"] or "held in memory"
    yield "Explained", f"{found.output}; {found.engine}"
    if found.not_looked_into:
        yield "Not looked into, because", found.not_looked_into
    for compared in decision.compared:
        yield "Compared with", compared.baseline.described
    yield "Distance from the model's own answer", f"{max(c.found.additivity for c in decision.compared):.1g}"
    yield "Seed", str(subject.seed)
