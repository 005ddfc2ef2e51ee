"""Selection rates by group, and how far each group is behind the most favoured one."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Better, Measurement
from aiaudit.measuring.cells import Cells, stacked
from aiaudit.measuring.contrasts import Contrasts, contrasts
from aiaudit.metrics import difference, rate, ratio, value
from aiaudit.statistics.adverse_impact import one_person_flip, shortfall, to_four_fifths
from aiaudit.subject import PREDICTED, Subject

UGESP = "29 CFR 1607.4(D)"
QA = "44 FR 11996 (1979)"
#: Both places of the one axis: everybody.
EITHER = [(0,), (1,)]

RATE = rate("selection_rate", "People given a favourable decision, of all people in the group.", UGESP)
REJECTED = rate("rejection_rate", "People given an unfavourable decision, of all.", UGESP, Better.LOWER)
RATIO = ratio("impact_ratio", "The group's selection rate over the reference group's.", UGESP)
DIFFERENCE = difference(
    "selection_rate_difference",
    "The group's selection rate minus the reference group's (demographic parity difference).",
    "Agarwal et al. 2018, arXiv:1803.02453",
)
REJECTION = ratio(
    "rejection_ratio",
    "The group's share of unfavourable decisions over the reference group's.",
    f"{QA}, question 20",
    Better.LOWER,
)
FLIP = value(
    "one_person_flip",
    "yes (1) or no (0)",
    "Whether one selection moved from the reference group to this one would turn the disadvantage round.",
    f"{QA}, question 21",
)
SHORTFALL = value(
    "shortfall",
    "people",
    "Selections the group would have had at the reference group's rate, minus those it had.",
    "customary in adverse-impact analysis",
)

LACKING = value(
    "selections_to_four_fifths",
    "people",
    "Selections the group lacks to reach four fifths of the reference group's rate.",
    "customary in adverse-impact analysis; the number is that of 29 CFR 1607.4(D)",
)


@check(
    id="bias.selection-rate",
    title="Groups are selected at different rates",
    needs=[Need.DECISIONS, Need.GROUPS],
    metrics=[RATE, RATIO, DIFFERENCE, REJECTION, FLIP, SHORTFALL, LACKING],
    remediation=[
        "Compare the groups' outcome rates in the training data first: a gap that is already there is copied, "
        "and no change to the model alone explains it.",
        "Find the columns that carry the gap (explainability checks) and ask of each whether the decision "
        "really needs it; drop or coarsen those that stand in for the group.",
        "Move the cut-off for everybody, or refit with fewer stand-in columns, and audit again on data the "
        "model has not seen.",
        "Until then let a person review unfavourable decisions about the group that is behind.",
    ],
    effort=["hours", "hours", "days", "ongoing"],
    weighted=True,
)
def selection_rate(subject: Subject) -> Iterator[Measurement]:
    """Measure how often each group is given the favourable decision.

    ## Why it matters

    A group that is selected much less often is where complaints, enforcement and harm begin, whatever the
    reason. In United States hiring, a rate below four fifths of the best group's is the customary first sign.

    ## How it is computed

    From counts alone: favourable decisions over people, in every protected attribute and every pair of
    attributes. Each group is set against the most favoured group of at least 30 people by ratio, by
    difference and by the ratio of rejections. Rates carry Wilson intervals, ratios Koopman's and differences
    Newcombe's; equality is tested by Fisher's exact test where counts are small and by the pooled Z test
    elsewhere, and both are reported. People whose group is unknown are a group of their own.

    ## Known limits

    Equal rates say nothing about errors: a model can select two groups alike and be wrong about one of them.
    Groups may differ in ways that bear on the decision; the gap is a question, not the answer.

    ## References

    29 CFR 1607.4(D); Koopman 1984; Newcombe 1998; docs/statistics.md for the changes in sparse tables.
    """
    if not subject.favorable:
        raise NotApplicable(f"a {subject.task} model selects nobody")
    yield from _compared(subject, stacked(subject, [PREDICTED]))


def _compared(subject: Subject, groups: Cells) -> Iterator[Measurement]:
    rates, rejected = groups.rates(RATE, [(1,)], EITHER), groups.rates(REJECTED, [(0,)], EITHER)
    yield from rates.measurements()
    for rule in subject.references:
        found, refused = contrasts(rates, rule), contrasts(rejected, rule)
        if found is not None and refused is not None:
            yield from _contrasts(found, refused)


def _contrasts(found: Contrasts, refused: Contrasts) -> Iterator[Measurement]:
    counts = (found.x1, found.n1, found.x2, found.n2)
    yield from found.ratios(RATIO)
    yield from found.differences(DIFFERENCE)
    yield from refused.ratios(REJECTION)
    yield from found.values(FLIP, one_person_flip(*counts), "counts with one selection moved")
    yield from found.values(SHORTFALL, shortfall(*counts), "expected minus actual selections")
    yield from found.values(LACKING, to_four_fifths(*counts), "counted up to four fifths, in integers")
