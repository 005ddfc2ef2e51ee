"""From the model's own columns back to the table's: which of them is made of which."""

from __future__ import annotations

from typing import Any

from . import traits

#: Rows on which it is tried out what each column of the table changes.
_TRIED_ROWS = 500
#: Rows that are prepared in one call, about: a call costs as much as some thousand rows.
_PREPARED_ROWS = 10_000
#: Cells that the prepared rows may have.
_CELLS = 50_000_000


class Unfit(Exception):
    """The model is not of a kind that this way of explaining is exact for; the text says why."""


def split(model: Any) -> tuple[list[Any], Any]:
    """Return the fitted preparing steps of *model*, in their order, and the estimator that decides."""
    steps: list[Any] = []
    while True:
        if hasattr(model, "best_estimator_"):
            model = model.best_estimator_
        elif isinstance(getattr(model, "steps", None), list):
            parts = [step for _, step in model.steps if step is not None and step != "passthrough"]
            steps, model = steps + parts[:-1], parts[-1]
        else:
            return steps, model


def prepare(steps: list[Any], final: Any, frame: Any) -> Any:
    """Return what *final* computes with, an array of float of shape (n, q), for the rows of *frame*."""
    import numpy as np

    for step in steps:
        frame = step.transform(frame)
    if hasattr(final, "_predictors") and hasattr(final, "_preprocess_X"):
        # Histogram boosting encodes its categories by itself.
        frame = final._preprocess_X(frame, reset=False)
    if hasattr(frame, "toarray"):
        if frame.shape[0] * frame.shape[1] > _CELLS:
            raise Unfit("its prepared columns are too many")
        frame = frame.toarray()
    try:
        return np.asarray(frame, dtype=np.float64)
    except (TypeError, ValueError):
        raise Unfit("its prepared columns are not numbers") from None


def entry(model: Any, frame: Any) -> Any:
    """Return *frame* as *model* is to be asked: an array where it was fitted on one."""
    on_array = traits.feature_names(model) is None and traits.n_features(model) is not None
    return frame.to_numpy() if on_array else frame


def owners(prepare_rows: Any, frame: Any, prepared: Any) -> Any:
    """Return, for each prepared column, the position of the column of the table that it is made of.

    Each column of the table in turn is given the values of other rows; the prepared columns that change with
    it are its own. Unchanging ones belong to nobody, -1.

    Parameters
    ----------
    prepare_rows : callable
        DataFrame in, array of float of shape (n, q) out.
    frame : DataFrame of shape (n, p)
        Rows to try it on.
    prepared : ndarray of float, shape (n, q)
        The same, prepared.

    Raises
    ------
    Unfit
        A prepared column is made of several.
    """
    import numpy as np

    tried = _telling(prepared)
    frame, before = frame.take(tried).reset_index(drop=True), prepared[tried]
    found = np.full(prepared.shape[1], -1)
    for position, after in _moved(prepare_rows, frame):
        changed = np.flatnonzero(_differ(after, before))
        taken = changed[found[changed] >= 0]
        if len(taken):
            both = [str(frame.columns[i]) for i in (found[taken[0]], position)]
            raise Unfit("a prepared column is made of both '" + both[0] + "' and '" + both[1] + "'")
        found[changed] = position
    if _differ(prepared, prepared[:1])[found < 0].any():
        raise Unfit("a prepared column changes with no single column of the table")
    return found


def _moved(prepare_rows: Any, frame: Any) -> Any:
    """Yield each column's position, and the rows prepared with its values moved; several columns in one call."""
    import pandas as pd

    n, p = frame.shape
    together = max(1, _PREPARED_ROWS // n)
    for start in range(0, p, together):
        positions = range(start, min(p, start + together))
        frames = [frame.copy() for _ in positions]
        for place, position in enumerate(positions):
            frames[place].isetitem(position, _others(frame.iloc[:, position]))
        prepared = prepare_rows(pd.concat(frames, ignore_index=True))
        for place, position in enumerate(positions):
            yield position, prepared[place * n : (place + 1) * n]


def _telling(prepared: Any) -> Any:
    """Return rows at random, and for every prepared column one of its least and of its greatest values."""
    import numpy as np

    some = np.random.default_rng(0).permutation(len(prepared))[:_TRIED_ROWS]
    known = np.nan_to_num(prepared)
    ends = (known.argmin(axis=0), known.argmax(axis=0), np.isnan(prepared).argmax(axis=0))
    return np.unique(np.concatenate([some, *ends]))


def _others(column: Any) -> Any:
    """Return each row the value of a row half the table away in the order of values."""
    import numpy as np
    import pandas as pd

    order = np.argsort(pd.factorize(column, use_na_sentinel=False)[0], kind="stable")
    source = np.empty_like(order)
    source[order] = np.roll(order, len(order) // 2)
    return column.take(source).array


def _differ(one: Any, other: Any) -> Any:
    import numpy as np

    if one.shape[1] != other.shape[1]:
        raise Unfit("the number of prepared columns depends on the rows")
    return ((one != other) & ~(np.isnan(one) & np.isnan(other))).any(axis=0)
