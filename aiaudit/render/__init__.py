"""Renderers: a record in, a file's content out; they compute nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
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
        Where ``render(record, exit_code)`` lives, which returns text, or bytes where the form is no text; imported
        only when the format is asked for.
    suffix : str
        What the name of a file in this form ends with; the longest that fits a path decides.
    text : bool
        It may be printed.
    needs : str
        A package that it takes and that the extra of the format's name installs; empty for none.
    """

    module: str
    suffix: str
    text: bool = True
    needs: str = ""


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
        "pdf": Format(module="aiaudit.render.pdf", suffix=".pdf", text=False, needs="typst"),
    }
)
#: Those that may be printed.
TEXTS = tuple(name for name, form in FORMATS.items() if form.text)


def render(record: Record, format: str, exit_code: int) -> str:
    """Return the record in one of `TEXTS`.

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
        For a format that does not exist, or is no text.
    """
    if format not in TEXTS:
        raise UsageError(
            f"'{one_line(format)}' is not a format of text",
            f"Use one of: {', '.join(TEXTS)}.{did_you_mean(format, TEXTS)}",
        )
    text: str = import_module(FORMATS[format].module).render(record, exit_code)
    return text


def content(record: Record, format: str, exit_code: int) -> bytes:
    """Return the content of a file in one of `FORMATS`, text as UTF-8."""
    made: str | bytes = import_module(FORMATS[format].module).render(record, exit_code)
    return made.encode() if isinstance(made, str) else made


def ready(path: str) -> None:
    """Make sure that a file of that name can be rendered here.

    Raises
    ------
    UsageError
        If no format has its suffix, or the package that the format needs is not installed.
    """
    format = format_of(path)
    needs = FORMATS[format].needs
    if needs and find_spec(needs) is None:
        raise UsageError(
            f"'{one_line(path)}' takes {needs}, which is not installed",
            f"Install it with: pip install 'aiaudit[{format}]'",
        )


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
