"""Whether an environment can be relied on to run a model that another release saved."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from aiaudit.errors import IncompleteError, one_line
from aiaudit.loading.answering import LIBRARIES
from aiaudit.loading.looking import Look

_RELEASE = re.compile(r"(\d+)\.(\d+)(\.\d+)?$")


def check_release(seen: Look, running: Mapping[str, str]) -> None:
    """Refuse a model that another minor release of scikit-learn saved, before it is loaded.

    Across minor releases a model may fail to load, fail to predict, or predict something else without a word.

    Parameters
    ----------
    seen : Look
        What the file records.
    running : mapping of str to str
        Releases of the environment that would run it.

    Raises
    ------
    IncompleteError
        The releases differ; the hint holds the commands that make a fitting environment.
    """
    there = _RELEASE.match(seen.versions.get("scikit-learn", ""))
    here = _RELEASE.match(running.get("scikit-learn", ""))
    if there is None or here is None or there.groups()[:2] == here.groups()[:2]:
        return
    raise IncompleteError(
        f"saved with scikit-learn {there[0]}, but this environment has {here[0]}, "
        "under which it may fail or answer differently",
        "Name the environment it was trained in, --python PATH/TO/python, or make one: "
        + _commands(there[0], seen),
    )


def _commands(release: str, seen: Look) -> str:
    roots = {name.partition(".")[0] for name in seen.names}
    extra = [
        LIBRARIES[root] for root in ("imblearn", "category_encoders", "xgboost", "lightgbm") if root in roots
    ]
    packages = [f"scikit-learn=={release}", "pandas", *extra, *(["skops"] if seen.format == "skops" else [])]
    folder = "Scripts" if os.name == "nt" else "bin"
    python = os.path.join(".model-env", folder, "python")
    return one_line(
        f"python -m venv .model-env && {python} -m pip install {' '.join(packages)}, then add --python {python}",
        500,
    )
