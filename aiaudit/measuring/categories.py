"""Ratios of categories beside those of the city's tables: without small ones, and with people of unknown category."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from aiaudit.facts import Measurement, Metric
from aiaudit.measuring.best import against_best
from aiaudit.measuring.partitions import Bools
from aiaudit.measuring.rates import Rates, rates_of
from aiaudit.metrics import rate, ratio
from aiaudit.subject import Subject

RULE = "6 RCNY 5-300 and 5-301 (New York City, Local Law 144 of 2021)"
#: A category below this share of the data may be left out of the ratios (5-301(d)).
SMALL = 0.02
OVER = "over that of the category with the highest, in the same table."

SELECTED = rate("category_selection_rate", "People of the category who were selected, of all in it.", RULE)
IMPACT = ratio("category_impact_ratio", f"The category's selection rate {OVER}", RULE)
SCORED = rate("category_scoring_rate", "People of the category who score above the median.", RULE)
SCORING = ratio("category_scoring_ratio", f"The category's scoring rate {OVER}", RULE)
_LEFT_OUT = "where categories of less than 2 % are left out."
_KEPT = "where people of unknown category stay in every table that knows theirs."
_WITHOUT = {
    m.name: ratio(f"{m.name}_without_small", f"The ratio {_LEFT_OUT}", RULE) for m in (IMPACT, SCORING)
}
_WITH = {m.name: ratio(f"{m.name}_with_unknown", f"The ratio {_KEPT}", RULE) for m in (IMPACT, SCORING)}
VARIANTS = (*_WITHOUT.values(), *_WITH.values())


def without_small(rates: Rates, compared: Metric, small: Bools) -> Iterator[Measurement]:
    """Yield the ratios of all but small categories, which then set no highest rate either; nothing without any.

    Parameters
    ----------
    rates : Rates
        Rates of every table.
    compared : Metric
        The ratio of the full tables.
    small : ndarray of bool, shape (g,)
        Which categories are left out.
    """
    if (small & (rates.n > 0)).any():
        large = replace(rates, n=np.where(small, 0, rates.n), x=np.where(small, 0, rates.x))
        yield from against_best(large)[0].ratios(_WITHOUT[compared.name], tested=False)


def with_unknown(subject: Subject, compared: Metric, hits: Bools, included: Bools) -> Iterator[Measurement]:
    """Yield the ratios of everybody, the unknown as a row that is never the highest; nothing where all are known.

    Parameters
    ----------
    subject : Subject
        Gives the groups; people are counted, whatever their rows weigh.
    compared : Metric
        The ratio of the full tables.
    hits, included : ndarray of bool, shape (n,)
        Who was selected or scored high, and whose categories are all known.
    """
    if not included.all():
        rates = replace(rates_of(subject, compared, hits), weighted=None)
        yield from against_best(rates, rates.known)[0].ratios(_WITH[compared.name], tested=False)
