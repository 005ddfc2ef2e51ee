"""How many decisions change when a person is given another group's value of the protected column."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Better, Measurement
from aiaudit.measuring.alike import single_contrasts
from aiaudit.measuring.exchange import answers, exchanged_columns
from aiaudit.measuring.rates import rates_of
from aiaudit.metrics import difference, rate
from aiaudit.subject import Subject

KUSNER = "Kusner et al. 2017, arXiv:1703.06856; Agarwal et al. 2018 (flip test), arXiv:1809.03260"
#: People of each group who are asked, at most, and questions put to the model for one attribute.
SAMPLED, QUESTIONS = 2000, 50_000

SELECTED = rate("selection_rate", "Favourable decisions, of all people in the group.", "29 CFR 1607.4(D)")
FLIPPED = rate(
    "counterfactual_flip_rate",
    "People of the group whose decision changes under at least one other group's value, of those asked.",
    KUSNER,
    Better.LOWER,
)
BETTER_OFF = rate(
    "counterfactual_gain_rate",
    "Refused people of the group who would be selected under another group's value, of all asked.",
    KUSNER,
    Better.LOWER,
)
WORSE_OFF = rate(
    "counterfactual_loss_rate",
    "Selected people of the group who would be refused under another group's value, of all asked.",
    KUSNER,
    Better.LOWER,
)
PLACEBO = rate(
    "placebo_flip_rate",
    "People of the group whose decision changes with the same columns of somebody else of their own group.",
    "house",
    Better.LOWER,
)
GAP = difference(
    "counterfactual_selection_difference",
    "Selection rate of the group's people as they are, minus the same people's under the reference group's value.",
    KUSNER,
)


@check(
    id="bias.counterfactual-flip",
    title="A decision would be another one, had the person belonged to another group",
    needs=[Need.DECISIONS, Need.MODEL, Need.GROUPS],
    metrics=[FLIPPED, BETTER_OFF, WORSE_OFF, PLACEBO, GAP],
    params={"sampled": SAMPLED, "questions": QUESTIONS},
    remediation=[
        "Ask a lawyer whether the protected column may be used at all; in most decisions about people it may not.",
        "Refit without it, and without the dependants that carry it, and compare accuracy: often little is lost.",
        "Audit again: what other columns carry is not seen here.",
    ],
    effort=["days", "days", "hours"],
)
def counterfactual_flip(subject: Subject) -> Iterator[Measurement]:
    """Ask the model again with the protected column changed, and count the decisions that change.

    ## Why it matters

    A decision that turns on the group alone is direct discrimination, whatever the rates say: two wrongs in
    opposite directions leave them equal.

    ## How it is computed

    Up to 2,000 people of each group (fewer where there are many groups) are given the protected column of every other
    known group, together with its declared dependants, all from one person of that group drawn at random, and the
    model decides again. Where the column itself is no feature, the dependants alone are exchanged. Counted are
    people whose decision changes under at least one other value, and which way. Where the exchanged columns differ
    between people of one group (dependants, numbers cut into groups), a placebo, the same exchange within the own
    group, shows how many changes are no more than that. Against the reference group's value McNemar's exact test
    asks whether the changes favour one side. Single attributes only.

    ## Known limits

    Only what the declared columns carry is changed; everything else that goes with belonging to a group stays.
    Exchanged values may make people nobody is. A model without the column never flips and may still be unfair.
    Weights of rows are not used.

    ## References

    Kusner et al. 2017; Agarwal et al. 2018; McNemar 1947; Bonett and Price 2012.
    """
    if subject.selected is None or not subject.favorable:
        raise NotApplicable(f"a {subject.task} model selects nobody")
    asked = [a for a in subject.attributes if exchanged_columns(subject, a)]
    if not asked or not subject.n:
        raise NotApplicable(
            "the model is given no protected column, and none that is declared to depend on one"
        )
    order, rates = subject.random_order, rates_of(subject, SELECTED, subject.selected)
    for attribute in asked:
        found = answers(subject, attribute, order, SAMPLED, QUESTIONS)
        for group in found.groups:
            flipped, gained, lost = found.flips(group)
            changes = found.changes(group, gained, lost)
            yield changes.rate(FLIPPED, flipped)
            yield changes.rate(BETTER_OFF, gained)
            yield changes.rate(WORSE_OFF, lost)
            if found.vary and group in found.targets:
                yield changes.rate(PLACEBO, found.placebo(group))
        for rule in subject.references:
            for scope, reference, looks in single_contrasts(rates, rule, attribute):
                yield found.against(scope, reference).difference(GAP, reference, str(rule), looks)
