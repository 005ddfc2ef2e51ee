"""A finding as a person would say it: so many of a hundred, against so many."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from aiaudit.errors import some
from aiaudit.facts import RESERVED_SCOPES, Form, Interval, Measurement, Reference, Scope
from aiaudit.policy.model import Kind, Op
from aiaudit.render.findings import Finding
from aiaudit.render.words import NOISE, asked, exact, interval_text, listed, name, value_text


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
    among = f"Among people {to.rate.whose}, in" if to.rate.whose else "In"
    interval = _interval(m.interval, lambda x: per_hundred(x, f.limit))
    return (
        f"{among} groups of equal size, {people(m.scope)} get {per_hundred(value, f.limit)} "
        f"{to.labelled(to.rate.things)} for every 100 that {to.versus} get{interval}. "
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
    share = f.metric is not None and f.metric.unit == "share" and m.form is not Form.DIFFERENCE
    if share and m.value is not None and 0 <= m.value <= 1 and f.requirement.op is not Op.WITHIN:
        value = f"{per_hundred(m.value, f.limit)} in 100"
        interval = _interval(m.interval, lambda x: per_hundred(x, f.limit))
        wanted = f"{_in_a_hundred(f)} in 100"
    else:
        value, wanted = value_text(m, f.limit), asked(f.requirement)
        interval = (
            "" if m.interval is None else f" (allowing for chance, {interval_text(m.interval, f.limit)})"
        )
    return f"{name(f.requirement.title)}: {value}{where}{interval}. The policy asks for {wanted}."


def _who(scope: Scope) -> str:
    return _named(scope) if RESERVED_SCOPES & set(scope) else people(scope)


def _named(scope: Scope) -> str:
    return listed([f"{name(k, 60)} “{name(v, 60)}”" for k, v in scope.items()])


def _interval(interval: Interval | None, spoken: Callable[[float], str]) -> str:
    if interval is None:
        return ""
    return f" (allowing for chance, {spoken(interval.low)} to {spoken(interval.high)})"


def _in_a_hundred(f: Finding) -> str:
    hundred = exact(f.requirement.threshold * 100)
    if f.requirement.op is Op.WITHIN:
        return f"a difference of at most {hundred}"
    return f"{'at least' if f.requirement.op is Op.AT_LEAST else 'at most'} {hundred}"
