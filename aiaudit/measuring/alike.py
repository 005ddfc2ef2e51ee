"""Who is compared with whom, by which columns, when groups must not tell people apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from aiaudit.facts import Scope
from aiaudit.groups import Attribute
from aiaudit.measuring.contrasts import contrasts
from aiaudit.measuring.partitions import Ints
from aiaudit.measuring.rates import Rates
from aiaudit.measuring.reference import Rule
from aiaudit.subject import Subject


def compared_columns(subject: Subject, attributes: Sequence[Attribute]) -> pd.DataFrame:
    """Return what is known about each row, without these protected columns and what depends on them.

    Parameters
    ----------
    subject : Subject
        Gives columns and declared dependants.
    attributes : sequence of Attribute
        Protected attributes that must not tell people apart.

    Returns
    -------
    DataFrame, shape (n, p)
        No column where none is known.
    """
    if subject.columns is None:
        return pd.DataFrame(index=range(subject.n))
    names = [a.name for a in attributes]
    hidden = {*names, *(column for name in names for column in subject.dependants.get(name, ()))}
    return subject.columns[[name for name in subject.columns.columns if name not in hidden]]


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
