"""Throwaway virtual environments, each with one scikit-learn release."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

#: scikit-learn release -> (Python to run it, further packages).
RELEASES = {
    "1.2.2": ("3.9", ("numpy<2", "pandas<2", "scipy<1.12")),
    "1.3.2": ("3.8", ("pandas", "skops")),
    "1.4.2": ("3.11", ("pandas<3", "pyarrow", "skops")),
    "1.5.2": (
        "3.10",
        ("pandas", "skops", "imbalanced-learn<0.13", "category-encoders<2.7", "lightgbm", "xgboost"),
    ),
    "1.6.1": ("3.11", ("pandas", "skops", "imbalanced-learn", "category-encoders", "lightgbm", "xgboost")),
    "1.7.2": ("3.12", ("pandas", "skops", "imbalanced-learn", "category-encoders", "lightgbm", "xgboost")),
    "1.8.0": ("3.13", ("pandas", "skops", "lightgbm", "xgboost")),
    "1.9.1": ("3.13", ("pandas", "pyarrow", "skops", "lightgbm", "xgboost")),
}


class CannotBuild(Exception):
    """The interpreter or the packages of an environment are not to be had here."""


def interpreter(version: str) -> str:
    """Return a Python of *version* (``3.9``) from the path or from pyenv.

    Raises
    ------
    CannotBuild
        There is none.
    """
    on_path = shutil.which("python" + version)
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = [on_path] if on_path else []
    candidates += sorted(str(path) for path in root.glob(f"versions/{version}.*/bin/python"))
    for candidate in candidates:
        found = subprocess.run([candidate, "-c", ""], capture_output=True, check=False)
        if found.returncode == 0:
            return candidate
    raise CannotBuild(f"there is no Python {version} here")


def environment(release: str, folder: Path) -> Path:
    """Return the interpreter of an environment with scikit-learn *release*, made in *folder* if it is not there.

    Raises
    ------
    CannotBuild
        The interpreter or the packages are not to be had.
    """
    version, packages = RELEASES[release]
    place = folder / f"scikit-learn-{release}"
    python, finished = place / "bin" / "python", place / "finished"
    if not finished.exists():
        _run([interpreter(version), "-m", "venv", "--clear", str(place)])
        install = [str(python), "-m", "pip", "install", "-q", "--only-binary", ":all:"]
        _run([*install, f"scikit-learn=={release}", *packages])
        finished.touch()
    return python


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise CannotBuild(f"{' '.join(command[:4])} …: {last[0]}")
