"""The sentences of a report: the verdict, the number it opens with, what that means, and each problem."""

from __future__ import annotations

from aiaudit.facts import Errored
from aiaudit.gate import excused
from aiaudit.record import Record, Status
from aiaudit.render.detail import waiver_text
from aiaudit.render.findings import Finding, crashes, findings, headline, of_status
from aiaudit.render.plain import plain
from aiaudit.render.words import WORDS, count, listed, name


def verdict_sentence(record: Record, exit_code: int) -> str:
    """Return what the audit concluded about the policy, in one sentence."""
    counts = record.counts()
    doubts = [
        f"{counts[s]:,} {s.value.replace('_', ' ')}"
        for s in (Status.INCONCLUSIVE, Status.NOT_ASSESSED)
        if counts[s]
    ]
    caveat = f", as far as it could be judged ({listed(doubts)})" if doubts else ""
    partial = (
        "; what could be judged does not meet it"
        if any(f.gating for f in of_status(findings(record), Status.FAIL))
        else ""
    )
    conclusions = {
        0: f"met{_but_for(record)}{caveat}" if record.verdicts else "nothing was judged, so nothing failed",
        1: "not met",
        3: f"no verdict, because the audit is incomplete{partial}",
        4: f"undecided; nothing failed, but what is open counts here ({listed(doubts)})",
    }
    return f"Policy {record.policy.id}: {conclusions.get(exit_code, 'no verdict')}."


def _but_for(record: Record) -> str:
    """Return which failures do not count: those that the baseline knows, and those that somebody accepted."""
    known = len({verdict.requirement for verdict in excused(record)})
    accepted = len({v.requirement for v in record.verdicts if v.status is Status.WAIVED})
    told = [
        *([f"{count(known, 'failing requirement')} that the baseline knows"] if known else []),
        *([f"{count(accepted, 'failing requirement')} accepted in a written waiver"] if accepted else []),
    ]
    return f" but for {listed(told)}" if told else ""


def number_sentence(record: Record) -> str:
    """Return the number that a summary opens with, in plain words; empty where nothing was measured.

    An incomplete audit opens with no reassuring number.
    """
    first = headline(findings(record))
    if first is None or (first.verdict.status is Status.PASS and crashes(record)):
        return ""
    lead = {
        Status.WAIVED: "Accepted in a written waiver: ",
        Status.INCONCLUSIVE: "Not settled yet: ",
        Status.PASS: "What came closest to its limit: ",
    }
    return lead.get(first.verdict.status, "") + plain(first, record.subject.favorable)


def what_now(record: Record, exit_code: int) -> str:
    """Return what the verdict means for using the model, in one or two sentences."""
    found = findings(record)
    failed = of_status(found, Status.FAIL)
    gating = len({f.requirement.id for f in failed if f.gating})
    failing = len({f.requirement.id for f in failed})
    if exit_code == 0 and excused(record):
        return "Nothing failed that the baseline does not know. Mend what it knows, and draw it tighter."
    if exit_code == 0:
        below = (
            f" {count(failing, 'less serious requirement')} failed, and {'does' if failing == 1 else 'do'} not stop it."
            if failing
            else ""
        )
        level = record.policy.fail_on.name.lower()
        ends = [v.waiver.expires for v in record.verdicts if v.waiver is not None]
        accepted = (
            f" What was accepted in writing is still to be mended: the first waiver ends on {min(ends).isoformat()}."
            if ends
            else ""
        )
        other = "else " if ends else ""
        return (
            f"Nothing {other}failed that this policy takes for serious enough to stop the model ({level} or above)."
            f"{below}{accepted}"
        )
    if exit_code == 1:
        return (
            f"Do not use the model for decisions before {count(gating, 'failing requirement')} "
            f"{'is' if gating == 1 else 'are'} mended, or a named person has accepted {'it' if gating == 1 else 'them'} "
            "in a written waiver."
        )
    if exit_code == 4:
        return "Do not use the model for decisions yet: settle the inconclusive results first, mostly with more rows."
    broken = listed([name(o.check) for o in crashes(record)])
    which = f" ({broken} crashed)" if broken else ""
    return f"Do not use the model for decisions on the strength of this audit: a part of it could not be carried out{which}."


def unguarded(record: Record) -> str:
    """Return a warning where the model file was loaded without the allow-list, or an empty string."""
    model = record.subject.model
    if model is None or not model.isolation.get("gate", "").startswith("off"):
        return ""
    return (
        "Warning: the model file was loaded without the allow-list (--unsafe-pickle). Whatever code it holds has run, "
        "held by the locks listed under Isolation only."
    )


def tiles_note(record: Record) -> str:
    """Return what the tiles count."""
    ahead = sum(not v.in_force for v in record.verdicts)
    readiness = f"; {ahead:,} of them on law not yet in force (readiness)" if ahead else ""
    return (
        f"{count(len(record.verdicts), 'verdict')} on {count(len(record.policy.requirements), 'requirement')}: "
        f"a requirement is judged once for every group it speaks of{readiness}."
    )


def message(finding: Finding, favorable: tuple[str, ...] = ()) -> str:
    """Return a finding for a list of problems: status, what was found, and why it has that status."""
    told = plain(finding, favorable)
    reason = name(finding.verdict.reason, 1000)
    told = told if reason in told else f"{told} Why: {reason}."
    waived = waiver_text(finding.verdict)
    readiness = "" if finding.verdict.in_force else " (readiness: the law is not in force yet)"
    return f"{WORDS[finding.verdict.status]}{readiness}: {told}" + (f" It is {waived}" if waived else "")


def crash(outcome: Errored) -> str:
    """Return which check crashed, whose it is, and on what."""
    return f"{name(outcome.check)} ({name(outcome.plugin)}) crashed: {name(outcome.error, 1000)}"
