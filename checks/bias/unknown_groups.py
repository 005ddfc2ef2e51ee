"""Between which values the impact ratio could lie, were the people of unknown group known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Better, Measurement
from aiaudit.measuring.cells import cells
from aiaudit.measuring.contrasts import contrasts
from aiaudit.metrics import rate, value
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


@check(
    id="bias.unknown-groups",
    title="People of unknown group could change the picture",
    needs=[Need.DECISIONS, Need.GROUPS],
    metrics=[LOWEST, HIGHEST],
    remediation=[
        "Find out why the group is unknown: people who decline to say, a form that did not ask, a join that "
        "lost rows.",
        "Ask again, or complete the data from a source that people gave freely; never guess a group from a "
        "name or an address.",
        "Where the bounds lie on both sides of the limit, treat the question as open however small the "
        "interval of the known people is.",
    ],
)
def unknown_groups(subject: Subject) -> Iterator[Measurement]:
    """Bound the impact ratio over every group that people of unknown group could belong to.

    ## Why it matters

    People whose group is missing are rarely missing by chance. Leaving them out assumes that they are like
    the others; the bounds assume nothing.

    ## How it is computed

    For each group against its reference, the unknown who were selected are given to one of the two and those
    who were not to the other, and the reverse: the two extremes of every possible allocation. Single
    attributes only, and only where somebody is unknown.

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
            rates = cells(subject, [attribute], [PREDICTED]).rates(RATE, [(1,)], [(0,), (1,)])
            unknown = ~rates.known
            for rule in subject.references:
                found = contrasts(rates, rule)
                if found is None:
                    continue
                counts = (found.x1, found.n1, found.x2, found.n2)
                bounds = unknown_bounds(*counts, rates.x[unknown].sum(), rates.n[unknown].sum())
                theirs, method = rates.known[found.groups], "every allocation of the unknown"
                yield from found.values(LOWEST, np.where(theirs, bounds.ratio_low, np.nan), method)
                yield from found.values(HIGHEST, np.where(theirs, bounds.ratio_high, np.nan), method)
