"""A policy file put onto the pack it extends: tightening is free, asking less needs a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from aiaudit.errors import did_you_mean
from aiaudit.policy.document import Document, Fault, FileErrors
from aiaudit.policy.loosening import loosened, loosened_gate
from aiaudit.policy.merge import Pack, unique
from aiaudit.policy.model import Policy, Requirement, plain
from aiaudit.policy.own_metrics import clashing
from aiaudit.policy.validate import parse


def extend(document: Document, base: Pack) -> Pack:
    """Put a policy file onto the pack it extends.

    A requirement of the same id needs only the keys that change. What asks less needs an
    `override_reason`, which is kept together with what was changed.

    Raises
    ------
    FileErrors
        If the file does not validate, loosens without a reason, or disables what is not there.
    """
    own = parse(replace(document, data=_filled(document.data, base.policy)), Policy)
    old = {r.id: r for r in base.policy.requirements}
    faults = [
        *_gate_faults(document, own, base.policy),
        *_disable_faults(document, own, old),
        *_metric_faults(document, own, base.policy),
        *_requirement_faults(document, own, old, base.policy.id),
    ]
    if faults:
        raise FileErrors(sorted(faults, key=lambda f: (f.line, f.column)))
    homes = {r.id: ((document, i), *base.homes.get(r.id, ())) for i, r in enumerate(own.requirements)}
    return Pack(
        policy=_merged(own, base.policy, old),
        document=document,
        sources=base.sources,
        homes={**base.homes, **homes},
    )


def _filled(data: object, base: Policy) -> object:
    """Return a file's data with what it leaves out taken from the pack it extends."""
    if not isinstance(data, dict):
        return data
    inherited = plain(base)
    filled = {key: inherited[key] for key in ("fail_on", "strict", "error_control")} | data
    if isinstance(data.get("error_control"), dict):
        filled["error_control"] = inherited["error_control"] | data["error_control"]
    if isinstance(data.get("requirements"), list):
        known = {r["id"]: r for r in inherited["requirements"]}
        filled["requirements"] = [_onto(r, known) for r in data["requirements"]]
    return filled


def _onto(given: object, known: Mapping[str, Mapping[str, object]]) -> object:
    if not isinstance(given, dict) or not isinstance(given.get("id"), str):
        return given
    return {**known.get(given["id"], {}), **given}


def _gate_faults(document: Document, own: Policy, base: Policy) -> Iterator[Fault]:
    if own.override_reason is None:
        for field, change in loosened_gate(base, own).items():
            yield document.fault((field,), _why(f"the gate asks less than '{base.id}' does", change))


def _disable_faults(document: Document, own: Policy, old: Mapping[str, Requirement]) -> Iterator[Fault]:
    mine = {r.id for r in own.requirements}
    for i, disabled in enumerate(own.disable):
        if disabled.id in mine:
            what = f"'{disabled.id}' is disabled here and defined below"
            yield document.fault(("disable", i, "id"), what)
        elif disabled.id not in old:
            what = f"no extended policy has a requirement '{disabled.id}'.{did_you_mean(disabled.id, old)}"
            yield document.fault(("disable", i, "id"), what)


def _metric_faults(document: Document, own: Policy, base: Policy) -> Iterator[Fault]:
    """Refuse a metric of a name that is taken: the requirements of the pack would ask another question."""
    for i in clashing(own.metrics, base.metrics):
        what = f"'{base.id}' has a metric '{own.metrics[i].name}' already; give yours another name"
        yield document.fault(("metrics", i, "name"), what)


def _requirement_faults(
    document: Document, own: Policy, old: Mapping[str, Requirement], base: str
) -> Iterator[Fault]:
    for i, requirement in enumerate(own.requirements):
        before = old.get(requirement.id)
        # The reason must stand in this file: one inherited explains another change.
        if before is None or ("requirements", i, "override_reason") in document.keys:
            continue
        changes = loosened(before, requirement)
        if changes:
            path = ("requirements", i, next(iter(changes)))
            what = f"'{requirement.id}' asks less than '{base}' does"
            yield document.fault(path, _why(what, "; ".join(changes.values())))


def _why(what: str, change: str) -> str:
    return f"{what} ({change}); say why in 'override_reason', or do not ask less"


def _merged(own: Policy, base: Policy, old: Mapping[str, Requirement]) -> Policy:
    new = {r.id: _explained(old[r.id], r, own.id) if r.id in old else r for r in own.requirements}
    dropped = {d.id for d in own.disable}
    requirements = {id: r for id, r in {**old, **new}.items() if id not in dropped}
    changes = loosened_gate(base, own)
    reasons = [base.override_reason, _reason(own.override_reason, own.id, changes)]
    update = {
        "instruments": unique([*base.instruments, *own.instruments]),
        "metrics": (*base.metrics, *own.metrics),
        "disclaimers": unique([*base.disclaimers, *own.disclaimers]),
        "disable": unique(d for d in (*base.disable, *own.disable) if d.id not in requirements),
        "override_reason": "; ".join(reason for reason in reasons if reason) or None,
        "requirements": tuple(requirements.values()),
    }
    return own.model_copy(update=update)


def _explained(old: Requirement, new: Requirement, policy: str) -> Requirement:
    """Keep what was changed beside the reason, and the reasons of the packs below."""
    changes = loosened(old, new)
    if not changes:
        return new
    reasons = [old.override_reason, _reason(new.override_reason, policy, changes)]
    return new.model_copy(update={"override_reason": "; ".join(reason for reason in reasons if reason)})


def _reason(reason: str | None, policy: str, changes: Mapping[str, str]) -> str | None:
    return f"{reason} ({policy}: {', '.join(changes.values())})" if reason and changes else reason
