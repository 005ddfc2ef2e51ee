"""How much a model that fits on a page would lose against this one."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from aiaudit.check import Need, NotApplicable, check
from aiaudit.explaining.simple import DEPTH, FOLDS, ROWS, simple_models
from aiaudit.facts import Better, Measurement
from aiaudit.measuring.rates import LEVEL, interval
from aiaudit.metrics import value
from aiaudit.statistics.paired import mcnemar, paired_difference
from aiaudit.subject import Subject

RUDIN = "Rudin 2019, Nature Machine Intelligence 1, 206-215"
#: Models that people can already follow: a sum of weighted columns.
LINES = frozenset(
    {
        *("LogisticRegression", "LogisticRegressionCV", "RidgeClassifier", "RidgeClassifierCV", "Perceptron"),
        *("LinearDiscriminantAnalysis", "LinearSVC", "SGDClassifier"),
    }
)
LEAD = "Share of rows that the model alone judges right, minus the share that {} alone judges right."


@check(
    id="explainability.simple-first",
    title="A simpler model would do as well, and people could follow it",
    needs=[Need.MODEL, Need.DECISIONS, Need.LABELS],
    metrics=[
        value("lead_over_line", "share", LEAD.format("a logistic regression"), RUDIN, Better.HIGHER, None),
        value("lead_over_tree", "share", LEAD.format("a small tree"), RUDIN, Better.HIGHER, None),
    ],
    remediation=[
        "If the lead is small, use the simple model: it can be checked, explained and corrected by hand.",
        "If it is large, find out what the complex model uses (explainability.global-importance) and give the "
        "simple one a column for it.",
        "Write into the system card why the complex model is worth its opacity.",
    ],
    effort=["days", "days", "hours"],
    params={"level": LEVEL, "rows": ROWS, "folds": FOLDS, "depth": DEPTH},
    version=3,
)
def simple_first(subject: Subject) -> Iterator[Measurement]:
    """Measure how much more often the model is right than a line and a small tree.

    ## Why it matters

    What people can follow, they can correct. A complex model must earn its opacity by being right more often.

    ## How it is computed

    A logistic regression and a tree of three levels are fitted to the true outcomes in two thirds of up to
    4,000 rows and judged on the rest, three times over, so that each row is judged once by a model that did not
    see it. The lead is the share of rows that only this model judges right (favourable or not) less the share
    that only the simple one does; the interval is Bonett and Price's for pairs, the test McNemar's.

    ## Known limits

    The simple models learn from the rows of the audit, of which there are few: with as many rows as the
    complex model had they would do better, so that the lead is rather too large. Being right is counted, not what
    an error costs. The interval takes the fitted models as given. A model that is a line itself is told by the name
    of its class, and not measured: there is nothing simpler to prefer.

    ## References

    Rudin 2019; Bonett and Price 2012, Journal of Educational and Behavioral Statistics 37; McNemar 1947.
    """
    if subject.model is not None and _last(subject.model.facts.kind) in LINES:
        raise NotApplicable("the model is a line itself, which people can follow")
    deserved, selected = subject.deserved, subject.selected
    assert deserved is not None  # the plan saw to it
    assert selected is not None
    found = simple_models(subject, deserved)
    truth, right = deserved[found.rows], selected[found.rows] == deserved[found.rows]
    for metric, said in (("lead_over_line", found.line), ("lead_over_tree", found.tree)):
        simple = said == truth
        only_own, only_simple = int((right & ~simple).sum()), int((simple & ~right).sum())
        lead, low, high = paired_difference(only_own, only_simple, len(truth), LEVEL)
        yield Measurement(
            metric=metric,
            value=float(lead),
            n=len(truth),
            interval=interval(float(low), float(high), "Bonett-Price"),
            p_value=float(mcnemar(only_own, only_simple)),
            method="paired difference of shares judged right, on rows left out; McNemar's exact test",
            params={"right": float(np.mean(right)), "simple_right": float(np.mean(simple))},
        )


def _last(kind: str) -> str:
    """Return the class of a pipeline's last step."""
    words = re.findall(r"\w+", kind)
    return str(words[-1]) if words else ""
