"""Small archives, and records that differ in what matters to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from aiaudit.archive import standalone
from aiaudit.archive.append import Content, append
from aiaudit.archive.begin import create
from aiaudit.archive.check import check
from aiaudit.archive.contents import content
from aiaudit.archive.keys import Signer, signer_of
from aiaudit.archive.layout import Archive, Head
from aiaudit.errors import AuditError
from aiaudit.facts import Form, Interval, Measurement, Reference
from aiaudit.record import Record, Status, Verdict

from ..render import factory

#: Any key will do, as long as it is the same one every time.
OLD, NEW, STRANGER = (signer_of(Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32)) for n in (1, 2, 3))


def small(name: str = "one") -> Content:
    """A record that is about nothing much."""
    objects = {"record.json": f'{{"name": "{name}"}}'.encode(), "report.html": b"<p>the same every time</p>"}
    return Content(kind="test", predicate={"name": name}, objects=objects)


def filled(folder: Path, *, signed: bool = False, size: int = 5) -> Archive:
    """An archive of small records."""
    signer = [OLD] if signed else []
    made = create(folder, signer=OLD if signed else None)
    for number in range(size):
        append(made, small(f"number {number}"), signer)
    return made


def rewrite(path: Path, data: bytes) -> None:
    """Change a file that nobody should change."""
    path.unlink(missing_ok=True)
    path.write_bytes(data)


def gap(
    form: Form,
    own: tuple[int, int],
    others: tuple[int, int],
    scope: Mapping[str, str],
    against: Mapping[str, str],
) -> Measurement:
    """A contrast of two groups, by its counts."""
    (x1, n1), (x2, n2) = own, others
    value = (x1 * n2) / (n1 * x2) if form is Form.RATIO else x1 / n1 - x2 / n2
    return Measurement(
        metric="impact_ratio" if form is Form.RATIO else "true_positive_rate_difference",
        form=form,
        value=value,
        n=n1,
        numerator=x1,
        denominator=n1,
        interval=Interval(low=value - 0.1, high=value + 0.1, level=0.95, method="made up"),
        p_value=0.5,
        scope=scope,
        reference=Reference(scope=against, numerator=x2, denominator=n2, rule="most_favoured", looks=1.0),
    )


def audit(
    day: str = "2026-11-21",
    *,
    black: tuple[int, int] = (160, 300),
    white: tuple[int, int] = (441, 588),
    found: tuple[int, int] = (110, 160),
    other: tuple[int, int] = (323, 400),
    status: Status = Status.PASS,
    model: str = "ab",
    data: str = "cd",
    card: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Record:
    """An audit of loans by race, by its counts."""
    ratio = gap(Form.RATIO, black, white, factory.BLACK, factory.WHITE)
    difference = gap(Form.DIFFERENCE, found, other, factory.BLACK, factory.WHITE)
    rate = factory.a_rate({}, black[0] + white[0], black[1] + white[1])
    verdicts = (
        Verdict(requirement="selection-ratio", status=status, reason="made up", measurement=ratio),
        Verdict(requirement="tpr-gap", status=Status.PASS, reason="made up", measurement=difference),
        Verdict(requirement="overall", status=Status.PASS, reason="made up", measurement=rate),
    )
    overall = factory.requirement("overall", metric="selection_rate", reference=None, threshold="0.1")
    subject = factory.subject(data={"data": {"name": "holdout.csv", "sha256": data * 32}})
    subject = replace(subject, model=replace(subject.model, digest=model * 32)) if model else subject
    given: dict[str, Any] = {
        "subject": subject,
        "policy": factory.policy(factory.RATIO, factory.GAP, overall),
        "outcomes": factory.OUTCOMES[:1],
        "provenance": replace(factory.record(()).provenance, judged_on=date.fromisoformat(day)),
        "card": card or {"identity": {"name": "Loan screening"}},
    }
    return factory.record(verdicts, **(given | changes))


def added(
    archive: Archive, *records: Record, tags: Sequence[str] = (), signers: Sequence[Signer] = ()
) -> Head:
    """Add audits, with reports of one line, and return the last head."""
    with patch("aiaudit.archive.contents.render", return_value="<p>a report</p>"):
        return [append(archive, content(record, tags=tags), signers) for record in records][-1]


def whole(archive: Archive, size: int) -> None:
    """Assert that an archive is as written and has so many records."""
    report = check(archive.folder)
    assert (report.exit_code, report.problems) == (0, ())
    assert report.head is not None
    assert report.head.size == size


def detected(folder: Path, *, kept: Head | None = None, key: str | None = None) -> bool:
    """Whether the check finds fault; the checker that goes with exports must say the same."""
    try:
        ours = check(folder, heads=[] if kept is None else [kept], key=key).exit_code != 0
    except AuditError:
        ours = True
    try:
        theirs = bool(standalone.check(str(folder), "" if kept is None else str(kept), key or "")[1])
    except OSError:
        theirs = True
    assert ours == theirs
    return ours
