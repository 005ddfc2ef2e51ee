"""Whether people who are alike are decided alike: consistency with the nearest neighbours."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Better, Form, Measurement
from aiaudit.measuring.alike import compared_rows
from aiaudit.measuring.neighbours import Neighbourhood
from aiaudit.metrics import difference, value
from aiaudit.subject import Subject

ZEMEL = "Zemel et al. 2013, Learning Fair Representations, ICML"
#: Neighbours, rows whose neighbours are looked for, and rows among which.
NEIGHBOURS, SAMPLED, POOL = 5, 2000, 10_000

CONSISTENCY = value(
    "consistency",
    "share",
    f"1 minus the mean distance between a decision and the mean decision of the {NEIGHBOURS} people most alike.",
    ZEMEL,
    Better.HIGHER,
    1.0,
)
GAP = difference("consistency_difference", "The group's consistency minus the reference group's.", ZEMEL)


@check(
    id="bias.consistency",
    title="People who are alike are decided differently",
    needs=[Need.DECISIONS, Need.COLUMNS, Need.GROUPS],
    metrics=[CONSISTENCY, GAP],
    params={"neighbours": NEIGHBOURS, "sampled": SAMPLED, "pool": POOL},
    remediation=[
        "Look by hand at people whose decision differs from those of their nearest neighbours: what tells them "
        "apart should be a reason that can be said aloud.",
        "If it is a protected column or a stand-in for one, refit without it.",
        "If it is noise, refit with stronger regularisation or fewer columns.",
        "Send cases near the cut-off to a person.",
    ],
    effort=["hours", "days", "days", "ongoing"],
    weighted=True,
)
def consistency(subject: Subject) -> Iterator[Measurement]:
    """Measure how far decisions agree with those of the people most alike.

    ## Why it matters

    Treating like cases alike is the oldest demand on any decision. A model can be even-handed between groups and
    arbitrary within them, or arbitrary towards one group only.

    ## How it is computed

    Each person is set beside the five others most alike, by Gower's distance over all columns but the protected
    ones and their declared dependants: numbers by rank, names by equality, every column counting alike. Others that are
    exactly as near as the fifth count too. Consistency is 1 minus the mean distance between the own decision (1 or 0)
    and theirs. Beyond 2,000 rows a random sample is asked, beyond 10,000 neighbours are looked for in a sample;
    both depend on the seed and on what the rows hold, not on their order. Standard errors count that a decision matters to every row it is
    near to, not to its own alone; Student's t gives intervals and tests.

    ## Known limits

    What counts as alike is a choice: here no column weighs more than another, whether it matters or not, and columns
    that nobody should look at make people differ. With few rows the nearest are not near. A model that selects
    everybody is fully consistent. AIF360 counts a person among the own neighbours,
    which makes its number larger: with k + 1 neighbours its distance from 1 is k / (k + 1) of this one.

    ## References

    Zemel et al. 2013; Gower 1971; Dwork et al. 2012; docs/statistics.md.
    """
    selected = subject.selected
    gower = compared_rows(subject, subject.attributes)
    if selected is None or not subject.favorable:
        raise NotApplicable(f"a {subject.task} model selects nobody")
    if not gower.columns or subject.n < NEIGHBOURS + 2:
        raise NotApplicable(f"it takes {NEIGHBOURS + 2} rows, and a column that is not protected")
    order = subject.random_order
    near = Neighbourhood(
        subject=subject,
        gower=gower,
        decided=selected.astype(float),
        rows=order[:SAMPLED],
        pool=order[:POOL],
        k=NEIGHBOURS,
    )
    what = f"agreement with the {NEIGHBOURS} nearest of {len(near.pool)} rows over {gower.columns} columns"
    found = near.estimates(CONSISTENCY, what)
    yield from found.measurements()
    for rule in subject.references:
        yield from found.contrasted(GAP, rule, Form.DIFFERENCE, near.differences(found, rule), what)
