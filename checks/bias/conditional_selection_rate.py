"""Selection rates compared within the values of control columns: Simpson's paradox, seen or ruled out."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Measurement
from aiaudit.measuring.conditional import tables
from aiaudit.metrics import difference, rate, ratio
from aiaudit.subject import PREDICTED, Subject

MANTEL = "Mantel and Haenszel 1959; Greenland and Robins 1985, doi:10.2307/2530643"
KAMIRAN = "Kamiran, Žliobaitė and Calders 2013, doi:10.1007/s10115-012-0584-8"
UGESP = "29 CFR 1607.4(D)"
#: Both places of the one axis: everybody.
EITHER = [(0,), (1,)]

RATIO = ratio(
    "conditional_impact_ratio",
    "The group's selection rate over the reference group's, within the values of the control and pooled.",
    MANTEL,
)
DIFFERENCE = difference(
    "conditional_selection_rate_difference",
    "The group's selection rate minus the reference group's, within the values of the control and pooled "
    "(conditional statistical parity).",
    KAMIRAN,
)
RATE = rate("stratum_selection_rate", "Favourable decisions, of the group's people with that value.", UGESP)
STRATUM_RATIO = ratio(
    "stratum_impact_ratio",
    "Among people with that value, the group's selection rate over that of their most favoured group.",
    UGESP,
)


@check(
    id="bias.conditional-selection-rate",
    title="People of different groups who are alike in a legitimate reason are selected at different rates",
    needs=[Need.DECISIONS, Need.GROUPS, Need.CONTROLS],
    metrics=[RATIO, DIFFERENCE, RATE, STRATUM_RATIO],
    remediation=[
        "Ask of the control first whether it is a legitimate reason at all: one that is itself the outcome of "
        "unequal treatment hides a gap instead of explaining it.",
        "Look at the rates stratum by stratum: where a group is behind in some and ahead in others, the pooled "
        "ratio describes neither.",
        "Where the gap remains within strata, find the columns that carry it and audit again without them.",
        "Where it vanishes, ask why the group is found where fewer are selected.",
    ],
    effort=["hours", "hours", "days", "days"],
    weighted=True,
)
def conditional_selection_rate(subject: Subject) -> Iterator[Measurement]:
    """Compare selection rates among people who share the value of a control column.

    ## Why it matters

    A gap between groups can come from where they apply: at Berkeley in 1973 women were admitted at 0.68 of the
    men's rate, and in no department at a rate that was significantly lower. It can also hide: equal rates overall
    with every department against the same group. Both are Simpson's paradox.

    ## How it is computed

    Each control's values divide the rows into strata, a missing value being one of them; several controls are also
    crossed. In every stratum the group is set against its reference, and the strata are pooled with Mantel and
    Haenszel's weights: the ratio with Greenland and Robins' interval, the difference with Klingenberg's, both
    widened by exact limits among few events. Equality within strata is tested by Cochran, Mantel and Haenszel's test,
    exactly where expected counts are small. Breslow and Day's test with Tarone's correction, among the tests
    listed, asks whether the strata agree. Beside the pooled number stands the crude one of the same two groups. The
    most favoured group is the one whose selections most exceed what its strata's rates would give it. Single
    attributes are also listed stratum by stratum, each stratum with its own reference.

    ## Known limits

    Strata that hold only one of two groups tell nothing of them; the rows are counted as left out. A pooled ratio
    averages strata that may disagree. Controlling for what the group itself caused (a pay grade, a score) can
    remove a real gap or make a false one.

    ## References

    Bickel, Hammel and O'Connell 1975; Mantel and Haenszel 1959; Greenland and Robins 1985; Klingenberg 2014;
    Kamiran, Žliobaitė and Calders 2013; docs/statistics.md.
    """
    if not subject.favorable:
        raise NotApplicable(f"a {subject.task} model selects nobody")
    for table in tables(subject, [PREDICTED]):
        found = table.of(table.cells.rates(RATE, [(1,)], EITHER))
        for rule in subject.references:
            yield from found.pooled(rule, RATIO, DIFFERENCE)
        if table.plain:
            yield from found.strata(RATE, STRATUM_RATIO, subject.references)
