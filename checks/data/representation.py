"""Whether groups make up as much of the data as of the population they stand for."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.check import Need, check
from aiaudit.facts import Better, Measurement
from aiaudit.measuring.representation import Composition, compositions
from aiaudit.metrics import difference, rate, ratio, value
from aiaudit.subject import Subject

EU = "Regulation (EU) 2024/1689, Art. 10(3)"

SHARE = rate("group_share", "Rows of the group, of all rows whose group is known.", EU)
RATIO = ratio("representation_ratio", "The group's share of the rows over its share of the population.", EU)
GAP = difference("representation_gap", "The group's share of the rows minus its share of the population.", EU)
DISTANCE = value(
    "composition_distance",
    "share",
    "Share of the rows that would have to belong to other groups for the data to look like the population.",
    "total variation distance",
    Better.LOWER,
)


@check(
    id="data.representation",
    title="The data hold some groups less often than the population does",
    needs=[Need.GROUPS, Need.POPULATION],
    metrics=[SHARE, RATIO, GAP, DISTANCE],
    remediation=[
        "Find out where people of the group are lost: who is asked, who answers, which records can be joined.",
        "Collect more rows of the group, or weight the rows to the population (--weights) and audit again.",
        "Until then narrow the stated purpose to people whom the data represent.",
    ],
    effort=["days", "weeks", "hours"],
    weighted=True,
)
def representation(subject: Subject) -> Iterator[Measurement]:
    """Compare the composition of the data with a declared population.

    ## Why it matters

    A model knows only people it saw. Where a group is rare in the data, the model errs on it more often, and
    every number about it is less certain.

    ## How it is computed

    For each attribute of `data.population`, each declared group's share of the rows whose group is known, with a
    modified Wilson interval, over and minus its share of the population. The declared share is taken as exact;
    equality is tested by the exact binomial test. The whole composition is tested by chi-square, or by 10,000
    seeded draws where a group is expected fewer than five times; groups that were not declared count together. Weighted rows
    use weighted shares, with Korn and Graubard's interval and a Z test.

    ## Known limits

    The population is the one declared; whether it is the right one cannot be seen in the data. A group that is
    written differently there counts as absent. A distance is positive even by chance: read its test.

    ## References

    Regulation (EU) 2024/1689, Art. 10(3); Clopper and Pearson 1934; Korn and Graubard 1998.
    """
    for composition in compositions(subject, SHARE):
        yield from composition.shares.measurements()
        yield from composition.ratios(RATIO)
        yield from composition.differences(GAP)
        yield _distance(composition)


def _distance(composition: Composition) -> Measurement:
    distance, p_value, method = composition.fit
    return Measurement(
        metric=DISTANCE.name,
        value=distance,
        n=composition.rows,
        p_value=p_value,
        scope={"column": composition.attribute},
        method=f"total variation distance; {method}",
        params={"no_interval": "a distance is never below 0, not even by chance: its test tells"},
    )
