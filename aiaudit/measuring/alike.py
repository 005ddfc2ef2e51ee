"""Who is compared with whom, by which columns, when groups must not tell people apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from aiaudit.facts import Scope
from aiaudit.groups import Attribute
from aiaudit.measuring.contrasts import contrasts
from aiaudit.measuring.gower import Distances, Gower, prepared
from aiaudit.measuring.partitions import Ints
from aiaudit.measuring.rates import Rates
from aiaudit.measuring.reference import Rule
from aiaudit.subject import Subject

_KEPT = "prepared"


def compared_rows(subject: Subject, attributes: Sequence[Attribute]) -> Gower:
    """Return the rows by all that is known, without these protected columns and what depends on them.

    Each column is prepared once and kept with the subject, as its own cached properties are.

    Parameters
    ----------
    subject : Subject
        Gives columns and declared dependants.
    attributes : sequence of Attribute
        Protected attributes that must not tell people apart.

    Returns
    -------
    Gower
        Of no column where none is known.
    """
    kept: dict[int, Distances | Ints] = vars(subject).setdefault(_KEPT, {})
    names = [a.name for a in attributes]
    hidden = {*names, *(column for name in names for column in subject.dependants.get(name, ()))}
    columns = pd.DataFrame() if subject.columns is None else subject.columns
    places = [place for place, name in enumerate(columns.columns) if name not in hidden]
    for place in places:
        if place not in kept:
            kept[place] = prepared(columns.iloc[:, place])
    return Gower.beside([kept[place] for place in places], subject.n)


def single_contrasts(rates: Rates, rule: Rule, attribute: Attribute) -> Iterator[tuple[Scope, Scope, float]]:
    """Yield the groups of one attribute, what each is set against (nothing named: everyone else) and its looks."""
    found = contrasts(rates, rule)
    if found is None:
        return
    for i, group in enumerate(found.groups.tolist()):
        if tuple(rates.scopes[group]) == (attribute.name,):
            yield rates.scopes[group], found.references[i], float(found.looks[i])


def sides(attribute: Attribute, scope: Scope, reference: Scope, order: Ints) -> tuple[Ints, Ints]:
    """Return the rows of a group and of its reference (or of everyone else), in this order of the rows."""
    codes = attribute.codes[order]
    own = codes == attribute.levels.index(scope[attribute.name])
    other = codes == attribute.levels.index(reference[attribute.name]) if reference else ~own
    return order[own], order[other]
