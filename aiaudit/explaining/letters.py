"""Letters to the person concerned, from a template and the reason dictionary."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from aiaudit.errors import UsageError, one_line, some
from aiaudit.explaining.decision import Decision
from aiaudit.explaining.dictionary import Dictionary
from aiaudit.explaining.telling import value_text

if TYPE_CHECKING:
    from aiaudit.card import SystemCard

LETTERS = ("us-credit", "eu-uk", "generic")
_COMPARED = {"all": "all who applied", "passing": "those whose result was just good enough"}
_BLANK = re.compile(r"\[[A-Z][A-Z ,'-]*\]")


def letter(
    kind: str, decision: Decision, baseline: str, dictionary: Dictionary, card: SystemCard | None
) -> str:
    """Return the letter about an unfavourable decision.

    Parameters
    ----------
    kind : str
        One of `LETTERS`.
    decision : Decision
        With its reasons; recourse is used where the template speaks of it.
    baseline : str
        ``all`` or ``passing``: by whose comparison the reasons are chosen.
    dictionary : Dictionary
        Must hold a reason for every column named.
    card : SystemCard or None
        Names the owner, the decision and the contact; blanks in capitals stand for what it does not say.

    Raises
    ------
    UsageError
        The decision was favourable, a reason has no text, there is no reason, or a protected column weighed in.
    """
    if decision.favourable is not False:
        raise UsageError(
            "no letter is written about a decision that is not unfavourable", "Choose another row."
        )
    (compared,) = [c for c in decision.compared if c.baseline.name == baseline]
    if compared.withheld:
        raise UsageError(
            f"a protected column counted against this row: {some(compared.withheld)}; no letter can say that",
            "Take legal advice, refit without the column, and decide anew.",
        )
    if not compared.reasons:
        raise UsageError(
            "no column counted against this row compared with this baseline, so there is no reason to state",
            "Try the other --baseline, or have a person review the decision.",
        )
    silent = [r.column for r in compared.reasons if dictionary.reason(r.column) is None]
    if silent:
        raise UsageError(
            f"the reason dictionary has no reason for {some(silent)}",
            f"Add to it, under columns: {one_line(silent[0], 60)}: {{reason: ...}}; see 'aiaudit explain --help'.",
        )
    option = decision.options[0] if decision.options else None
    return (
        _environment()
        .get_template(f"letter-{kind}.txt.j2")
        .render(
            reasons=[dictionary.reason(r.column) for r in compared.reasons],
            changes=[]
            if option is None
            else [_change(c.column, c.old, c.new, dictionary) for c in option.changes],
            card=_said(card),
            compared=_COMPARED[baseline],
        )
    )


def blanks(text: str) -> list[str]:
    """Return what somebody must still fill in, in the order of the letter."""
    return list(dict.fromkeys(_BLANK.findall(text)))


def _change(column: str, old: object, new: object, dictionary: Dictionary) -> dict[str, str]:
    return {
        "name": one_line(dictionary.named(column), 80),
        "old": value_text(old, 60),
        "new": value_text(new, 60),
    }


def _said(card: SystemCard | None) -> dict[str, str | None]:
    if card is None:
        return dict.fromkeys(("owner", "system", "purpose", "contact", "human", "method"))
    told = {
        "owner": card.identity.organisation or card.identity.owner.name,
        "system": card.identity.name,
        "purpose": card.purpose.decision,
        "contact": card.role.contact_for_affected_people,
        "human": card.role.human,
        "method": card.explanation.method,
    }
    return {key: None if value is None else one_line(value, 500) for key, value in told.items()}


def _environment() -> Environment:
    # Letters are plain text: nothing in them is markup.
    return Environment(
        loader=PackageLoader("aiaudit", "report_templates"),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
