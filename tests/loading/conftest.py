from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from aiaudit.errors import AuditError
from aiaudit.loading.models import open_model
from aiaudit.loading.tables import read_table

Write = Callable[..., Path]
Refusal = Callable[..., AuditError]
SOURCE = Path(__file__).with_name("source")


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


@pytest.fixture
def probes(monkeypatch):
    monkeypatch.syspath_prepend(SOURCE)
    import probes

    yield probes
    del sys.modules["probes"]


@pytest.fixture
def open_probe(probes, tmp_path):
    """Return a function that opens an estimator of the probes in a process of its own."""
    opened = []

    def open_(estimator, **options):
        path = tmp_path / "model.pkl"
        path.write_bytes(pickle.dumps(estimator))
        name = f"probes.{type(estimator).__name__}"
        opened.append(open_model(path, trust=[name], module_path=[SOURCE], **options))
        return opened[-1]

    yield open_
    for model in opened:
        model.close()
