"""A confusion matrix in one number: balanced accuracy, F1, Matthews' correlation, average odds, …"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from aiaudit.facts import Better, Metric
from aiaudit.measuring.cells import Cells
from aiaudit.measuring.confusion import BERK
from aiaudit.measuring.functions import Complex, Summary, Tables
from aiaudit.measuring.partitions import Floats
from aiaudit.metrics import difference, value

BRODERSEN = "Brodersen et al. 2010, doi:10.1109/ICPR.2010.764"
RIJSBERGEN = "van Rijsbergen 1979, Information Retrieval"
MATTHEWS = "Matthews 1975, Biochimica et Biophysica Acta 405"
BELLAMY = "Bellamy et al. 2018, arXiv:1810.01943"


def tables_of(groups: Cells) -> Tables:
    """Return the cells (actual, predicted) in the order true negative, false positive, false negative, true positive."""
    found = groups.tables.reshape(len(groups.units), len(groups.scopes), 4).astype(float)
    scaled = found * np.array(groups.units)[:, None, None]
    return Tables(
        scopes=groups.scopes,
        known=groups.known,
        parts=groups.parts,
        sums=scaled if len(scaled) == 3 else np.repeat(scaled, 3, axis=0),
        weighted=len(scaled) == 3,
    )


def _cells(p: Complex) -> tuple[Complex, Complex, Complex, Complex]:
    return p[..., 0], p[..., 1], p[..., 2], p[..., 3]


def _balanced(p: Complex) -> Complex:
    tn, fp, fn, tp = _cells(p)
    return (tp / (tp + fn) + tn / (tn + fp)) / 2


def _odds(p: Complex) -> Complex:
    tn, fp, fn, tp = _cells(p)
    return (tp / (tp + fn) + fp / (tn + fp)) / 2


def _predictive(p: Complex) -> Complex:
    tn, fp, fn, tp = _cells(p)
    return (tp / (tp + fp) + tn / (tn + fn)) / 2


def _f1(p: Complex) -> Complex:
    _, fp, fn, tp = _cells(p)
    return 2 * tp / (2 * tp + fp + fn)


def _matthews(p: Complex) -> Complex:
    tn, fp, fn, tp = _cells(p)
    return (tp * tn - fp * fn) / np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))


def _smaller_outcome(n: Floats) -> Floats:
    tn, fp, fn, tp = n.T
    return np.asarray(np.minimum(tp + fn, tn + fp))


def _smaller_decision(n: Floats) -> Floats:
    tn, fp, fn, tp = n.T
    return np.asarray(np.minimum(tp + fp, tn + fn))


def _not_true_negative(n: Floats) -> Floats:
    return np.asarray(n[:, 1:].sum(axis=1))


def _share(name: str, definition: str, source: str, better: Better = Better.HIGHER) -> Metric:
    return value(name, "share", definition, source, better, 1.0 if better is Better.HIGHER else None)


SUMMARIES = (
    Summary(
        metric=_share("balanced_accuracy", "Mean of true positive and true negative rate.", BRODERSEN),
        function=_balanced,
        size=_smaller_outcome,
    ),
    Summary(
        metric=_share(
            "f1_score", "Harmonic mean of true positive rate and positive predictive value.", RIJSBERGEN
        ),
        function=_f1,
        size=_not_true_negative,
    ),
    Summary(
        metric=value(
            "matthews_correlation",
            "correlation",
            "Correlation of outcomes and decisions.",
            MATTHEWS,
            Better.HIGHER,
            1.0,
        ),
        function=_matthews,
        size=_smaller_outcome,
        bounds=(-1.0, 1.0),
    ),
    Summary(
        metric=_share("average_odds", "Mean of true and false positive rate.", BELLAMY, Better.TARGET),
        function=_odds,
        size=_smaller_outcome,
    ),
    Summary(
        metric=_share("conditional_use_accuracy", "Mean of positive and negative predictive value.", BERK),
        function=_predictive,
        size=_smaller_decision,
    ),
)
DIFFERENCES: Mapping[str, Metric] = MappingProxyType(
    {
        s.metric.name: difference(
            f"{s.metric.name}_difference",
            f"The group's {s.metric.name} minus the reference group's.",
            s.metric.source,
        )
        for s in SUMMARIES
    }
)


def weighted_kappa(metric: Metric, size: int) -> Summary:
    """Return Cohen's kappa of *size* ordered labels, squared steps as weights, of cells (actual, predicted)."""
    away = np.subtract.outer(np.arange(size), np.arange(size)).astype(float) ** 2

    def kappa(p: Complex) -> Complex:
        table = p.reshape(*p.shape[:-1], size, size)
        chance = table.sum(axis=-1)[..., :, None] * table.sum(axis=-2)[..., None, :]
        return np.asarray(1 - (table * away).sum(axis=(-1, -2)) / (chance * away).sum(axis=(-1, -2)))

    return Summary(
        metric=metric, function=kappa, size=lambda n: np.asarray(n.sum(axis=1)), bounds=(-1.0, 1.0)
    )
