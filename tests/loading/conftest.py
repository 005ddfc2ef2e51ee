from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from aiaudit.errors import AuditError
from aiaudit.loading.tables import read_table

Write = Callable[..., Path]
Refusal = Callable[..., AuditError]


@pytest.fixture(scope="session")
def write() -> Write:
    """Put a small file on disk."""

    def write(folder: Path, content: str | bytes, name: str = "data.csv") -> Path:
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture(scope="session")
def refusal() -> Refusal:
    """Read a table that must be refused, and return what is said."""

    def refusal(path: Path, **options: object) -> AuditError:
        with pytest.raises(AuditError) as caught:
            read_table(path, **options)  # type: ignore[arg-type]
        error = caught.value
        for line in (error.message, error.hint):
            assert line
            assert line.isprintable()
        return error

    return refusal
