"""What the user says about the data, and whether the data have the columns for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from aiaudit.errors import UsageError, did_you_mean, one_line, some
from aiaudit.groups import Sensitive
from aiaudit.labels import Task


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What the user says about the data.

    Parameters
    ----------
    target : str or None
        Column of true outcomes.
    favorable : tuple of str
        Labels that help the person.
    order : tuple of str
        All labels from the worst to the best for the person, where they have an order.
    sensitive : tuple of Sensitive
        Protected columns, with the edges of numeric ones.
    control : tuple of Sensitive
        Columns within whose values groups are compared as well (department, job level).
    predictions : str or None
        Column of decisions made elsewhere; then there is no model.
    scores : str or None
        Column of the scores behind those decisions.
    weights : str or None
        Column that says how many people, or how much exposure, each row stands for.
    drop : tuple of str
        Columns that are not features (identifiers).
    population : mapping of str to mapping of str to float
        Share of each group in the population that the rows should represent, by protected column.
    dependants : mapping of str to tuple of str
        Columns that change with a protected one (a title with the sex).
    directions : mapping of str to str
        ``up`` or ``down`` for columns of numbers of which more should help, or harm, the person.
    reference : mapping of str to str
        Group that the others are set against, by protected column.
    task : Task or None
        Overrides what would be inferred.
    exclude_unlabeled : bool
        Leave rows without an outcome out, and count them, instead of refusing the table.
    """

    target: str | None = None
    favorable: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    sensitive: tuple[Sensitive, ...] = ()
    control: tuple[Sensitive, ...] = ()
    predictions: str | None = None
    scores: str | None = None
    weights: str | None = None
    drop: tuple[str, ...] = ()
    population: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    dependants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    directions: Mapping[str, str] = field(default_factory=dict)
    reference: Mapping[str, str] = field(default_factory=dict)
    task: Task | None = None
    exclude_unlabeled: bool = False

    @property
    def no_features(self) -> tuple[str, ...]:
        """Columns that no model was given."""
        named = (self.target, self.predictions, self.scores, self.weights, *self.drop)
        return tuple(name for name in named if name is not None)

    @property
    def as_text(self) -> tuple[str, ...]:
        """Columns that are read as exact text: labels and groups."""
        named = (self.target, self.predictions, *(s.column for s in (*self.sensitive, *self.control)))
        return tuple(dict.fromkeys(name for name in named if name is not None))


def check_columns(declared: Declared, place: str, own: Sequence[str], elsewhere: Collection[str]) -> None:
    """Refuse a declaration that names absent columns, or one column in two roles.

    Parameters
    ----------
    declared : Declared
        The declaration.
    place : str
        Name of the table.
    own, elsewhere : collection of str
        Columns of the table, and protected ones that came from a file of their own.

    Raises
    ------
    UsageError
        Naming the option.
    """
    protected = [s.column for s in declared.sensitive]
    named: dict[str, Sequence[str | None]] = {
        "--target": [declared.target],
        "--predictions": [declared.predictions],
        "--scores": [declared.scores],
        "--weights": [declared.weights],
        "--control": [s.column for s in declared.control],
        "--drop": declared.drop,
        "--direction": list(declared.directions),
        "dependants": [column for columns in declared.dependants.values() for column in columns],
    }
    for option, columns in named.items():
        _require(columns, own, place, option)
    _require(protected, [*own, *elsewhere], place, "--sensitive")
    for option, keys in (
        ("population", declared.population),
        ("dependants", declared.dependants),
        ("--reference", declared.reference),
    ):
        _require(list(keys), protected, "the list of protected columns", option)
    _roles(declared)


def _require(names: Sequence[str | None], columns: Sequence[str], place: str, option: str) -> None:
    for name in names:
        if name is not None and name not in columns:
            raise UsageError(
                f"{one_line(place)} has no column '{one_line(name)}' ({option})",
                f"Its columns are {some(columns, 12)}.{did_you_mean(name, columns)}",
            )


def _roles(declared: Declared) -> None:
    """Refuse a column that is said to be two things at once."""
    roles: dict[str, Sequence[str | None]] = {
        "the target": [declared.target],
        "the predictions": [declared.predictions],
        "the weights": [declared.weights],
        "a protected column": [s.column for s in declared.sensitive],
        "a control column": [s.column for s in declared.control],
    }
    seen: dict[str, str] = {}
    for role, names in roles.items():
        for name in names:
            if name is not None and seen.setdefault(name, role) != role:
                raise UsageError(
                    f"column '{one_line(name)}' is both {seen[name]} and {role}",
                    "Name the column of true outcomes as --target, the decisions as --predictions; "
                    "a column has one role.",
                )
