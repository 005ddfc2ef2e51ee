"""People of different groups who are alike in everything else: how often their decisions differ, and which way."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Measurement, Scope
from aiaudit.measuring.alike import compared_rows, sides, single_contrasts
from aiaudit.measuring.changes import Changes
from aiaudit.measuring.gower import matched
from aiaudit.measuring.partitions import Bools, Ints
from aiaudit.measuring.rates import rates_of
from aiaudit.metrics import difference, rate
from aiaudit.subject import Subject

RUBIN = "Rubin 1973, doi:10.2307/2529684; situation testing: Luong, Ruggieri and Turini 2011"
#: Largest distance of a pair; people of the group, and of its reference, who are looked at.
CALIPER, SAMPLED, POOL = 0.05, 1000, 5000

SELECTED = rate("selection_rate", "Favourable decisions, of all people in the group.", "29 CFR 1607.4(D)")
DIFFER = rate(
    "matched_disagreement_rate",
    "Pairs whose decisions differ, of pairs of one person of the group and one of the reference who are alike.",
    RUBIN,
)
GAP = difference(
    "matched_selection_difference",
    "Selection rate of the group's people minus that of their partners, in pairs who are alike.",
    RUBIN,
)


@check(
    id="bias.matched-pairs",
    title="Of two people who are alike, the one of a certain group fares worse",
    needs=[Need.DECISIONS, Need.COLUMNS, Need.GROUPS],
    metrics=[DIFFER, GAP],
    params={"caliper": CALIPER, "sampled": SAMPLED, "pool": POOL},
    remediation=[
        "Look at the pairs whose decisions differ: find the column that tells them apart, and ask whether it "
        "should.",
        "If it is the protected column itself or a stand-in for it, refit without it and audit again.",
        "Where few pairs were found the groups hardly overlap: say so before comparing them at all.",
    ],
    effort=["hours", "days", "hours"],
)
def matched_pairs(subject: Subject) -> Iterator[Measurement]:
    """Compare the decisions on people of different groups who are alike in everything else.

    ## Why it matters

    Testers with the same curriculum vitae and another name are the plainest evidence of discrimination. Where no
    testers can be sent, people who happen to be alike are the nearest thing.

    ## How it is computed

    Up to 1,000 people of the group are paired, one after another in a random order, with the nearest person not
    yet taken among up to 5,000 of the reference group, by Gower's distance (numbers by rank, names by equality)
    over all columns but the protected one concerned and its declared dependants. Pairs further apart than 0.05
    are not made: with fewer than twenty columns every name is then the same, and numbers are on average within 5 % of
    the ranks. McNemar's exact test asks whether the differing pairs favour one side; the interval of the
    difference is Bonett and Price's. Single attributes only; the reference is the group with the highest selection
    rate, or whom the policy asks for.

    ## Known limits

    Pairs tell of the people who have a partner: the share found is printed with them. Alike in the columns there
    are is not alike in everything. Weights of rows are not used.

    ## References

    Rubin 1973; Gower 1971; McNemar 1947; Bonett and Price 2012; Luong, Ruggieri and Turini 2011.
    """
    selected = subject.selected
    if selected is None or not subject.favorable:
        raise NotApplicable(f"a {subject.task} model selects nobody")
    order = subject.random_order
    found = list(_pairs(subject, selected, order))
    if not any(changes.n for changes, *_ in found):
        raise NotApplicable(f"no two people of different groups are alike (within a distance of {CALIPER})")
    for changes, reference, rule, looks in found:
        yield changes.rate(DIFFER, changes.only_own + changes.only_other)
        yield changes.difference(GAP, reference, rule, looks)


def _pairs(subject: Subject, selected: Bools, order: Ints) -> Iterator[tuple[Changes, Scope, str, float]]:
    rates = rates_of(subject, SELECTED, selected)
    for attribute in subject.attributes:
        gower = compared_rows(subject, [attribute])
        if not gower.columns:
            continue
        for rule in subject.references:
            for scope, reference, looks in single_contrasts(rates, rule, attribute):
                one, two = sides(attribute, scope, reference, order)
                pairs = matched(gower, one[:SAMPLED], two[:POOL], CALIPER)
                mine, theirs = selected[pairs].T
                changes = Changes(
                    scope=scope,
                    rows=len(one),
                    n=len(pairs),
                    only_own=int((mine & ~theirs).sum()),
                    only_other=int((theirs & ~mine).sum()),
                    method=f"nearest pairs within {CALIPER} over {gower.columns} columns",
                    params={"caliper": CALIPER, "asked": len(one[:SAMPLED]), "columns": gower.columns},
                )
                yield changes, reference, str(rule), looks
