"""The worst subgroups of any columns: found in one half of the rows, looked at again in the other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Measurement
from aiaudit.measuring.effects import BINS, NAMES, SUPPORT, effects_of
from aiaudit.measuring.lattice import DEPTH
from aiaudit.measuring.rates import LEVEL
from aiaudit.measuring.slices import BEST
from aiaudit.measuring.subgroups import MAX_ROWS, gaps, scan
from aiaudit.metrics import difference, value
from aiaudit.subject import Subject

CHUNG = "Chung et al. 2019, arXiv:1807.06068"

LOOKED = value("slices_looked_at", "slices", "Slices of enough people that were searched.", CHUNG)
CONFIRMED = value("subgroups_confirmed", "subgroups", "Subgroups that the half held out confirms.", CHUNG)
GAPS = {
    name: difference(f"{name}_difference", f"The subgroup's {text} minus everybody else's.", CHUNG)
    for name, text in {
        "selection_rate": "selection rate",
        "error_rate": "share of wrong decisions",
        "false_negative_rate": "share refused, of those whose true outcome is favourable,",
        "false_positive_rate": "share favoured, of those whose true outcome is unfavourable,",
        "mean_prediction": "mean prediction",
        "mean_residual": "mean of prediction minus outcome",
        "mean_absolute_error": "mean size of the error",
    }.items()
}


@check(
    id="bias.subgroup-scan",
    title="Subgroups that nobody declared fare worse",
    needs=[Need.PREDICTIONS],
    metrics=[LOOKED, CONFIRMED, *GAPS.values()],
    remediation=[
        "Read a dozen decisions about people of each confirmed subgroup with somebody who knows the business.",
        "Ask whether the subgroup is a protected group under another name; declare it (--sensitive) and audit again.",
        "For errors, collect more rows of the subgroup or add the column that tells its cases apart, and refit.",
        "Leave subgroups that were not confirmed alone until more rows say so too.",
    ],
    effort=["hours", "hours", "weeks", "hours"],
    params={
        "max_rows": MAX_ROWS,
        "depth": DEPTH,
        "support": SUPPORT,
        "best": BEST,
        "bins": BINS,
        "names": NAMES,
        "level": LEVEL,
    },
)
def subgroup_scan(subject: Subject) -> Iterator[Measurement]:
    """Search combinations of columns for people who are selected less or judged worse than everybody else.

    ## Why it matters

    Harm gathers where nobody looks: among people whom no single protected attribute names. A search finds them; but
    whoever searches thousands of subgroups finds bad ones by luck, so a finding must hold in rows that had no part
    in the search.

    ## How it is computed

    The rows (a sample of large tables) are cut into two random halves. In the first, all combinations of up to three columns (protected or
    not; numbers cut at quintiles, the ten most frequent names) are tabulated, and slices of at least 30 people, and
    at most half of all, are ranked by how far they are worse than everybody else. A slice is kept only if it is worse
    than the rest of every slice that it is part of, and still worse beside those kept before: at most eight for each
    effect. The second half alone gives values, intervals and p-values. "holm" is the p-value of being no worse than
    everybody else, or than the rest of a slice that it is part of, after Holm over all subgroups reported; at 5 % the
    subgroup counts as confirmed. Wide tables are searched only where pairs look promising.

    ## Known limits

    Half the rows search, so small subgroups go unseen. Not confirmed is not refuted. Copies of a row can stand in
    both halves, which then confirm each other (data.duplicates counts them). A slice may merely hold people
    whose cases differ; the gap asks for a reason. Which people are worse off by a false positive, or by a prediction
    that is too high, depends on the decision.

    ## References

    Chung et al. 2019; Kearns et al. 2018, arXiv:1711.05144; Lavrač et al. 2004, JMLR 5; Cox 1975, Biometrika 62.
    """
    if subject.n < 4 * SUPPORT:
        raise NotApplicable(f"{subject.n} rows are too few to search one half and confirm in the other")
    if not effects_of(subject) or not (subject.attributes or subject.columns is not None):
        raise NotApplicable("there are no columns to form subgroups, or nothing that could be worse in them")
    found = scan(subject)
    confirmed = sum(group.adjusted <= 1 - LEVEL for group in found.subgroups)
    for metric, count in ((LOOKED, found.looked_at), (CONFIRMED, confirmed)):
        yield Measurement(
            metric=metric.name,
            value=count,
            n=subject.n,
            method="search in one random half, Holm's test in the other",
            params={
                "no_interval": "counted, not estimated",
                "reported": len(found.subgroups),
                "searched_rows": found.halves[0],
                "held_out_rows": found.halves[1],
            },
        )
    for name, groups in groupby(found.subgroups, lambda group: group.effect.name):
        yield from gaps(tuple(groups), GAPS[name])
