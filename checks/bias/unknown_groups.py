"""Between which values the impact ratio could lie, were the people of unknown group known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Better, Measurement
from aiaudit.groups import Attribute
from aiaudit.measuring.cells import cells
from aiaudit.measuring.contrasts import contrasts
from aiaudit.measuring.tabled import rates_within
from aiaudit.metrics import difference, rate, value
from aiaudit.statistics.bounds import unknown_bounds
from aiaudit.subject import PREDICTED, Subject

MANSKI = "Manski 1990, American Economic Review 80:319"
UNKNOWN = "whichever group the people of unknown group belong to."

RATE = rate("selection_rate", "People given a favourable decision, of all people in the group.", MANSKI)
LOWEST = value(
    "impact_ratio_lowest", "ratio", f"The lowest the ratio can be, {UNKNOWN}", MANSKI, Better.HIGHER, 1.0
)
HIGHEST = value(
    "impact_ratio_highest", "ratio", f"The highest it can be, {UNKNOWN}", MANSKI, Better.HIGHER, 1.0
)
ASKED = "People of unknown group, of those whose {0} is favourable, or is not."
BY_DECISION, BY_OUTCOME = (
    rate(f"unknown_rate_by_{what}", ASKED.format(what), "customary", Better.LOWER)
    for what in ("decision", "outcome")
)
DECISION_GAP, OUTCOME_GAP = (
    difference(f"{m.name}_difference", "The rate minus that of the label with fewer unknown.", "customary")
    for m in (BY_DECISION, BY_OUTCOME)
)


@check(
    id="bias.unknown-groups",
    title="People of unknown group could change the picture",
    needs=[Need.DECISIONS, Need.GROUPS],
    metrics=[LOWEST, HIGHEST, BY_DECISION, BY_OUTCOME, DECISION_GAP, OUTCOME_GAP],
    remediation=[
        "Find out why the group is unknown: people decline to say, a form did not ask, a join lost rows.",
        "Ask again, or complete the data from a source that people gave freely; never guess a group from a "
        "name or an address.",
        "Where the bounds lie on both sides of the limit, treat the question as open however small the "
        "interval of the known people is.",
    ],
    effort=["hours", "weeks", "hours"],
    version=2,
    weighted=True,
)
def unknown_groups(subject: Subject) -> Iterator[Measurement]:
    """Bound the impact ratio over every group that people of unknown group could belong to; ask who they are.

    ## Why it matters

    People whose group is missing are rarely missing by chance. Leaving them out assumes that they are like
    the others; the bounds assume nothing.

    ## How it is computed

    For each group against its reference, the unknown who were selected are given to one of the two and those
    who were not to the other, and the reverse: the two extremes of every possible allocation. Single
    attributes only, and only where somebody is unknown. Beside them: are people of unknown group as frequent
    among favourable as among unfavourable decisions, and outcomes? That has an interval and a test.

    ## Known limits

    The bounds hold for the people in the table and carry no sampling error. With many unknown they are wide,
    and that is the message.

    ## References

    Manski 1990; Manski 2003, Partial Identification of Probability Distributions.
    """
    if not subject.favorable:
        raise NotApplicable(f"a {subject.task} model selects nobody")
    if not any(attribute.missing for attribute in subject.attributes):
        raise NotApplicable("everybody's group is known")
    for attribute in subject.attributes:
        if attribute.missing:
            yield from _bounds(subject, attribute)
            yield from _unequal(subject, attribute)


def _bounds(subject: Subject, attribute: Attribute) -> Iterator[Measurement]:
    rates = cells(subject, [attribute], [PREDICTED]).rates(RATE, [(1,)], [(0,), (1,)])
    unknown = ~rates.known
    for rule in subject.references:
        found = contrasts(rates, rule)
        if found is None:
            continue
        own, other = rates.weighted or rates, found.weighted2
        x2, n2 = (found.x2, found.n2) if other is None else (other.x, other.n)
        first = (own.x[found.groups], own.n[found.groups])
        bounds = unknown_bounds(*first, x2, n2, own.x[unknown].sum(), own.n[unknown].sum())
        known, method = rates.known[found.groups], "every allocation of the unknown"
        yield from found.values(LOWEST, np.where(known, bounds.ratio_low, np.nan), method)
        yield from found.values(HIGHEST, np.where(known, bounds.ratio_high, np.nan), method)


def _unequal(subject: Subject, attribute: Attribute) -> Iterator[Measurement]:
    unknown = attribute.codes == len(attribute.levels) - 1
    for metric, gap, favourable in (
        (BY_DECISION, DECISION_GAP, subject.selected),
        (BY_OUTCOME, OUTCOME_GAP, subject.deserved),
    ):
        if favourable is None:
            continue
        sets = (("favourable", favourable), ("unfavourable", ~favourable))
        within = [({"column": attribute.name, "label": label}, rows) for label, rows in sets]
        rates = rates_within(subject, metric, unknown, within)
        yield from rates.measurements()
        found = contrasts(rates)
        if found is not None:
            yield from found.differences(gap)
