"""What changed since the audit before, in words."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.comparison import Comparison, Moved
from aiaudit.render.words import count, figure, listed, name, p_text, scope_text


def since_text(since: Comparison) -> str:
    """Return what changed since the earlier audit, in one sentence."""
    new = sum(m.failure == "new" for m in since.moved)
    resolved = sum(m.failure == "resolved" for m in since.moved)
    worse = sum(m.beyond_noise == "worse" for m in since.moved)
    better = sum(m.beyond_noise == "better" for m in since.moved)
    told = [
        *([count(new, "new failure")] if new else []),
        *([count(resolved, "failure is resolved", "failures are resolved")] if resolved else []),
        *([f"{count(worse, 'number is', 'numbers are')} worse beyond chance"] if worse else []),
        *([f"{count(better, 'number is', 'numbers are')} better beyond chance"] if better else []),
    ]
    changed = listed(told) or "no failure is new or resolved, and no number changed beyond chance"
    return f"Since the {_earlier(since)}: {changed}."


def _earlier(since: Comparison) -> str:
    return f"{'last audit, of' if since.source == 'archive' else 'baseline of'} {name(since.day)}"


def compared_text(since: Comparison) -> str:
    """Return how much was compared, and what to hold against the comparison."""
    told = (
        f"{count(since.tested, 'number')} tested for a change, together at 5 %: in at most one comparison of two alike audits "
        f"in twenty is any change called by mistake. {since.untested:,} could not be tested (nothing to compare with, or "
        f"no counts). Other verdicts that changed: {since.other_turns:,}."
    )
    if since.same_data:
        told += " The same files were audited both times; the tests take them for two samples, and are too cautious."
    return told


def lines(since: Comparison) -> Iterator[str]:
    """Yield what is another than before: what was audited or asked, then each number or verdict in a line."""
    yield from (name(line, 400) for line in since.inputs)
    for m in since.moved:
        p = "" if m.p_adjusted is None else f", adjusted p {p_text(m.p_adjusted)}"
        yield f"{kind(m)}: {m.requirement}, {where(m)}: {values(m)} ({name(m.metric)}{p}); {statuses(m)}"


def kind(m: Moved) -> str:
    """Return ``new failure, worse``."""
    failure = {"new": "new failure", "resolved": "resolved", None: ""}[m.failure]
    return ", ".join(filter(None, [failure, m.beyond_noise or ""]))


def where(m: Moved) -> str:
    """Return the scope, and whom its group was set against."""
    against = (
        ""
        if m.reference is None
        else f" against {scope_text(m.reference) if m.reference else 'everyone else'}"
    )
    return f"{scope_text(m.scope)}{against}"


def values(m: Moved) -> str:
    """Return ``0.667 to 0.400``."""
    then, now = ("undefined" if v is None else figure(v) for v in (m.old_value, m.new_value))
    return f"{then} to {now}"


def statuses(m: Moved) -> str:
    """Return ``pass, now fail``."""
    then, now = (name(s).replace("_", " ") if s else "not judged" for s in (m.old_status, m.new_status))
    return f"{then}, as before" if then == now else f"{then}, now {now}"
