"""What an explanation found, as measurements."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.explaining.importance import LEVEL, Explanation
from aiaudit.explaining.intervals import Estimate
from aiaudit.facts import Form, Interval, Measurement, Scope
from aiaudit.statistics.count_intervals import rate_interval

METHOD = "Shapley values from pairs of rows by least squares; means by regression on the columns' values"
BOUNDS = "delta method beyond both bounds; of what was never seen, Clopper-Pearson times the range of outputs"


def measurement(
    metric: str, found: Explanation, estimate: Estimate | None, scope: Scope | None = None, **told: str | int
) -> Measurement:
    """Return an estimate with its interval, or with the reason why there is none.

    Parameters
    ----------
    metric : str
        Its name.
    found : Explanation
        What it was computed from.
    estimate : Estimate or None
        None where it is undefined.
    scope : mapping of str to str, optional
        The column.
    **told
        Further settings and remarks.
    """
    n = len(found.rows)
    ends = None if estimate is None or estimate.ends is None else [_rounded(end) for end in estimate.ends]
    params: dict[str, str | int] = {"background": "rows of the table", "exact": found.exact, **told}
    params["stopped"] = found.stopped
    if ends is None:
        params["no_interval"] = (
            "no column changed the output" if n > 1 else "fewer than two rows could be explained"
        )
    return Measurement(
        metric=metric,
        value=None if estimate is None else _rounded(estimate.value),
        n=n,
        interval=None if ends is None else Interval(low=ends[0], high=ends[1], level=LEVEL, method=BOUNDS),
        scope=scope or {},
        method=METHOD,
        params=params,
        excluded={"output is not finite": found.sampled - n} if n < found.sampled else {},
    )


def zero(metric: str, found: Explanation, method: str) -> Measurement:
    """Return a measurement that is zero for a reason, *method*, that leaves no doubt."""
    interval = Interval(low=0.0, high=0.0, level=LEVEL, method="exact")
    return Measurement(metric=metric, value=0.0, n=len(found.rows), interval=interval, method=method)


def quality(found: Explanation) -> Iterator[Measurement]:
    """Measure whether the explanation holds: does it add up, and how many rows have one."""
    n = len(found.rows)
    yield Measurement(
        metric="additivity_error",
        value=found.additivity,
        n=n,
        method="each explained row shown to the model twice",
        params={"no_interval": "computed, not estimated", "model_rows": found.model_rows},
    )
    low, high = (float(end) for end in rate_interval(n, found.sampled, LEVEL))
    yield Measurement(
        metric="explained_share",
        value=n / found.sampled,
        n=found.sampled,
        form=Form.RATE,
        numerator=n,
        denominator=found.sampled,
        interval=Interval(low=low, high=high, level=LEVEL, method="modified Wilson"),
        method="counted among the rows sampled",
    )


def _rounded(number: float) -> float:
    """Cut off what depends on the processor and on how many threads it used."""
    return float(f"{number:.10g}")
