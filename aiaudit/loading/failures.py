"""What went wrong inside a model: in which step, and what the step said."""

from __future__ import annotations

from typing import Any


def failing_step(error: BaseException, estimator: Any) -> str:
    """Return the step of *estimator* in which *error* arose, as ``'name' (Class)``, or an empty string.

    The deepest object of the traceback that has ``get_params`` is the one that failed; a name is given to
    it where the pipeline (or the column transformer in it) has one.
    """
    culprit, trace = None, error.__traceback__
    while trace is not None:
        owner = trace.tb_frame.f_locals.get("self")
        if owner is not None and hasattr(type(owner), "get_params"):
            culprit = owner
        trace = trace.tb_next
    if culprit is None:
        return ""
    for name, step in _steps(estimator):
        if step is culprit:
            return "'" + name + "' (" + type(step).__name__ + ")"
    return type(culprit).__name__


def _steps(estimator: Any, depth: int = 4) -> list[tuple[str, Any]]:
    """Return the named parts of *estimator*, and theirs."""
    found: list[tuple[str, Any]] = []
    for attribute in ("steps", "transformers_", "estimators"):
        parts = getattr(estimator, attribute, None)
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, tuple) and len(part) > 1 and isinstance(part[0], str):
                found.append((part[0], part[1]))
                found.extend(_steps(part[1], depth - 1) if depth else [])
    return found
