"""Decisions had a person belonged to another group: the protected column, and what depends on it, exchanged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aiaudit.facts import Scope
from aiaudit.groups import Attribute
from aiaudit.labels import label_text
from aiaudit.loading.models import predict_in_batches
from aiaudit.measuring.changes import Changes
from aiaudit.measuring.partitions import Bools, Ints
from aiaudit.subject import Subject

#: In place of a group: a donor of any group but the own.
ANY_OTHER = -1


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What was decided on people as they are, and with the columns of somebody of each group.

    Parameters
    ----------
    attribute : Attribute
        The protected attribute.
    columns : tuple of str
        The columns exchanged, all from one donor.
    vary : bool
        Whether they differ between people of one group.
    rows : ndarray of int, shape (m,)
        The people asked.
    own : ndarray of bool, shape (m,)
        Whether they were decided favourably as they are.
    targets : mapping of int to ndarray of bool, shape (m,)
        The same with a donor of each known group, or of `ANY_OTHER`.
    """

    attribute: Attribute
    columns: tuple[str, ...]
    vary: bool
    rows: Ints
    own: Bools
    targets: Mapping[int, Bools]

    @property
    def groups(self) -> list[int]:
        """Groups of the people asked."""
        return [int(code) for code in np.unique(self._codes)]

    @property
    def _codes(self) -> Ints:
        return self.attribute.codes[self.rows]

    def flips(self, group: int) -> tuple[int, int, int]:
        """Return how many of the group are decided otherwise under another group's value, gain by one, lose by one."""
        mine = self._codes == group
        other = [d[mine] for code, d in self.targets.items() if code not in (group, ANY_OTHER)]
        gained = np.any([~self.own[mine] & d for d in other], axis=0) if other else np.zeros(0, bool)
        lost = np.any([self.own[mine] & ~d for d in other], axis=0) if other else np.zeros(0, bool)
        return int((gained | lost).sum()), int(gained.sum()), int(lost.sum())

    def placebo(self, group: int) -> int:
        """Return how many are decided otherwise with the columns of somebody of their own group."""
        mine = self._codes == group
        return int((self.own[mine] != self.targets[group][mine]).sum())

    def changes(self, group: int, gained: int, lost: int) -> Changes:
        """Return changes of a group's decisions, fit to be reported."""
        name = self.attribute.name
        level = self.attribute.levels[group]
        params: dict[str, str | int | float | bool | None] = {"exchanged": ", ".join(self.columns)}
        if level == self.attribute.missing_level:
            params["unknown_group"] = True
        return Changes(
            scope={name: level},
            rows=int((self.attribute.codes == group).sum()),
            n=int((self._codes == group).sum()),
            only_own=lost,
            only_other=gained,
            method="decisions with the columns of a random person of the other group",
            params=params,
        )

    def against(self, scope: Scope, reference: Scope) -> Changes:
        """Return the changes of a group's decisions under its reference's value."""
        name, levels = self.attribute.name, self.attribute.levels
        group = levels.index(scope[name])
        mine = self._codes == group
        other = self.targets[levels.index(reference[name]) if reference else ANY_OTHER][mine]
        own = self.own[mine]
        return self.changes(group, int((~own & other).sum()), int((own & ~other).sum()))


def exchanged_columns(subject: Subject, attribute: Attribute) -> tuple[str, ...]:
    """Return the features that go with a protected attribute: the column itself, and its declared dependants."""
    if subject.features is None:
        return ()
    own = (attribute.name, *subject.dependants.get(attribute.name, ()))
    return tuple(name for name in own if name in subject.features.columns)


def answers(subject: Subject, attribute: Attribute, order: Ints, sampled: int, questions: int) -> Answers:
    """Ask the model about people of every group with the columns of somebody of every known group.

    Parameters
    ----------
    subject : Subject
        Has a model, features and favourable labels.
    attribute : Attribute
        The attribute that is exchanged.
    order : ndarray of int, shape (n,)
        The order of the rows in which people are asked and drawn.
    sampled, questions : int
        People of each group, and questions in all, at most; ten of each group are asked in any case.

    Raises
    ------
    IncompleteError
        If the model fails.
    """
    codes, features = attribute.codes[order], subject.features
    assert features is not None
    assert subject.selected is not None
    groups = np.unique(codes).tolist()
    known = [g for g in groups if attribute.levels[g] != attribute.missing_level]
    each = min(sampled, max(10, questions // (len(groups) * (len(known) + 1))))
    rows = np.concatenate([order[codes == g][:each] for g in groups])
    rng = np.random.default_rng(subject.seed)
    donors = {g: order[codes == g][rng.integers(0, np.sum(codes == g), len(rows))] for g in known}
    if "rest" in subject.references and len(groups) > 1:
        donors[ANY_OTHER] = _others(attribute.codes, rows, order, rng)
    columns = exchanged_columns(subject, attribute)
    decided = _decided(subject, features, columns, rows, donors)
    distinct = pd.DataFrame({i: features[name] for i, name in enumerate(columns)}).assign(
        code=attribute.codes
    )
    return Answers(
        attribute=attribute,
        columns=columns,
        vary=len(distinct.drop_duplicates()) > len(groups),
        rows=rows,
        own=subject.selected[rows],
        targets=decided,
    )


def _others(codes: Ints, rows: Ints, order: Ints, rng: np.random.Generator) -> Ints:
    """Draw for each row somebody of another group."""
    found = np.empty(len(rows), np.intp)
    for group in np.unique(codes[rows]):
        mine, others = codes[rows] == group, order[codes[order] != group]
        found[mine] = others[rng.integers(0, len(others), int(mine.sum()))]
    return found


def _decided(
    subject: Subject,
    features: pd.DataFrame,
    columns: tuple[str, ...],
    rows: Ints,
    donors: Mapping[int, Ints],
) -> dict[int, Bools]:
    """Return for each choice of donors whether the model decides favourably on the rows with their columns."""
    assert subject.model is not None
    found = {}
    for code, chosen in donors.items():
        asked = features.iloc[rows].reset_index(drop=True)
        for name in columns:
            asked[name] = features[name].iloc[chosen].reset_index(drop=True)
        codes, labels = pd.factorize(predict_in_batches(subject.model, asked), use_na_sentinel=False)
        found[code] = np.array([label_text(label) in subject.favorable for label in labels], bool)[codes]
    return found
