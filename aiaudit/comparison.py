"""What changed since an earlier audit, as a record keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Moved:
    """One requirement in one scope whose number or verdict is another than before.

    Parameters
    ----------
    requirement, metric : str
        What was asked, and the number that answers.
    scope : mapping of str to str
        Where.
    reference : mapping of str to str, or None
        Whom the scope's group was set against, both times.
    old_status, new_status : str
        What was judged; empty where the scope was not judged.
    old_value, new_value : float or None
        The number, in the metric's unit.
    p_adjusted : float or None
        Test of "nothing changed", corrected for every comparison of the two audits.
    failure : str or None
        ``new`` where it fails and did not fail before, ``resolved`` where it failed before and passes now.
    beyond_noise : str or None
        ``worse``, ``better`` or ``moved`` where chance does not explain the change.
    """

    requirement: str
    metric: str
    scope: Mapping[str, str]
    reference: Mapping[str, str] | None = None
    old_status: str = ""
    new_status: str = ""
    old_value: float | None = None
    new_value: float | None = None
    p_adjusted: float | None = None
    failure: Literal["new", "resolved"] | None = None
    beyond_noise: Literal["worse", "better", "moved"] | None = None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """An audit set against an earlier one of the same system.

    Parameters
    ----------
    record : str
        Digest of the earlier record.
    day : str
        The day of its judgement.
    source : str
        Where it was found: the ``archive`` that keeps the audits, or the ``baseline``.
    tested : int
        Numbers tested for a change, together at 5 %.
    untested : int
        Those that could not be: nothing to compare with, or neither counts nor interval.
    moved : tuple of Moved
        New and resolved failures and changes beyond noise, new failures first.
    other_turns : int
        Verdicts beside those whose status changed.
    inputs : tuple of str
        What else is another than before: model, data, rows, policy, limits, tool. Empty for a baseline that does
        not hold them.
    same_data : bool
        Whether both audits are of the same files; the tests then take one sample for two, and are too cautious.
    """

    record: str
    day: str
    source: Literal["archive", "baseline"]
    tested: int
    untested: int
    moved: tuple[Moved, ...] = ()
    other_turns: int = 0
    inputs: tuple[str, ...] = ()
    same_data: bool = False
