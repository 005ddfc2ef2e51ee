"""How long an audit is kept: the longest term that a policy it was judged by names."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True)
class Term:
    """Months for which papers are kept, and where that is written."""

    months: int
    source: str


_TEN_YEARS = Term(months=120, source="Regulation (EU) 2024/1689, Article 18: ten years")
#: Terms by policy pack; packs that are not listed name none.
TERMS: Mapping[str, Term] = MappingProxyType(
    {
        "eu-ai-act-high-risk": _TEN_YEARS,
        "eu-ai-act-deployer": _TEN_YEARS,
        "us-ca": Term(months=48, source="California, 2 CCR 11013(c): four years"),
        "us-co-admt": Term(months=36, source="Colorado, C.R.S. 6-1-1701 to 1709: three years"),
        "us-credit-adverse-action": Term(months=25, source="Regulation B, 12 CFR 1002.12(b): 25 months"),
    }
)


def term(policies: Iterable[str], default: int) -> Term:
    """Return the longest term of the policies; *default* months where none names one.

    Parameters
    ----------
    policies : iterable of str
        Ids of every policy file that was read, those extended included.
    default : int
        Months, as the archive was begun with.
    """
    named = [TERMS[id] for id in policies if id in TERMS]
    return max(named, key=lambda t: t.months, default=Term(months=default, source="the archive's own term"))


def months_later(day: date, months: int) -> date:
    """Return the same day some months later, or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
