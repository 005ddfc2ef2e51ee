"""How far a model that fits on a page can stand for this one."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.check import Need, check
from aiaudit.explaining.simple import DEPTH, FOLDS, ROWS, simple_models
from aiaudit.facts import Measurement
from aiaudit.measuring.counted import share_of
from aiaudit.measuring.rates import LEVEL
from aiaudit.metrics import rate
from aiaudit.subject import Subject

CRAVEN = "Craven and Shavlik 1996, Advances in Neural Information Processing Systems 8"
AGREE = "Rows left out in which {} decides as the model does (favourable or not)."
LINE = rate("line_fidelity", AGREE.format("a logistic regression"), CRAVEN)
TREE = rate("tree_fidelity", AGREE.format("a small tree"), CRAVEN)


@check(
    id="explainability.surrogate-fidelity",
    title="No short description of the model comes close to what it does",
    needs=[Need.MODEL, Need.DECISIONS],
    metrics=[LINE, TREE],
    remediation=[
        "Where fidelity is high, describe the model by the simple one, and say how often they differ.",
        "Where it is not, do not: explain single decisions (aiaudit explain) and look for interactions.",
    ],
    effort=["hours", "hours"],
    params={"level": LEVEL, "rows": ROWS, "folds": FOLDS, "depth": DEPTH},
    version=3,
)
def surrogate_fidelity(subject: Subject) -> Iterator[Measurement]:
    """Measure how often a line and a small tree decide as the model does.

    ## Why it matters

    A few sentences about how a model decides are welcome to all, and true only as far as a model of a few
    sentences can imitate it.

    ## How it is computed

    A logistic regression and a tree of three levels are fitted to the model's decisions in two thirds of up to
    4,000 rows and compared with them on the rest, three times over. The share of equal decisions stands beside
    what always giving the more frequent decision would reach.

    ## Known limits

    Equal decisions need not have equal reasons. Where nearly all decisions are alike, fidelity is high for
    nothing: compare with "more_frequent". The interval takes the fitted models as given.

    ## References

    Craven and Shavlik 1996; Brown, Cai and DasGupta 2001, Statistical Science 16.
    """
    selected = subject.selected
    assert selected is not None  # the plan saw to it
    found = simple_models(subject, selected)
    decided = selected[found.rows]
    n, more = len(decided), float(max(decided.mean(), 1 - decided.mean()))
    for metric, said in ((LINE, found.line), (TREE, found.tree)):
        equal = int((said == decided).sum())
        yield share_of(metric, equal, n, method="counted on rows left out", params={"more_frequent": more})
