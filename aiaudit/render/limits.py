"""What an audit does not show: the sentences that every honest report carries."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from aiaudit.facts import Form, Measured
from aiaudit.policy.freshness import LASTS, stale
from aiaudit.policy.model import Basis, Kind
from aiaudit.record import Record
from aiaudit.render.findings import Finding
from aiaudit.render.plain import per_hundred
from aiaudit.render.words import count, figure, listed, scope_text

#: Groups named with the smallest gap they could have shown.
NAMED = 3


def limits(record: Record, found: tuple[Finding, ...]) -> tuple[str, ...]:
    """Return what the reader must not conclude from this record, with its own numbers."""
    return (*_always(), *_statistics(found), *_basis(record), *_scope(record))


def _always() -> Iterator[str]:
    yield (
        "This report sets down measurements and statements. It is no legal advice, no certificate, no conformity "
        "assessment, and no finding that the system is lawful or unlawful."
    )
    yield (
        "It speaks of the model and the rows named above. On other rows, later, or inside a larger process the model "
        "may behave differently; a model can also be built to behave well on rows like these."
    )


def gaps(found: tuple[Finding, ...]) -> str:
    """Return what the sample could just have shown in its smallest groups, empty where nothing of that is known."""
    shown = [f for f in found if f.verdict.detectable is not None and f.verdict.scope]
    smallest = sorted(shown, key=lambda f: f.verdict.measurement.n if f.verdict.measurement else 0)[:NAMED]
    return listed([f"{_gap(f)} for {scope_text(f.verdict.scope)} ({f.requirement.id})" for f in smallest])


def _gap(f: Finding) -> str:
    """Return the smallest gap that could be told from chance, in a hundred where it is a share of people."""
    least, m = f.verdict.detectable or 0.0, f.verdict.measurement
    if m is not None and m.form is Form.RATIO:
        return f"{per_hundred(least, f.limit)} for every 100 that others get"
    if m is not None and m.form is Form.DIFFERENCE:
        return f"a difference of {per_hundred(abs(least), f.limit)} in every 100"
    return figure(least, f.limit)


def _statistics(found: tuple[Finding, ...]) -> Iterator[str]:
    told = gaps(found)
    if told:
        yield (
            "In a small group a gap can go unseen: where nothing was found there may still be a difference. "
            f"What this sample could just have shown: {told}."
        )


def _basis(record: Record) -> Iterator[str]:
    requirements = record.policy.requirements
    house = [r for r in requirements if r.basis is Basis.HOUSE]
    if house:
        yield (
            f"{count(len(house), 'limit')} of {len(requirements):,} {'is' if len(house) == 1 else 'are'} marked "
            "“house”: chosen by the authors of the policy, not by a law."
        )
    if any(r.threshold == Fraction(4, 5) and r.metric.endswith("ratio") for r in requirements):
        yield (
            "The limit of four fifths is a rule of thumb from United States employment guidance. Staying above it "
            "protects nobody from a claim, falling below it proves no discrimination, and outside that field it has "
            "no standing of its own."
        )
    checked = [i.last_verified for i in record.policy.instruments]
    if checked:
        yield f"The law behind the policy was last looked up on {min(checked).isoformat()}; later changes are not in it."
    if stale(record.policy, record.provenance.judged_on):
        yield (
            f"That was more than {LASTS.days} days before this audit: have the law looked up again before you rely on "
            "this report."
        )


def _scope(record: Record) -> Iterator[str]:
    ran = [o for o in record.outcomes if isinstance(o, Measured)]
    if any(m.form in (Form.RATIO, Form.DIFFERENCE) for o in ran for m in o.measurements):
        yield (
            "Do not answer a gap by moving scores or cut-offs for one group: in United States employment and credit "
            "that can itself break the law. Take counsel first."
        )
    if any(o.check.startswith("explainability.") for o in ran):
        yield (
            "Importance and reasons describe what the model does with its columns. They say nothing about causes in "
            "the world."
        )
    if any(r.kind is not Kind.MEASURED for r in record.policy.requirements):
        yield "Statements that people signed and documents they wrote were read, not verified."
