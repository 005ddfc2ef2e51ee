"""Responsible-AI audits of scikit-learn models: measure, judge, advise, render."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiaudit.api import audit_config, audit_model
    from aiaudit.record import Record

__all__ = ["Record", "__version__", "audit_config", "audit_model"]
__version__ = "0.1.0"
#: Where each public name lives; it is imported when it is first used, because that costs seconds.
_HOMES = {"audit_config": "aiaudit.api", "audit_model": "aiaudit.api", "Record": "aiaudit.record"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'aiaudit' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(globals() | _HOMES)
