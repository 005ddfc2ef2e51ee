"""Tables of documents: categories as New York City prints them, and findings as rows of a risk register."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aiaudit.errors import UsageError
from aiaudit.facts import Measurement
from aiaudit.policy.model import Kind
from aiaudit.record import Advice, Status
from aiaudit.render import words
from aiaudit.render.detail import place
from aiaudit.render.documents_sources import Papers
from aiaudit.render.findings import Finding

CATEGORIES = "bias.category-tables"
#: Rates and the ratios beside them, with the heading that the city's rule prints for the count.
KINDS = {
    "Selection": ("category_selection_rate", "category_impact_ratio"),
    "Scoring": ("category_scoring_rate", "category_scoring_ratio"),
}
#: What a risk register keeps: everything that is neither met nor out of place.
OPEN = (Status.ERROR, Status.FAIL, Status.INCONCLUSIVE, Status.NOT_ASSESSED, Status.WAIVED)
INDEPENDENCE = ("no-part-in-the-tool", "no-employment", "no-financial-interest")


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table of categories: its kind, its columns, each category's rate with its ratio, and two further views.

    `small` are the categories that the rule lets an auditor leave out, `without_small` the ratios of the others;
    `with_unknown` are those of everybody. Both are empty where they are the same.
    """

    kind: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Measurement, Measurement], ...]
    small: tuple[str, ...] = ()
    without_small: tuple[Measurement, ...] = ()
    with_unknown: tuple[Measurement, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Risk:
    """One row of a risk register; all of it foreign text, empty where not known."""

    kind: str
    where: str
    severity: str
    owner: str
    due: str
    step: str


def categories(own: Papers) -> Iterator[Table]:
    """Yield the tables of rates and ratios in the order in which they were measured."""
    found = own.measured(CATEGORIES)
    for kind, (rate, ratio) in KINDS.items():
        rates = [m for m in found if m.metric == rate]
        ratios = {_key(m): m for m in found if m.metric == ratio}
        for columns in dict.fromkeys(tuple(m.scope) for m in rates):
            rows = tuple((m, ratios[_key(m)]) for m in rates if tuple(m.scope) == columns)
            yield Table(
                kind=kind,
                columns=columns,
                rows=rows,
                small=tuple(", ".join(m.scope.values()) for m, _ in rows if m.params["small"]),
                without_small=_of(found, f"{ratio}_without_small", columns),
                with_unknown=_of(found, f"{ratio}_with_unknown", columns),
            )


def _of(found: Sequence[Measurement], metric: str, columns: tuple[str, ...]) -> tuple[Measurement, ...]:
    return tuple(m for m in found if m.metric == metric and tuple(m.scope) == columns)


def unknown(own: Papers) -> Measurement:
    """Return how many people are in no table."""
    return next(m for m in own.measured(CATEGORIES) if m.metric == "category_unknown")


def refuse_withheld(own: Papers) -> None:
    """Refuse a record in which numbers of small categories are withheld.

    Raises
    ------
    UsageError
        If one is: the city's rule wants all categories.
    """
    if any("withheld" in m.params for m in own.measured(CATEGORIES)):
        raise UsageError(
            "ll144-summary cannot be written from a shareable record: the rule wants the numbers of every category",
            "Give the full record.json written by 'aiaudit check -o record.json'.",
        )


def independent(own: Papers) -> bool:
    """Return whether somebody signed for all three marks of an independent auditor."""
    return all(own.source(f"statement:ll144-independent-auditor/{point}").given for point in INDEPENDENCE)


def together(own: Papers, sources: Sequence[str]) -> str:
    """Return whether all, some or none of the places for an item hold something."""
    given = [own.source(name).given for name in sources]
    return "given" if given and all(given) else "in part" if any(given) else "missing"


def percent(m: Measurement) -> str:
    """Return a rate as the rule's table of intersections prints it, ``43.9%``."""
    return words.value_text(m) if m.value is None else f"{m.value:.1%}"


def three_digits(m: Measurement) -> str:
    """Return a ratio as the rule's table of intersections prints it, ``0.841``."""
    return words.value_text(m) if m.value is None else f"{m.value:.3f}"


def risk(finding: Finding, advice: Mapping[str, Advice]) -> Risk:
    """Return a finding as a row: who answers for it and by when are known of waivers, and of law to come the day."""
    r, v = finding.requirement, finding.verdict
    waiver, told = v.waiver, advice.get(r.id)
    evidence = r.kind is not Kind.MEASURED and v.status in (Status.FAIL, Status.NOT_ASSESSED)
    due = waiver.expires if waiver else r.applies_from if not v.in_force else None
    step = told.steps if told and told.status is v.status else ()
    return Risk(
        kind="evidence missing" if evidence else words.WORDS[v.status],
        where=place(finding),
        severity=r.severity.name.lower() + ("" if v.in_force else ", readiness"),
        owner=waiver.owner if waiver else "",
        due=due.isoformat() if due else "",
        step=f"accepted: {waiver.reason}" if waiver else step[0] if step else "",
    )


def _key(m: Measurement) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(m.scope.items()))
