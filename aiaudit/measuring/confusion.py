"""Rates of a confusion matrix: which cells are counted, of which cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from aiaudit.facts import Better, Metric
from aiaudit.measuring.cells import Cells, Place
from aiaudit.measuring.rates import Rates
from aiaudit.metrics import difference, rate, ratio

HARDT = "Hardt, Price and Srebro 2016, arXiv:1610.02413"
CHOULDECHOVA = "Chouldechova 2017, doi:10.1089/big.2016.0047"
BERK = "Berk et al. 2021, doi:10.1177/0049124118782533"

#: Cells by (actual, predicted), favourable (1) or not (0).
TP, FN, FP, TN = (1, 1), (1, 0), (0, 1), (0, 0)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A rate of the confusion matrix: the cells counted, and of which."""

    metric: Metric
    counted: Sequence[Place]
    of: Sequence[Place]

    def rates(self, groups: Cells) -> Rates:
        """Return the rate in every group."""
        return groups.rates(self.metric, self.counted, self.of)


def _shape(
    name: str, definition: str, source: str, counted: Place, other: Place, better: Better = Better.HIGHER
) -> Shape:
    return Shape(metric=rate(name, definition, source, better), counted=[counted], of=[counted, other])


SHAPES = (
    _shape(
        "true_positive_rate", "Favourable decisions, of people whose outcome was favourable.", HARDT, TP, FN
    ),
    _shape(
        "false_negative_rate",
        "Unfavourable decisions, of people whose outcome was favourable.",
        HARDT,
        FN,
        TP,
        Better.LOWER,
    ),
    _shape(
        "false_positive_rate",
        "Favourable decisions, of people whose outcome was unfavourable.",
        HARDT,
        FP,
        TN,
        Better.LOWER,
    ),
    _shape(
        "true_negative_rate",
        "Unfavourable decisions, of people whose outcome was unfavourable.",
        HARDT,
        TN,
        FP,
    ),
    _shape(
        "positive_predictive_value",
        "Favourable outcomes, of people given a favourable decision.",
        CHOULDECHOVA,
        TP,
        FP,
    ),
    _shape(
        "false_discovery_rate",
        "Unfavourable outcomes, of people given a favourable decision.",
        CHOULDECHOVA,
        FP,
        TP,
        Better.LOWER,
    ),
    _shape(
        "negative_predictive_value",
        "Unfavourable outcomes, of people given an unfavourable decision.",
        BERK,
        TN,
        FN,
    ),
    _shape(
        "false_omission_rate",
        "Favourable outcomes, of people given an unfavourable decision.",
        BERK,
        FN,
        TN,
        Better.LOWER,
    ),
)
#: Treatment equality: which way the errors of a group lean.
LEAN = _shape(
    "false_positive_share",
    "False positives, of all wrong decisions: the errors that favour people.",
    BERK,
    FP,
    FN,
)
ACCURACY = rate("accuracy", "Decisions equal to the recorded outcome, of all decisions.", "customary")


def accuracy(groups: Cells) -> Rates:
    """Return the share of decisions that equal the recorded outcome, label by label."""
    return groups.accuracy(ACCURACY)


RATES = (ACCURACY, *(shape.metric for shape in SHAPES))
DIFFERENCES: Mapping[str, Metric] = MappingProxyType(
    {
        r.name: difference(
            f"{r.name}_difference", f"The group's {r.name} minus the reference group's.", r.source
        )
        for r in RATES
    }
)
RATIOS: Mapping[str, Metric] = MappingProxyType(
    {
        r.name: ratio(
            f"{r.name}_ratio", f"The group's {r.name} over the reference group's.", r.source, r.better
        )
        for r in RATES
    }
)
