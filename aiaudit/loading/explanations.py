"""What a model's exception means for whoever holds the data: a sentence and a remedy."""

from __future__ import annotations

import re
from collections.abc import Callable

from aiaudit.errors import IncompleteError, one_line, some

_WANTS_OTHER_DATA = "Give the model the same columns, with the same kinds of values, as it was trained on."


def explain_failure(kind: str, text: str, step: str, what: str) -> IncompleteError:
    """Return the error of a model that raised *kind* with *text* in *step* while asked to *what*."""
    where = f"the model failed to {what}" + (f", in step {one_line(step, 100)}" if step else "")
    for pattern, explain in _EXPLANATIONS:
        match = re.search(pattern, text, re.DOTALL)
        if match:
            message, hint = explain(match)
            return IncompleteError(f"{where}: {message}", hint)
    return IncompleteError(f"{where}: {one_line(kind, 60)}: {one_line(text)}", _WANTS_OTHER_DATA)


def _feature_names(match: re.Match[str]) -> tuple[str, str]:
    text = match.group()
    unseen = _listed(text, "unseen at fit time:")
    missing = _listed(text, "yet now missing:")
    said = [f"it lacks {some(missing)}"] if missing else []
    said += [f"it was not fitted on {some(unseen)}"] if unseen else []
    message = "; ".join(said) or "the columns are not in the order in which it was fitted"
    return (
        message,
        "Give the data the columns the model was fitted on, by the same names and in the same order.",
    )


def _listed(text: str, heading: str) -> list[str]:
    _, found, rest = text.partition(heading)
    lines = rest.splitlines()[1:] if found else []
    named = []
    for line in lines:
        if not line.startswith("- "):
            break
        named.append(line[2:])
    return named


def _missing_columns(match: re.Match[str]) -> tuple[str, str]:
    names = re.findall(r"'([^']*)'", match.group(1))
    return f"it lacks {some(names)}", "Give the data the columns the model was fitted on."


def _not_a_number(match: re.Match[str]) -> tuple[str, str]:
    value = one_line(match.group(1), 60)
    return (
        f"it wants a number and found '{value}'",
        "Save the whole pipeline with its encoders, or give a column of text as the numbers the model was trained on.",
    )


def _blocked(match: re.Match[str]) -> tuple[str, str]:
    return (
        f"it tried to {one_line(match[1], 100)}, which was blocked",
        "Read its code before you trust it: deciding takes no such thing, so the file may be hostile.",
    )


_EXPLANATIONS: tuple[tuple[str, Callable[[re.Match[str]], tuple[str, str]]], ...] = (
    (r"^It tried to (.*?), which was blocked:", _blocked),
    (r"[Ff]eature names.*", _feature_names),
    (r"columns are missing: (.*)", _missing_columns),
    (r"could not convert string to float: '?(.*?)'?$", _not_a_number),
    (
        r"X has (\d+) features, but .* is expecting (\d+) features",
        lambda m: (
            f"it was fitted on {m[2]} columns and got {m[1]}",
            "Leave out what is not a feature with --drop COL.",
        ),
    ),
    (
        r"[Ff]ound unknown categories (.*) in column (\S+)",
        lambda m: (
            f"column {m[2]} holds values that it was not fitted on: {one_line(m[1], 100)}",
            "Audit rows with known values, or fit the encoder with handle_unknown='ignore'.",
        ),
    ),
    (
        r"[Ii]nput.* contains NaN",
        lambda _: (
            "the data have empty cells",
            "Save the whole pipeline with its imputer, or fill the empty cells.",
        ),
    ),
    (
        r"[Nn]ot fitted",
        lambda _: ("it was saved before it was fitted", "Call fit, then save the model again."),
    ),
)
