"""What is wrong with a reason in plain words: it says nothing, or says what no letter may say."""

from __future__ import annotations

import re
from enum import StrEnum

from aiaudit.card import is_placeholder
from aiaudit.starting.names import plain, protected_kind, speaks

#: What Regulation B (12 CFR 1002.9(b)(2)) names as insufficient, in the forms in which it is met: the creditor's
#: own standards or policies, and a score that does not qualify.
_INSUFFICIENT = re.compile(
    r"\b(internal|company|corporate|our|lending|lenders?|banks?|underwriting|credit|minimum)\b[\w' -]{0,20}"
    r"\b(standards?|polic(y|ies)|criteria|guidelines|requirements)\b"
    r"|\b(low|lower|insufficient|inadequate|failing|qualifying|passing)\b[\w' -]{0,20}\bscores?\b"
    r"|\bscores?\b[\w' -]{0,20}\b(low|below|insufficient|inadequate|missed|not (met|reached|achieved))\b"
    r"|\b(did|does|do) not (meet|reach|achieve|qualify)\b|\b(failed|failure) to (meet|reach|achieve|qualify)\b"
    r"|\bmodel('s)? (decision|output|result|prediction)|\balgorithm",
    re.IGNORECASE,
)
#: Prohibited bases (12 CFR 1002.2(z)) and their near relations that the names of columns hardly speak of.
_PROTECTED_TOO = ("public assistance", "childbearing", "unmarried", "divorced", "widowed", "creed")


class Fault(StrEnum):
    """Why a text is no reason."""

    PLACEHOLDER = "nobody has filled it in"
    NAME = "it repeats the name of the column"
    INSUFFICIENT = "it hides behind a policy or a score"
    PROTECTED = "it names a protected characteristic"


def fault(column: str, reason: str) -> Fault | None:
    """Return what is wrong with a column's reason; None where nothing is.

    Parameters
    ----------
    column : str
        The column's name.
    reason : str
        The text that stands for it in a letter.

    Notes
    -----
    12 CFR 1002.9(b)(2) asks for specific reasons and names two that are not; the commentary (Supplement I,
    9(b)(2)-3) finds a factor's plain name enough. That the name of a column is none is a rule of this house.
    """
    if is_placeholder(reason):
        return Fault.PLACEHOLDER
    if _INSUFFICIENT.search(reason):
        return Fault.INSUFFICIENT
    if protected_kind(reason) is not None or speaks(plain(reason), _PROTECTED_TOO):
        return Fault.PROTECTED
    return Fault.NAME if plain(reason) == plain(column) else None
