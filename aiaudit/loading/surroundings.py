"""What the model's process is given: an interpreter, library folders, and next to no environment."""

from __future__ import annotations

import os
import shutil
import site
import sys
from dataclasses import dataclass
from pathlib import Path

from aiaudit.errors import UsageError, one_line

_PASSED_ON = ("LD_LIBRARY_PATH", "OMP_NUM_THREADS", "SYSTEMROOT", "TZ")

#: What the C library on Linux keeps of freed memory for the next batch, in bytes: the largest piece and the sum. By
#: default it returns most of it to the kernel and has it cleared again, which costs up to a fifth of predicting.
_KEPT = {"MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TRIM_THRESHOLD_": str(128 << 20)}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How the model's process is run.

    Parameters
    ----------
    path : Path
        The model file.
    python : str or None
        Its interpreter; None for ours.
    module_path : tuple of Path
        Folders in which it may import trusted classes.
    isolation : str
        ``auto``, ``strict`` or ``none``.
    memory : int
        Bytes of address space.
    timeout : float
        Seconds that one answer may take.
    load : bool
        False for a look at the file only.
    """

    path: Path
    python: str | None = None
    module_path: tuple[Path, ...] = ()
    isolation: str = "auto"
    memory: int
    timeout: float
    load: bool = True


def interpreter(python: str | None) -> str:
    """Return the program to run; the path is not resolved, for a virtual environment is known by its link."""
    if python is None:
        return sys.executable
    if os.sep in python or Path(python).exists():
        path = os.path.abspath(python)
    else:
        path = shutil.which(python) or ""
    if not os.path.isfile(path):
        raise UsageError(
            f"--python {one_line(python)}: there is no such interpreter", "Name it as .venv/bin/python."
        )
    return path


def own_site() -> list[str]:
    """Return the folders that isolated mode (-I) leaves out although this process uses them."""
    return [site.getusersitepackages()] if site.ENABLE_USER_SITE else []


def environment(home: str) -> dict[str, str]:
    """Return the variables of the process: nothing of ours but what libraries need to run."""
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    fixed = {"HOME": home, "TMPDIR": home, "LANG": "C.UTF-8", "PATH": os.defpath}
    # No thread may exist before the locks, which hold for later threads only.
    single = {"OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
    # Threads that spin while they wait take the processor from whoever would give them work.
    return {**passed, **fixed, **single, "OMP_WAIT_POLICY": "PASSIVE", **_KEPT}
