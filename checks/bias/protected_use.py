"""Whether the model is given protected columns, and whether it heeds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Better, Form, Interval, Measurement, Scope
from aiaudit.measuring.permuted import Exchange
from aiaudit.measuring.rates import LEVEL
from aiaudit.metrics import rate, value
from aiaudit.subject import Subject

MAX_PAIRS = 5_000
BREIMAN = "Breiman 2001, Machine Learning 45, 5-32"

GIVEN = value(
    "protected_columns_given",
    "columns",
    "Columns of the attribute, and declared to change with it, that the model is given.",
    "count",
)
CHANGED = rate(
    "changed_decision_share",
    "Decisions that change when these columns are somebody else's, of all decisions.",
    BREIMAN,
    Better.LOWER,
)
MOVED = value("mean_output_change", "output units", "Mean distance by which the output then moves.", BREIMAN)


@check(
    id="bias.protected-use",
    title="The model decides by a protected column",
    needs=[Need.MODEL, Need.GROUPS],
    metrics=[GIVEN, CHANGED, MOVED],
    remediation=[
        "Refit without the column and audit again; keep it beside the data for audits only.",
        "Where a law asks for the column (a legal age, a medical reason), name it in the system card.",
        "Then look for columns that stand in for it (bias.proxy-prediction).",
    ],
    effort=["days", "hours", "hours"],
    params={"max_pairs": MAX_PAIRS, "level": LEVEL},
)
def protected_use(subject: Subject) -> Iterator[Measurement]:
    """Measure whether decisions depend on protected columns themselves.

    ## Why it matters

    Treating two people unlike because of a protected attribute alone is what most laws forbid first. It needs no
    statistics of groups to show: the model is given the column, and answers otherwise when it is another.

    ## How it is computed

    Which columns of each protected attribute, and of those declared to change with it, the model is given is
    counted. Then random rows meet in pairs, no row in two of them; the first row is shown to the model with these
    columns of the second, all together and, where there are several, one by one. The share of decisions that change
    has a modified Wilson interval; the mean distance that the output moves has Student's t.

    ## Known limits

    The other columns stay as they are, which can make rows that nobody has. A column that is not given can still be
    carried by others. Where most people share one value, most exchanges change nothing: the share is not that of
    people whom the column harms (see bias.counterfactual-flip).

    ## References

    Breiman 2001; Fisher, Rudin and Dominici 2019, JMLR 20(177); 42 USC 2000e-2(a); 15 USC 1691(a).
    """
    features = subject.features
    if features is None or subject.n < 2:
        raise NotApplicable("columns are exchanged between two rows at least")
    asked: Exchange | None = None
    for attribute in subject.attributes:
        own = (attribute.name, *subject.dependants.get(attribute.name, ()))
        block = [name for name in features if str(name) in own]
        scope = {"attribute": attribute.name}
        yield _given(block, subject.n, scope)
        if not block:
            yield from _nothing(subject.n, scope)
            continue
        asked = asked or Exchange(subject, MAX_PAIRS)
        yield from _changed(asked, block, scope)
        for name in block if len(block) > 1 else ():
            yield from _changed(asked, [name], {**scope, "column": str(name)})


def _given(block: Sequence[object], n: int, scope: Scope) -> Measurement:
    params = {"no_interval": "counted, not estimated"}
    return Measurement(
        metric=GIVEN.name, value=len(block), n=n, scope=scope, method="names of columns", params=params
    )


def _changed(asked: Exchange, columns: Sequence[object], scope: Scope) -> Iterator[Measurement]:
    change = asked.change(columns)
    yield change.share(CHANGED, scope)
    yield change.distance(MOVED, scope, asked.output)


def _nothing(n: int, scope: Scope) -> Iterator[Measurement]:
    """Nothing can change with a column that the model is not given."""
    sure, method = (
        Interval(low=0.0, high=0.0, level=LEVEL, method="exact"),
        "the model is not given the column",
    )
    yield Measurement(
        metric=CHANGED.name,
        form=Form.RATE,
        value=0.0,
        n=n,
        numerator=0,
        denominator=n,
        interval=sure,
        scope=scope,
        method=method,
    )
    yield Measurement(metric=MOVED.name, value=0.0, n=n, interval=sure, scope=scope, method=method)
