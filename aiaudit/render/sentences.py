"""The plain sentences of a report: the verdict, and the number behind it as a person would say it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from aiaudit.errors import some
from aiaudit.facts import RESERVED_SCOPES, Form, Interval, Measurement, Reference, Scope
from aiaudit.policy.model import Kind, Op
from aiaudit.record import Record, Status
from aiaudit.render.findings import Finding, findings, headline, of_status
from aiaudit.render.words import (
    NOISE,
    WORDS,
    asked,
    count,
    exact,
    interval_text,
    level_text,
    listed,
    name,
    value_text,
)


@dataclass(frozen=True, kw_only=True)
class Rate:
    """How to speak of a rate: of which people, what happens to them, and what there is then to count."""

    whose: str
    what: str
    things: str


_GOOD = "get a favourable decision"
_SELECTED = Rate(whose="", what=_GOOD, things="favourable decisions")
_REFUSED = Rate(whose="", what="are refused", things="refusals")
_TRUE_POSITIVE = Rate(whose="whose true outcome is favourable", what=_GOOD, things="favourable decisions")
_FALSE_NEGATIVE = Rate(whose="whose true outcome is favourable", what="are refused", things="refusals")
_FALSE_POSITIVE = Rate(whose="whose true outcome is unfavourable", what=_GOOD, things="favourable decisions")
_PRECISION = Rate(
    whose="with a favourable decision",
    what="turn out as decided",
    things="decisions that turn out as decided",
)

#: Rates by the name of their metric, without the ending of a contrast.
RATES: Mapping[str, Rate] = MappingProxyType(
    {
        "selection_rate": _SELECTED,
        "impact": _SELECTED,
        "rejection_rate": _REFUSED,
        "rejection": _REFUSED,
        "true_positive_rate": _TRUE_POSITIVE,
        "false_negative_rate": _FALSE_NEGATIVE,
        "false_positive_rate": _FALSE_POSITIVE,
        "positive_predictive_value": _PRECISION,
        "accuracy": Rate(whose="", what="are decided correctly", things="correct decisions"),
    }
)


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
        0: f"met{caveat}" if record.verdicts else "nothing was judged, so nothing failed",
        1: "not met",
        3: f"no verdict, because the audit is incomplete{partial}",
        4: f"undecided; nothing failed, but what is open counts here ({listed(doubts)})",
    }
    return f"Policy {record.policy.id}: {conclusions.get(exit_code, 'no verdict')}."


def number_sentence(record: Record) -> str:
    """Return the number that a summary opens with, in plain words; empty where nothing was measured."""
    first = headline(findings(record))
    if first is None:
        return ""
    lead = {Status.INCONCLUSIVE: "Not settled yet: ", Status.PASS: "What came closest to its limit: "}
    return lead.get(first.verdict.status, "") + plain(first, record.subject.favorable)


def what_now(record: Record, exit_code: int) -> str:
    """Return what the verdict means for using the model, in one or two sentences."""
    found = findings(record)
    failed = of_status(found, Status.FAIL)
    gating = len({f.requirement.id for f in failed if f.gating})
    failing = len({f.requirement.id for f in failed})
    if exit_code == 0:
        below = f" {count(failing, 'requirement')} below that level still failed." if failing else ""
        return f"Nothing that counts against this policy ({record.policy.fail_on.name.lower()} or above) failed.{below}"
    if exit_code == 1:
        return (
            f"Do not use the model for decisions before {count(gating, 'failing requirement')} "
            f"{'is' if gating == 1 else 'are'} mended, or a named person has accepted {'it' if gating == 1 else 'them'} "
            "in a written waiver."
        )
    if exit_code == 4:
        return "Do not use the model for decisions yet: settle the inconclusive results first, mostly with more rows."
    return "Do not use the model for decisions on the strength of this audit: a part of it could not be carried out."


def tiles_note(record: Record) -> str:
    """Return what the tiles count."""
    ahead = sum(not v.in_force for v in record.verdicts)
    readiness = f"; {ahead:,} of them on law not yet in force (readiness)" if ahead else ""
    return (
        f"{count(len(record.verdicts), 'verdict')} on {count(len(record.policy.requirements), 'requirement')}: "
        f"a requirement is judged once for every group it speaks of{readiness}."
    )


def plain(finding: Finding, favorable: tuple[str, ...] = ()) -> str:
    """Return what was found as a person would say it, with the interval and what the policy asks.

    Parameters
    ----------
    finding : Finding
        Any finding; without a measurement its reason is all there is to say.
    favorable : tuple of str
        The labels that help the person.
    """
    m = finding.verdict.measurement
    if m is None or finding.requirement.kind is not Kind.MEASURED:
        return f"{name(finding.requirement.title)}: {name(finding.verdict.reason)}"
    rate = RATES.get(re.sub(r"_(ratio|difference|gap)$", "", m.metric))
    if rate is not None and m.reference is not None and m.value is not None:
        if m.form is Form.RATIO:
            return _ratio(finding, m, m.value, _Contrast(rate, m.reference, favorable))
        if m.form is Form.DIFFERENCE:
            return _difference(finding, m, m.value, _Contrast(rate, m.reference, favorable))
    return _bare(finding, m)


def message(finding: Finding, favorable: tuple[str, ...] = ()) -> str:
    """Return a finding for a list of problems: status, what was found, and why it has that status."""
    told = plain(finding, favorable)
    reason = name(finding.verdict.reason, 1000)
    told = told if reason in told else f"{told} Why: {reason}."
    readiness = "" if finding.verdict.in_force else " (readiness: the law is not in force yet)"
    return f"{WORDS[finding.verdict.status]}{readiness}: {told}"


def people(scope: Scope) -> str:
    """Return ``people of race “black” and sex “female”``."""
    return f"people of {_named(scope)}" if scope else "all people"


def per_hundred(share: float, apart_from: float | None = None) -> str:
    """Return a share as a number in a hundred, whole unless that would hide it or turn it into the limit."""
    digits = 0
    while abs(share) > NOISE and round(share * 100, digits) == 0:
        digits += 1
    if apart_from is not None and abs(share - apart_from) > NOISE:
        while round(share * 100, digits) == round(apart_from * 100, digits):
            digits += 1
    return f"{share * 100:,.{digits}f}"


@dataclass(frozen=True)
class _Contrast:
    rate: Rate
    reference: Reference
    favorable: tuple[str, ...]

    def labelled(self, text: str) -> str:
        if not self.favorable or "favourable decision" not in text:
            return text
        return f"{text} ({some(self.favorable, 3)})"

    @property
    def versus(self) -> str:
        return "other people" if self.reference.rule == "rest" else people(self.reference.scope)


def _ratio(f: Finding, m: Measurement, value: float, to: _Contrast) -> str:
    among = f"Among people {to.rate.whose}, for" if to.rate.whose else "For"
    interval = _interval(m.interval, lambda x: per_hundred(x, f.limit))
    return (
        f"{among} every 100 {to.labelled(to.rate.things)} that {to.versus} get, {people(m.scope)} get "
        f"{per_hundred(value, f.limit)}, counted on groups of equal size{interval}. "
        f"The policy asks for {_in_a_hundred(f)}."
    )


def _difference(f: Finding, m: Measurement, value: float, to: _Contrast) -> str:
    whose = f" {to.rate.whose}" if to.rate.whose else ""

    def signed(x: float) -> str:
        return f"{per_hundred(abs(x), f.limit)} {'fewer' if x < 0 else 'more'}"

    found = signed(value) if value else "as many"
    return (
        f"Of every 100 {people(m.scope)}{whose}, {found} {to.labelled(to.rate.what)} "
        f"{'than' if value else 'as'} of every 100 {to.versus}{_interval(m.interval, signed)}. "
        f"The policy asks for {_in_a_hundred(f)}."
    )


def _bare(f: Finding, m: Measurement) -> str:
    where = f" for {_who(m.scope)}" if m.scope else ""
    interval = (
        ""
        if m.interval is None
        else f" ({level_text(m.interval.level)} interval {interval_text(m.interval, f.limit)})"
    )
    return (
        f"{name(f.requirement.title)}: {value_text(m, f.limit)}{where}{interval}. "
        f"The policy asks for {asked(f.requirement)}."
    )


def _who(scope: Scope) -> str:
    return _named(scope) if RESERVED_SCOPES & set(scope) else people(scope)


def _named(scope: Scope) -> str:
    return listed([f"{name(k, 60)} “{name(v, 60)}”" for k, v in scope.items()])


def _interval(interval: Interval | None, spoken: Callable[[float], str]) -> str:
    if interval is None:
        return ""
    return f" ({level_text(interval.level)} interval: {spoken(interval.low)} to {spoken(interval.high)})"


def _in_a_hundred(f: Finding) -> str:
    hundred = exact(f.requirement.threshold * 100)
    if f.requirement.op is Op.WITHIN:
        return f"a difference of at most {hundred}"
    return f"{'at least' if f.requirement.op is Op.AT_LEAST else 'at most'} {hundred}"
