"""Demographic disparity of decisions, and what of it remains within the values of control columns."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Form, Measurement, Metric
from aiaudit.measuring.conditional import Conditional, tables
from aiaudit.measuring.disparities import disparities
from aiaudit.measuring.estimates import Param
from aiaudit.measuring.partitions import Floats
from aiaudit.measuring.rates import interval, number
from aiaudit.metrics import difference, rate
from aiaudit.subject import PREDICTED, Subject

WACHTER = "Wachter, Mittelstadt and Russell 2021, doi:10.1016/j.clsr.2021.105567"
EITHER = [(0,), (1,)]
SELECTED = rate("selection_rate", "People given a favourable decision, of all people in the group.", WACHTER)

DISPARITY = difference(
    "demographic_disparity",
    "The group's share of the people refused minus its share of the people selected.",
    WACHTER,
)
CONDITIONAL = difference(
    "conditional_demographic_disparity",
    "The demographic disparity within each value of the control, averaged by the people who have it.",
    WACHTER,
)


@check(
    id="bias.conditional-demographic-disparity",
    title="A group makes up more of the refused than of the selected, also among people alike in a legitimate reason",
    needs=[Need.DECISIONS, Need.GROUPS, Need.CONTROLS],
    metrics=[DISPARITY, CONDITIONAL],
    remediation=[
        "Read both numbers together: what remains within the control is not explained by it.",
        "Have somebody who answers for it decide whether the control may justify a difference, and write down why.",
        "Where the disparity remains, compare the group's selection rates stratum by stratum.",
    ],
    effort=["hours", "days", "hours"],
    weighted=True,
)
def conditional_demographic_disparity(subject: Subject) -> Iterator[Measurement]:
    """Measure whether a group is found more often among the refused than among the selected.

    ## Why it matters

    European courts compare who is refused with who is not. A group that makes up 30 % of the refused and 20 % of the
    selected is behind; whether that stands once a legitimate reason is taken into account is what the authors
    propose to show beside it.

    ## How it is computed

    Demographic disparity is the group's share among the refused minus its share among the selected, positive where
    the group is behind. The conditional one takes it within every value of the control (and of several controls
    crossed) and averages by the people who have that value. Values under which everybody or nobody is selected
    have none and are left out, their people counted. Intervals unite standard errors within strata with Newcombe's
    hybrid of Wilson's limits; Cochran, Mantel and Haenszel's test (exact where counts are small) asks whether the
    group and everyone else are selected alike within strata.

    ## Known limits

    The number depends on how large the group is: a small group has a small disparity however it is treated. It
    says what is, not why.

    ## References

    Wachter, Mittelstadt and Russell 2021; Newcombe 1998; docs/statistics.md.
    """
    if not subject.favorable:
        raise NotApplicable(f"a {subject.task} model selects nobody")
    shown: set[tuple[str, ...]] = set()
    for table in tables(subject, [PREDICTED]):
        found = table.of(table.cells.rates(SELECTED, [(1,)], EITHER))
        names = tuple(a.name for a in table.partition)
        if names not in shown:
            shown.add(names)
            yield from _disparities(found, DISPARITY, found.sums.sum(axis=2, keepdims=True), {})
        yield from _disparities(found, CONDITIONAL, found.sums, {"control": found.control})


def _disparities(
    found: Conditional, metric: Metric, sums: Floats, key: dict[str, str]
) -> Iterator[Measurement]:
    parts = disparities(sums)
    for i, scope in enumerate(found.scopes):
        own = int(parts.sizes[0, i])
        left_out = int(sums[1, i].sum()) - own
        known, sure = number(parts.value[i]), interval(parts.low[i], parts.high[i], parts.method)
        params: dict[str, Param] = {} if found.known[i] else {"unknown_group": True}
        if sure is None:
            params["no_interval"] = "undefined: everybody or nobody is selected"
        yield Measurement(
            metric=metric.name,
            form=Form.DIFFERENCE,
            value=known,
            n=int(sums[2, i].sum()),
            denominator=own,
            effective_n=parts.effective(i),
            scope={**scope, **key},
            interval=sure,
            p_value=None if known is None else number(parts.p_value[i]),
            method=f"shares of the refused minus shares of the selected; {parts.method}; {parts.test}",
            params=params,
            excluded={"their stratum selects everybody or nobody": left_out} if left_out else {},
        )
