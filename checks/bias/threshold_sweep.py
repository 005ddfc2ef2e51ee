"""The impact ratio at every cut-off, and where the chosen one stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Better, Measurement
from aiaudit.measuring.contrasts import contrasts
from aiaudit.measuring.partitions import Floats
from aiaudit.measuring.rates import Rates
from aiaudit.measuring.tabled import tabled, tables
from aiaudit.metrics import rate, ratio, value
from aiaudit.scores import cutoff_in_use
from aiaudit.subject import Subject

UGESP, STEPS = "29 CFR 1607.4(D), at every cut-off", 20

RATIO = ratio(
    "impact_ratio_at_cutoff", "The group's selection rate over the reference's, were this the cut-off.", UGESP
)
RATE = rate("selection_rate_at_cutoff", "Rows that reach the cut-off, of all rows of the group.", UGESP)
CUT = value(
    "decision_cutoff",
    "score",
    "The score from which selecting upward agrees with most decisions; the agreement is told beside it.",
    "by definition",
    Better.TARGET,
    None,
)


@check(
    id="bias.threshold-sweep",
    title="Another cut-off would treat groups more alike",
    needs=[Need.SCORES, Need.DECISIONS, Need.GROUPS],
    metrics=[RATIO, RATE, CUT],
    params={"steps": STEPS},
    remediation=[
        "Read the curve of each group that is behind: where the ratio rises with a lower cut-off, ask what the "
        "higher one buys.",
        "Choose the cut-off on held-out rows, for everybody alike, by what wrong decisions cost, and audit again.",
    ],
    effort=["hours", "days"],
    weighted=True,
)
def threshold_sweep(subject: Subject) -> Iterator[Measurement]:
    """Measure the impact ratio at cut-offs other than the one in use.

    ## Why it matters

    Scores are often bought, cut-offs are chosen. Where the ratio of selection rates depends on the cut-off, the
    choice of the cut-off is a choice about groups.

    ## How it is computed

    Rows are selected from a score upward. The cut-offs are those that would select each twentieth of everybody
    (tied scores go together; weights do not move them), and the one in use: the score from which selecting agrees with most decisions. At
    each, the selection rate of everybody and of each group of one attribute, and its ratio to the reference at that cut-off.

    ## Known limits

    One cut-off after another asks nearly the same question, so none is tested: gate the impact ratio of the
    decisions themselves. Where decisions do not follow the score, the agreement is low.

    ## References

    29 CFR 1607.4(D); Corbett-Davies and Goel 2018, arXiv:1808.00023.
    """
    scores, selected = subject.scores, subject.selected
    if scores is None or selected is None or not subject.favorable or not subject.n:
        raise NotApplicable("there is no row with a score and a decision")
    cut, agreement = cutoff_in_use(scores.values, selected)
    yield Measurement(
        metric=CUT.name,
        value=cut,
        n=subject.n,
        method=scores.source,
        params={"agreement": agreement, "no_interval": "a fact of these decisions"},
    )
    ordered = np.sort(scores.values)
    places = (np.arange(1, STEPS) * subject.n) // STEPS
    yield from _swept(subject, scores.values, np.unique([*ordered[places], cut]), cut)


def _swept(subject: Subject, scores: Floats, cuts: Floats, in_use: float) -> Iterator[Measurement]:
    """Take each cut-off for a decision of its own: all of them are partitions of one table of rates."""
    groups = subject.grouped
    (single, parts), size = groups.single(), len(cuts)
    bins = np.searchsorted(cuts, scores, side="right")
    counted = [table[single] for table in tables(subject, bins, size + 1)]
    x, n, weighted = tabled([_reaching(table) for table in counted])
    rates = Rates(
        metric=RATE,
        scopes=tuple(groups.scopes[i] for i in single) * size,
        known=np.tile(groups.known[single], size),
        x=x,
        n=n,
        rows=n,
        parts=parts * size,
        weighted=weighted,
    )
    found = contrasts(rates, subject.references[0])
    at = np.repeat(cuts, len(single))
    measured = list(zip(rates.measurements(), at, strict=True))
    if found is not None:
        measured += zip(found.ratios(RATIO, tested=False), at[found.groups], strict=True)
    for m, cut in measured:
        yield replace(m, params={**m.params, "cutoff": float(cut), "in_use": bool(cut == in_use)})


def _reaching(table: Floats) -> tuple[Floats, Floats]:
    """Return sums over the rows that reach each cut-off, and over all, from sums by group and bin."""
    whole = np.broadcast_to(table.sum(axis=1), (table.shape[1] - 1, len(table)))
    from_cut_on = table[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
    return np.minimum(from_cut_on.T, whole).ravel(), whole.ravel()
