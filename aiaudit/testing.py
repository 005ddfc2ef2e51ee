"""Help for whoever writes a check: toy subjects, and the rules that every check must keep."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.check import Check
from aiaudit.facts import Errored, Measured, Measurement, Outcome, Skipped
from aiaudit.plan import plan
from aiaudit.run import run, run_check
from aiaudit.subject import Rows, Subject
from aiaudit.toys import LinearModel, subject_of, toy_aged, toy_ordinal, toy_regression, toy_subject

__all__ = [
    "CONFORMITY",
    "LinearModel",
    "conforms",
    "outcome_of",
    "run_check",
    "subject_of",
    "toy_aged",
    "toy_for",
    "toy_ordinal",
    "toy_regression",
    "toy_subject",
]

#: Headings that a check's documentation must have.
SECTIONS = ("## Why it matters", "## How it is computed", "## Known limits", "## References")

#: Fields of a subject that hold one element a row, or None.
ROWWISE = ("actual", "predicted", "actual_values", "predicted_values", "weights")


def outcome_of(check: Check, subject: Subject) -> Outcome:
    """Plan and run one check, as an audit would."""
    return run(plan({check.id: check}, subject), subject)[0]


def toy_for(check: Check) -> Subject:
    """Return the first of the toy subjects that the check has something to say about.

    Raises
    ------
    AssertionError
        If it measures none of them: the toys lack an input, or the check is never of use.
    """
    return _tried(check)[0]()


@cache
def _tried(check: Check) -> tuple[Callable[[], Subject], Measured]:
    """Return what makes the check's toy, and what the check says of it; most rules set that against another run."""
    outcomes = []
    for make in (toy_subject, toy_ordinal, toy_regression, toy_aged):
        outcomes.append(outcome_of(check, make()))
        if isinstance(outcomes[-1], Measured) and outcomes[-1].measurements:
            return make, outcomes[-1]
    raise AssertionError(f"no toy subject is measured: {outcomes}")


def _first(check: Check) -> tuple[Measurement, ...]:
    return _tried(check)[1].measurements


def _measured(check: Check, subject: Subject) -> tuple[Measurement, ...]:
    outcome = outcome_of(check, subject)
    assert isinstance(outcome, Measured), outcome
    return outcome.measurements


def _picture(measurements: Sequence[Measurement]) -> list[tuple[object, ...]]:
    """What must not change with the order of rows or the names of groups."""
    return sorted(
        (m.metric, _round(m.value), m.n, m.numerator or 0, m.denominator or 0, _round(m.p_value))
        for m in measurements
    )


def _round(value: float | None) -> float:
    return math.inf if value is None else round(value, 9)


def _rows(subject: Subject, rows: npt.NDArray[np.intp]) -> Subject:
    """Return the subject of some of the rows, in the order given."""
    taken: dict[str, Any] = {
        name: getattr(subject, name)[rows] for name in ROWWISE if getattr(subject, name) is not None
    }
    for name in ("features", "table"):
        if getattr(subject, name) is not None:
            taken[name] = getattr(subject, name).iloc[rows].reset_index(drop=True)
    for name in ("attributes", "controls"):
        taken[name] = tuple(replace(a, codes=a.codes[rows]) for a in getattr(subject, name))
    return replace(subject, rows=Rows(read=len(rows), assessed=len(rows)), **taken)


def same_seed_same_numbers(check: Check) -> None:
    """Two runs on the same subject agree to the last bit."""
    assert _measured(check, toy_for(check)) == _first(check)


def order_of_rows_is_nothing(check: Check) -> None:
    """Shuffled rows give the same values."""
    subject = toy_for(check)
    shuffled = _rows(subject, np.random.default_rng(1).permutation(subject.n))
    assert _picture(_first(check)) == _picture(_measured(check, shuffled))


def equal_weights_are_nothing(check: Check) -> None:
    """Where every row weighs the same, the values are those of rows without weights."""
    subject = toy_for(check)
    weighted = replace(subject, weights=np.full(subject.n, 2.5))
    pictures = [
        sorted((m.metric, _round(m.value), m.n) for m in measurements)
        for measurements in (_first(check), _measured(check, weighted))
    ]
    assert pictures[0] == pictures[1]


