"""The check for the metrics that a policy brings along, and whose code may run for it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from aiaudit.check import Check, Need
from aiaudit.checks.bias.own_metrics import ID, own_metrics
from aiaudit.errors import UsageError, one_line
from aiaudit.measuring.own import Own
from aiaudit.policy.own_metrics import OwnMetric

#: Modules whose functions need nobody's word: they compute metrics and do nothing else.
LIBRARIES = ("sklearn.metrics", "fairlearn.metrics")


def declared(checks: Mapping[str, Check], metrics: Sequence[OwnMetric]) -> Mapping[str, Check]:
    """Return the checks with that of a policy's own metrics, declared but not to be run; no code is imported."""
    return {**checks, ID: own_metrics(*_declaration(metrics))} if metrics else checks


def runnable(
    checks: Mapping[str, Check],
    metrics: Sequence[OwnMetric],
    trust: Sequence[str] = (),
    path: Sequence[Path] = (),
) -> Mapping[str, Check]:
    """Return the checks with that of a policy's own metrics, whose functions are imported.

    Parameters
    ----------
    checks : mapping of str to Check
        Every registered check.
    metrics : sequence of OwnMetric
        What the policy names.
    trust : sequence of str
        Functions outside `LIBRARIES` that the user vouches for, as ``module:name``.
    path : sequence of Path
        Folders in which their modules are looked for, first.

    Raises
    ------
    UsageError
        If a function is not vouched for, cannot be imported, or is none.
    """
    if not metrics:
        return checks
    functions = []
    for metric in metrics:
        value, gap, ratio = metric.declared
        functions.append(
            Own(
                metric=value,
                gap=gap,
                ratio=ratio,
                function=_function(metric, trust, path),
                name=metric.function,
                inputs=metric.inputs,
                counts=metric.counts,
            )
        )
    return {**checks, ID: own_metrics(*_declaration(metrics), functions)}


def _declaration(metrics: Sequence[OwnMetric]) -> tuple[Sequence[Any], Sequence[Need]]:
    needs = [Need.LABELS, Need.PREDICTIONS]
    if any(metric.inputs == "scores" for metric in metrics):
        needs.append(Need.SCORES)
    return [declaration for metric in metrics for declaration in metric.declared], needs


def _function(metric: OwnMetric, trust: Sequence[str], path: Sequence[Path]) -> Callable[..., object]:
    module, _, name = metric.function.partition(":")
    known = any(module == library or module.startswith(f"{library}.") for library in LIBRARIES)
    if not known and metric.function not in trust:
        raise UsageError(
            f"the policy's metric '{metric.name}' would run {one_line(metric.function)}, which nobody vouched for",
            f"Only if you know and trust that code, add: --trust-metric {one_line(metric.function)}",
        )
    try:
        with _found_in(() if known else path):
            found = _unwrapped(_named(module, name))
    except Exception as error:
        raise UsageError(
            f"the policy's metric '{metric.name}': {one_line(metric.function)} cannot be imported: "
            f"{type(error).__name__}: {one_line(error)}",
            "Mend the name, install its package where aiaudit runs, or name its folder with --module-path.",
        ) from error
    if not callable(found):
        raise UsageError(
            f"the policy's metric '{metric.name}': {one_line(metric.function)} is no function",
            "Name a function of true outcomes and decisions, such as sklearn.metrics:recall_score.",
        )
    return partial(found, **metric.arguments)


def _named(module: str, name: str) -> Any:
    """Return what a module calls so; in scikit-learn also a scorer of that name (``balanced_accuracy``)."""
    imported = importlib.import_module(module)
    if module == LIBRARIES[0] and not hasattr(imported, name) and name in imported.get_scorer_names():
        return imported.get_scorer(name)
    return getattr(imported, name)


def _unwrapped(found: Any) -> Any:
    """Return the function behind a scorer: models are asked elsewhere, once, in a process of their own."""
    score, sign = getattr(found, "_score_func", None), getattr(found, "_sign", 1)
    if score is None:
        return found
    settings = getattr(found, "_kwargs", {})

    def signed(true: Any, given: Any, **more: Any) -> Any:
        return sign * score(true, given, **{**settings, **more})

    return signed


@contextmanager
def _found_in(folders: Sequence[Path]) -> Iterator[None]:
    before = list(sys.path)
    sys.path[:0] = [str(folder) for folder in folders]
    try:
        yield
    finally:
        sys.path[:] = before
