"""Renderers: a record in, text out; they compute nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

from aiaudit.errors import UsageError, did_you_mean, one_line

if TYPE_CHECKING:
    from aiaudit.record import Record


@dataclass(frozen=True, kw_only=True)
class Format:
    """A form in which a record can be written.

    Parameters
    ----------
    module : str
        Where ``render(record, exit_code) -> str`` lives; imported only when the format is asked for.
    suffix : str
        What the name of a file in this form ends with; the longest that fits a path decides.
    """

    module: str
    suffix: str


#: Every format by the name that ``--format`` takes.
FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "text": Format(module="aiaudit.render.terminal", suffix=".txt"),
        "html": Format(module="aiaudit.render.html", suffix=".html"),
        "json": Format(module="aiaudit.render.json", suffix=".json"),
        "markdown": Format(module="aiaudit.render.markdown", suffix=".md"),
        "model-card": Format(module="aiaudit.render.model_card", suffix="model-card.md"),
        "cyclonedx": Format(module="aiaudit.render.cyclonedx", suffix=".cdx.json"),
        "csv": Format(module="aiaudit.render.csv", suffix=".csv"),
        "junit": Format(module="aiaudit.render.junit", suffix=".xml"),
        "sarif": Format(module="aiaudit.render.sarif", suffix=".sarif"),
        "github": Format(module="aiaudit.render.github", suffix=".github"),
        "gitlab": Format(module="aiaudit.render.gitlab", suffix="code-quality-report.json"),
    }
)


def render(record: Record, format: str, exit_code: int) -> str:
    """Return the record in one of `FORMATS`.

    Parameters
    ----------
    record : Record
        The audit.
    format : str
        Name of a format.
    exit_code : int
        What the gate says about the record; shown, never derived here.

    Raises
    ------
    UsageError
        For a format that does not exist.
    """
    if format not in FORMATS:
        raise UsageError(
            f"'{one_line(format)}' is not a format",
            f"Use one of: {', '.join(FORMATS)}.{did_you_mean(format, FORMATS)}",
        )
    text: str = import_module(FORMATS[format].module).render(record, exit_code)
    return text


def format_of(path: str) -> str:
    """Return the format whose suffix the file name *path* ends with.

    Raises
    ------
    UsageError
        If no format has that suffix.
    """
    fitting = [name for name, form in FORMATS.items() if path.lower().endswith(form.suffix)]
    if not fitting:
        known = ", ".join(f"{form.suffix} ({name})" for name, form in FORMATS.items())
        raise UsageError(
            f"'{one_line(path)}': the file name does not tell which format to write",
            f"End it with one of: {known}.",
        )
    return max(fitting, key=lambda name: len(FORMATS[name].suffix))
