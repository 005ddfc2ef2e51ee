"""Columns whose values look like postal codes or coordinates."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aiaudit.loading.text import as_text, text_series
from aiaudit.measuring.coding import numbers

#: Words of a column's name that announce a postal code; digits alone are taken for one only then.
_POSTAL_NAME = re.compile(
    r"(?:^|[^a-z])(?:zip(?:[ _-]?code)?s?|post(?:al)?[ _-]?codes?|plz|postleitzahl|codigo[ _-]?postal|code[ _-]?postal"
    r"|pin[ _-]?code|zcta5?|outcode)(?:[^a-z]|$)"
)
#: What a postal code looks like where nothing else does, and how many characters name the wider area.
_FORMS = {
    "US ZIP+4": (re.compile(r"\d{5}-\d{4}"), 3),
    "UK postcode": (re.compile(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}"), 2),
    "Canadian postal code": (re.compile(r"[A-Z]\d[A-Z][ -]?\d[A-Z]\d"), 3),
    "Dutch postcode": (re.compile(r"[1-9]\d{3} ?[A-Z]{2}"), 2),
}
_NAMED_FORMS = {
    "postal code of digits": (re.compile(r"\d{3,6}"), 3),
    "UK outward code": (re.compile(r"[A-Z]{1,2}\d[A-Z\d]?"), 2),
}
#: Degrees, by words of a column's name; a coordinate has decimals.
_COORDINATES = {
    "latitude": (re.compile(r"(?:^|[^a-z])lat(?:itude)?(?:[^a-z]|$)"), 90.0),
    "longitude": (re.compile(r"(?:^|[^a-z])(?:lon|lng|longitude)(?:[^a-z]|$)"), 180.0),
}
#: A column is one of places where at least this share of its values looks like it.
MOSTLY = 0.5


@dataclass(frozen=True, kw_only=True)
class Place:
    """A column of places.

    Parameters
    ----------
    pattern : str
        What its values look like.
    matching, known : int
        Rows whose value does, of rows that have one.
    text : Series of str or None
        The codes, zeros that were lost at the front put back; shape (n,).
    area : Series of str or None, or None
        The first characters of each code, which name the wider area; None for coordinates.
    """

    pattern: str
    matching: int
    known: int
    text: pd.Series
    area: pd.Series | None


def place(name: str, values: pd.Series) -> Place | None:
    """Return what makes a column one of places, by its name and values; None where nothing does.

    Parameters
    ----------
    name : str
        The column.
    values : Series, shape (n,)
        Its values, of any type.
    """
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    degrees = numbers(values)
    for pattern, (spelling, most) in _COORDINATES.items():
        if degrees is not None and spelling.search(words):
            known = degrees[np.isfinite(degrees)]
            matching = int(np.count_nonzero((np.abs(known) <= most) & (known % 1 != 0)))
            if not _are_mostly(matching, len(known)):
                return None
            return Place(
                pattern=pattern, matching=matching, known=len(known), text=as_text(values), area=None
            )
    named = _POSTAL_NAME.search(words) is not None
    if degrees is not None and not named:
        return None
    return _postal(as_text(values), named, was_number=degrees is not None)


def _postal(text: pd.Series, named: bool, was_number: bool) -> Place | None:
    codes, distinct = pd.factorize(text.to_numpy(object))
    sizes = np.bincount(codes[codes >= 0], minlength=len(distinct))
    spelled = [str(value).strip().upper() for value in distinct]
    if was_number:
        width = max((len(value) for value in spelled), default=0)
        spelled = [value.zfill(width) for value in spelled]
    forms = {**_FORMS, **(_NAMED_FORMS if named else {})}
    matching = {
        pattern: int(sizes[np.array([form.fullmatch(value) is not None for value in spelled], bool)].sum())
        for pattern, (form, _) in forms.items()
    }
    pattern = max(matching, key=matching.__getitem__)
    known, length = int(sizes.sum()), forms[pattern][1]
    if not _are_mostly(matching[pattern], known):
        return None
    names, areas = (np.array([*values, None], object) for values in (spelled, [v[:length] for v in spelled]))
    return Place(
        pattern=pattern,
        matching=matching[pattern],
        known=known,
        text=text_series(names[codes]),
        area=text_series(areas[codes]),
    )


def _are_mostly(matching: int, known: int) -> bool:
    return known > 0 and matching >= MOSTLY * known