def names_of_groups_are_nothing(check: Check) -> None:
    """Renamed groups give the same values."""
    subject = toy_for(check)
    names = {
        a.name: {s: s if s == a.missing_level else f"z{9 - i}" for i, s in enumerate(a.levels)}
        for a in subject.attributes
    }
    renamed = replace(
        subject,
        attributes=tuple(replace(a, levels=tuple(names[a.name].values())) for a in subject.attributes),
        population={
            key: {names[key].get(s, s): share for s, share in shares.items()}
            for key, shares in subject.population.items()
        },
    )
    assert _picture(_first(check)) == _picture(_measured(check, renamed))


def leaves_the_subject_alone(check: Check) -> None:
    """A check does not change what it measures."""
    subject = toy_for(check)
    before = copy.deepcopy(subject)
    _measured(check, subject)
    if subject.features is not None and before.features is not None:
        pd.testing.assert_frame_equal(subject.features, before.features)
    for mine, theirs in zip(subject.attributes, before.attributes, strict=True):
        assert np.array_equal(mine.codes, theirs.codes)
    for name in ROWWISE:
        assert np.array_equal(getattr(subject, name), getattr(before, name)), name


def keeps_its_word(check: Check) -> None:
    """Only declared metrics; intervals hold the value, or their absence is explained; n fits the rows."""
    subject = toy_for(check)
    declared = {metric.name: metric for metric in check.metrics}
    for m in _first(check):
        assert m.metric in declared, f"{m.metric} is not declared"
        assert m.form is declared[m.metric].form, f"{m.metric} is declared as {declared[m.metric].form}"
        assert 0 <= m.n <= subject.n
        assert m.interval is not None or m.params.get("no_interval"), (
            f"{m.metric} has no interval and no reason"
        )
        if m.interval is not None and m.value is not None:
            assert m.interval.low - 1e-9 <= m.value <= m.interval.high + 1e-9, m
        assert m.method, f"{m.metric} does not say how it was computed"


def poor_inputs_are_no_crash(check: Check) -> None:
    """Few rows, one group, one class: measured, skipped or not applicable, never a crash."""
    subject = toy_for(check)
    one_group = np.flatnonzero(subject.attributes[0].codes == 0)
    one_class = np.flatnonzero(np.zeros(subject.n) if subject.predicted is None else subject.predicted == 1)
    for rows in (np.arange(0), np.arange(1), np.arange(2), one_group, one_class):
        poor = _rows(subject, rows)
        outcome = outcome_of(check, poor)
        assert not isinstance(outcome, Errored), f"{len(rows)} rows: {outcome.error}"
    bare = replace(subject, actual=None, actual_values=None, model=None, features=None, attributes=())
    outcome = outcome_of(check, bare)
    assert isinstance(outcome, Measured | Skipped), outcome


def survives_json(check: Check) -> None:
    """An outcome comes back from JSON as it was."""
    from pydantic import TypeAdapter

    outcome = _tried(check)[1]
    adapter: TypeAdapter[Measured] = TypeAdapter(Measured)
    text = json.dumps(adapter.dump_python(outcome, mode="json"), allow_nan=False)
    assert adapter.validate_json(text) == outcome


def documents_itself(check: Check) -> None:
    """The page has its sections, the title names a problem, the remedies are there."""
    assert check.id == check.id.lower()
    assert "." in check.id
    assert check.remediation, "no remediation"
    places = [check.doc.find(section) for section in SECTIONS]
    assert -1 not in places, f"missing: {[s for s, p in zip(SECTIONS, places, strict=True) if p < 0]}"
    assert places == sorted(places), "sections out of order"


CONFORMITY: tuple[Callable[[Check], None], ...] = (
    same_seed_same_numbers,
    order_of_rows_is_nothing,
    equal_weights_are_nothing,
    names_of_groups_are_nothing,
    leaves_the_subject_alone,
    keeps_its_word,
    poor_inputs_are_no_crash,
    survives_json,
    documents_itself,
)


def conforms(check: Check) -> None:
    """Run the whole conformity suite on a check.

    Raises
    ------
    AssertionError
        Naming the first rule that the check breaks.
    """
    for rule in CONFORMITY:
        rule(check)
