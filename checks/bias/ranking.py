"""Rankings: who is in the top, and who is seen."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Better, Measurement
from aiaudit.measuring.contrasts import contrasts
from aiaudit.measuring.means import means
from aiaudit.measuring.partitions import Floats
from aiaudit.measuring.rates import rates_of, together
from aiaudit.metrics import difference, rate, ratio, value
from aiaudit.subject import Subject

SINGH = "Singh and Joachims 2018, arXiv:1802.07281"
#: Parts of the list that are looked at, from the top.
TOPS = {"the first 5 %": 0.05, "the first 10 %": 0.1, "the first 20 %": 0.2}

RATE = rate("top_rate", "People of the group in the top of the list, of all people in the group.", SINGH)
RATIO = ratio("top_ratio", "The group's rate in the top over the reference group's.", SINGH)
GAP = difference("top_rate_difference", "The group's rate in the top minus the reference group's.", SINGH)
EXPOSURE = value(
    "exposure",
    "1 = the mean of everybody",
    "Mean of 1 / log2(1 + rank), as a multiple of everybody's; tied people share the mean of their ranks.",
    SINGH,
    Better.HIGHER,
    1.0,
)
EXPOSURE_RATIO = ratio("exposure_ratio", "The group's exposure over the reference group's.", SINGH)


@check(
    id="bias.ranking",
    title="Some groups are missing from the top of the list",
    needs=[Need.SCORES, Need.GROUPS],
    metrics=[RATE, RATIO, GAP, EXPOSURE, EXPOSURE_RATIO],
    remediation=[
        "Look at the scores of the best-ranked people of the group that is behind: what do they lack?",
        "Show more of the list, or in another order for equal or nearly equal scores; both cost little.",
        "Ask whether one list is needed at all: people can be reviewed in batches of like scores.",
    ],
    effort=["hours", "hours", "days"],
    weighted=True,
)
def ranking(subject: Subject) -> Iterator[Measurement]:
    """Measure who stands at the top of the list that the scores make.

    ## Why it matters

    Those who read a ranked list stop early. Whoever stands below that place is not refused, only never seen.

    ## How it is computed

    Rows are ranked by score, the best for the person first. The share of each group within the first 5, 10 and
    20 % of places is set against a reference with the intervals and tests of any other rate; people tied with
    the last place of the top are in it. Exposure weighs every place by 1 / log2(1 + rank), as search results are
    discounted, and is reported as a multiple of everybody's mean; its ratio is tested on the logarithm.

    ## Known limits

    The discount is a convention about readers, not a fact about yours. Ranks depend on each other, so the
    intervals are approximate in small lists. One list of everybody is assumed: audit separate lists separately.

    ## References

    Singh and Joachims 2018; Jarvelin and Kekalainen 2002; Yang and Stoyanovich 2017, arXiv:1610.08559.
    """
    scores = subject.scores
    if scores is None or not subject.n:
        raise NotApplicable("there is no row with a score")
    worst_first = np.sort(scores.values)
    places = [max(int(np.ceil(share * subject.n)), 1) for share in TOPS.values()]
    tops = [scores.values >= worst_first[-k] for k in places]
    rates = together([rates_of(subject, RATE, hits, top=top) for top, hits in zip(TOPS, tops, strict=True)])
    yield from rates.measurements()
    exposure = means(
        subject, EXPOSURE, _exposure(scores.values), f"places by {scores.source}", bounds=(0.0, np.inf)
    )
    yield from exposure.measurements()
    for rule in subject.references:
        yield from exposure.ratios(EXPOSURE_RATIO, rule)
        found = contrasts(rates, rule)
        if found is not None:
            yield from found.ratios(RATIO)
            yield from found.differences(GAP)


def _exposure(scores: Floats) -> Floats:
    """Return 1 / log2(1 + rank) over its mean, averaged over people with the same score."""
    _, where, tied = np.unique(-scores, return_inverse=True, return_counts=True)
    seen = 1 / np.log2(2 + np.arange(len(scores)))
    shared = np.add.reduceat(seen, np.concatenate([[0], np.cumsum(tied)[:-1]])) / tied
    return np.asarray(shared[where] / seen.mean())
