"""Whether the limits were set before the numbers were seen, and when the system was audited last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from aiaudit.card import State, day, faults
from aiaudit.check import check
from aiaudit.circumstances import Circumstances
from aiaudit.facts import Better, Measurement
from aiaudit.measuring.stated import YES_NO, given
from aiaudit.metrics import value
from aiaudit.policy.model import PolicySource
from aiaudit.subject import Subject

LAW = "Regulation (EU) 2024/1689, Art. 9(8) and 72; NYC Administrative Code 20-871(a)(1)"
PRIOR = value(
    "limits_set_before",
    YES_NO,
    "Whether the last change of a policy has a day, and that day is not after the numbers were measured.",
    LAW,
    Better.HIGHER,
    1.0,
)
LAST = value(
    "earlier_audit", YES_NO, "Whether an audit is on record, dated on its day.", LAW, Better.HIGHER, 1.0
)
#: The statement by which a card tells of an audit made elsewhere.
STATEMENT = "last-audit"


@check(
    id="transparency.timeliness",
    title="Limits were set after the fact, or the system goes unaudited for long",
    needs=[],
    metrics=[PRIOR, LAST],
    remediation=[
        "Commit the policy to git before you audit, and audit with that file unchanged.",
        "Keep audits in an archive (--archive), or sign the statement 'last-audit' in the card with the day of the last.",
        "Put the audit into a scheduled job, so that none is forgotten.",
    ],
    effort=["hours", "hours", "hours"],
)
def timeliness(subject: Subject) -> Iterator[Measurement]:
    """Read when each policy was last changed, and when the system was last audited.

    ## Why it matters

    A limit that is chosen after the numbers are known can be chosen so that they pass. And an audit speaks of its
    day: people, data and models change afterwards.

    ## How it is computed

    A policy that ships with the tool is as old as the last look at its law. Of a file, the day of the commit counts
    where git holds it unchanged, and otherwise where there is no git the day that its edition names. Where a
    record is judged again, a policy changed after the day of measurement was set too late. The last audit is the
    newest of the same system in the archive, or the day of the card's statement 'last-audit'; of a record judged
    again, the day on which it was measured. No clock is read: both are evidence with a day, and the judge, who is
    told the day, says whether they are too late or too old.

    ## Known limits

    Days are compared, not hours. The day of a commit, and an edition, can be made up; an archive with time stamps
    or a repository that others hold cannot so easily. Without an archive or a statement the last audit is unknown.

    ## References

    Regulation (EU) 2024/1689, Art. 9(8), 72; New York City Administrative Code 20-871(a)(1).
    """
    known = subject.circumstances
    for source in known.limits:
        yield _limits(source, known)
    last = max(filter(None, (known.last_audit, _stated(subject))), default=None)
    if last is not None:
        yield given(LAST, {}, State.GIVEN, last, None, method="the newest audit on record")


def _limits(source: PolicySource, known: Circumstances) -> Measurement:
    state, measured = State.GIVEN.value, known.measured_on
    if source.dated is None:
        state = source.dated_by or "the day of its last change is unknown"
    elif measured is not None and source.dated > measured:
        state = f"changed on {source.dated}, after the numbers were measured on {measured}"
    day_told = None if source.dated is None else str(source.dated)
    said = {"last_change": day_told, "told_by": source.dated_by}
    first = source.dated if state == State.GIVEN else None
    return given(
        PRIOR, {"policy": source.id}, state, first, None, method="read from the policy's file", **said
    )


def _stated(subject: Subject) -> date | None:
    statements = () if subject.card is None else subject.card.attestations
    return next((day(a.date) for a in statements if a.id == STATEMENT and not faults(a)), None)
