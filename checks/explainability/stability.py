"""Whether the same person is told the same reasons, whichever people they happen to be compared with."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import numpy.typing as npt

from aiaudit.check import Need, NotApplicable, check
from aiaudit.explaining.reasons import MOST
from aiaudit.explaining.repeats import BACKGROUNDS, repeated
from aiaudit.facts import Better, Measurement
from aiaudit.measuring.counted import share_of
from aiaudit.measuring.rates import LEVEL
from aiaudit.metrics import rate, value
from aiaudit.subject import Subject

BASIS = "house; the stability of reasons under 12 CFR 1002.9(b)(2)"
OVERLAP = (
    "Columns in both lists of the four largest attributions over columns in either, mean of rows and pairs."
)
KEPT = "Rows whose largest attribution is the same column's against every background."
FIRST = rate("first_reason_kept", KEPT, BASIS)

Ints = npt.NDArray[np.intp]


@check(
    id="explainability.stability",
    title="People get other reasons when they are compared with other people",
    needs=[Need.MODEL],
    metrics=[
        value("top_reasons_overlap", "share", OVERLAP, BASIS, Better.HIGHER, 1.0),
        FIRST,
    ],
    remediation=[
        "Take a larger background, and the same one for everybody; state it.",
        "Where two columns tell nearly the same, name them together.",
        "Where values are sampled, allow more rows; or use a model that can be explained exactly.",
    ],
    effort=["hours", "hours", "hours"],
    params={"level": LEVEL, "backgrounds": BACKGROUNDS},
)
def stability(subject: Subject) -> Iterator[Measurement]:
    """Measure whether attributions of single rows agree across backgrounds and seeds.

    ## Why it matters

    A reason that depends on who else was drawn for comparison is no reason of this person's.

    ## How it is computed

    The same rows are explained against three samples of other rows that have nobody in common, each with a seed
    of its own: as `aiaudit explain` does it, exactly where the model allows it. Compared are the four columns
    with the largest attributions, and the first of them.

    ## Known limits

    The backgrounds are smaller than the thousand rows that single decisions are explained with, which are
    more stable than what is measured here. Rows share the backgrounds, so that the interval of the second
    number holds for other rows, not for other backgrounds; the first has none.

    ## References

    Alvarez-Melis and Jaakkola 2018, arXiv:1806.08049; 12 CFR 1002.9(b)(2).
    """
    features = subject.features
    if features is None or len(features) < 8 or features.shape[1] < 2:
        raise NotApplicable("stability needs eight rows and two columns")
    found = repeated(subject, features)
    tops = [np.argsort(-np.abs(one.values), axis=1, kind="stable")[:, :MOST] for one in found]
    n = len(found[0].values)
    told: dict[str, str | int] = {
        "engine": found[0].engine,
        "output": found[0].output,
        "background_rows": found[0].background,
    }
    yield Measurement(
        metric="top_reasons_overlap",
        value=float(np.mean([_overlap(a, b) for a, b in combinations(tops, 2)])),
        n=n,
        method="mean overlap of the columns with the largest attributions",
        params={**told, "no_interval": "rows share the backgrounds"},
    )
    kept = int(np.all([top[:, 0] == tops[0][:, 0] for top in tops], axis=0).sum())
    yield share_of(FIRST, kept, n, method="counted", params=told)


def _overlap(one: Ints, other: Ints) -> float:
    both = np.array([len(np.intersect1d(a, b)) for a, b in zip(one, other, strict=True)])
    return float(np.mean(both / (one.shape[1] + other.shape[1] - both)))
