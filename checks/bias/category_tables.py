"""Rates and ratios of every category, as New York City's bias audits set them out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Better, Measurement, Metric
from aiaudit.measuring.best import against_best
from aiaudit.measuring.categories import (
    IMPACT,
    RULE,
    SCORED,
    SCORING,
    SELECTED,
    SMALL,
    VARIANTS,
    with_unknown,
    without_small,
)
from aiaudit.measuring.partitions import Bools
from aiaudit.measuring.rates import rates_of
from aiaudit.metrics import value
from aiaudit.subject import Subject

TABLES = value(
    "category_tables", "tables", "Tables in which every ratio is defined.", RULE, Better.HIGHER, None
)
UNKNOWN = value("category_unknown", "people", "People left out as a category of theirs is unknown.", RULE)


@check(
    id="bias.category-tables",
    title="Categories are selected, or score above the median, at different rates",
    needs=[Need.GROUPS],
    metrics=[SELECTED, IMPACT, SCORED, SCORING, *VARIANTS, TABLES, UNKNOWN],
    params={"small": SMALL},
    remediation=[
        "Name sex and race or ethnicity, each in its own column, with --sensitive: the tables are those two and "
        "their intersections.",
        "Collect the categories from people themselves, voluntarily; never guess them.",
        "Where a category holds less than 2 % of the people, say why you leave it out before you do.",
    ],
    effort=["hours", "weeks", "hours"],
)
def category_tables(subject: Subject) -> Iterator[Measurement]:
    """Set out rates and ratios by category in the way a New York City bias audit publishes them.

    ## Why it matters

    New York City lets employers use automated tools to hire or promote only with a published audit of these
    tables. The law names the arithmetic and no pass mark.

    ## How it is computed

    Whoever lacks any protected value leaves every table and is counted as unknown. Each table (every attribute
    and every pair) divides a category's rate by the highest rate in the same table, however small that category
    is, from unrounded rates. Decisions give selection rates. Scores give scoring rates: the share strictly above
    the median of the people in the tables; ties at the median count as not above and are reported. A category
    of less than 2 % of the people is marked and kept; where there is one, ratios without such categories, which then
    set no highest rate either, stand beside. Where people are of unknown category, so do ratios with everybody in
    each table that knows their category, and the unknown as a row that is never the highest.

    ## Known limits

    There is no test and no minimum here: a category of four people has a row. Judge gaps with selection rates.

    ## References

    Rules of the City of New York, title 6, sections 5-300 to 5-304.
    """
    known = [(a.codes != len(a.levels) - 1) for a in subject.attributes if a.missing]
    included = np.logical_and.reduce(known) if known else np.ones(subject.n, bool)
    scores, selected = subject.scores, subject.selected if subject.favorable else None
    if not included.any() or (scores is None and selected is None):
        raise NotApplicable("nobody with known categories was selected or scored")
    if selected is not None:
        yield from _tables(subject, SELECTED, IMPACT, selected, included, "selection")
        yield from with_unknown(subject, IMPACT, selected, included)
    if scores is not None:
        median = float(np.median(scores.values[included]))
        ties = int((scores.values[included] == median).sum())
        said = {"median": median, "ties_at_median": ties}
        yield from _tables(subject, SCORED, SCORING, scores.values > median, included, "scoring", **said)
        yield from with_unknown(subject, SCORING, scores.values > np.median(scores.values), included)
    yield _fact(UNKNOWN, float(subject.n - included.sum()), int(subject.n))


def _tables(
    subject: Subject, plain: Metric, compared: Metric, hits: Bools, among: Bools, kind: str, **said: float
) -> Iterator[Measurement]:
    # People are counted, whatever their rows weigh.
    rates = replace(rates_of(subject, plain, hits, among), weighted=None)
    found, best = against_best(rates)
    total = int(among.sum())
    measured = list(zip(rates.measurements(), range(len(rates.n)), strict=True))
    measured = [(m, i) for m, i in measured if rates.n[i] and m.scope]
    ratios = list(zip(found.ratios(compared, tested=False), found.groups.tolist(), strict=True))
    undefined = sum(m.value is None for m, _ in ratios)
    for m, i in [*measured, *ratios]:
        share = int(rates.n[i]) / total
        about = {**m.params, **said, "share": share, "small": bool(share < SMALL)}
        if i in best and m.metric == compared.name:
            m = replace(m, interval=None)
            about["no_interval"] = "the category that the others are set against"
        yield replace(m, n=int(rates.n[i]), params=about)
    yield _fact(TABLES, float(0 if undefined else len(best)), total, kind=kind)
    yield from without_small(rates, compared, rates.n < SMALL * total)


def _fact(metric: Metric, number: float, n: int, **said: str) -> Measurement:
    about = {**said, "no_interval": "a fact of these rows, not an estimate"}
    return Measurement(metric=metric.name, value=number, n=n, method="counted", params=about)
