"""Progress: one bar on stderr, and only on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiaudit.execute import Watcher


@contextmanager
def watching() -> Iterator[Watcher]:
    """Yield a watcher that draws a bar on a terminal, and says nothing elsewhere."""
    from aiaudit.execute import Watcher

    if not sys.stderr.isatty():
        yield Watcher()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("reading", total=None)

        def predicted(done: int, of: int) -> None:
            progress.update(bar, description="asking the model", completed=done, total=of)

        def checked(check: str, done: int, of: int) -> None:
            progress.update(bar, description=check, completed=done, total=of)

        yield Watcher(predicted=predicted, checked=checked)
