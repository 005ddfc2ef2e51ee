"""Several policy packs used side by side, as one policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from aiaudit.policy.document import Document, Fault, FileErrors
from aiaudit.policy.loosening import loosened
from aiaudit.policy.model import ErrorControl, Policy, PolicySource, Requirement
from aiaudit.policy.own_metrics import OwnMetric, clashing

T = TypeVar("T")
#: A file that defines a requirement, and the requirement's position in it.
Home = tuple[Document, int]


@dataclass(frozen=True, kw_only=True)
class Pack:
    """A resolved policy, the file that names it, all files it came from, and where requirements stand.

    `homes` lists every file that sets a requirement, newest first.
    """

    policy: Policy
    document: Document
    sources: tuple[PolicySource, ...]
    homes: Mapping[str, tuple[Home, ...]]

    def fault(self, id: str, field: str, what: str) -> Fault:
        """Return a fault at a requirement's field, in the newest file that sets it."""
        homes = self.homes[id]
        for document, i in homes:
            if ("requirements", i, field) in document.keys:
                return document.fault(("requirements", i, field), what)
        document, i = homes[0]
        return document.fault(("requirements", i), what)


def combine(packs: Sequence[Pack]) -> Pack:
    """Merge packs used side by side: every requirement, the strictest gate, the smallest alpha.

    Where packs define a requirement of the same id, the one that asks no less than the other stands; where
    neither does, they cannot be used together.

    Raises
    ------
    FileErrors
        If two packs define a requirement of the same id so that each asks less than the other somewhere.
    """
    if len(packs) == 1:
        return packs[0]
    faults = []
    requirements: dict[str, tuple[Requirement, Pack]] = {}
    for pack in packs:
        for requirement in pack.policy.requirements:
            first, owner = requirements.setdefault(requirement.id, (requirement, pack))
            stricter = _stricter(first, requirement)
            if stricter is None:
                what = (
                    f"'{requirement.id}' is defined differently in '{owner.policy.id}', and neither asks for all "
                    "that the other does; rename it, or extend that policy"
                )
                faults.append(pack.fault(requirement.id, "id", what))
            elif stricter is not first:
                requirements[requirement.id] = (stricter, pack)
    faults += _metric_faults(packs)
    if faults:
        raise FileErrors(faults)
    return Pack(
        document=packs[0].document,
        policy=_combined([pack.policy for pack in packs], [r for r, _ in requirements.values()]),
        sources=unique(source for pack in packs for source in pack.sources),
        homes={id: owner.homes[id] for id, (_, owner) in requirements.items()},
    )


def _metric_faults(packs: Sequence[Pack]) -> Iterator[Fault]:
    seen: tuple[OwnMetric, ...] = ()
    for pack in packs:
        new = [metric for metric in pack.policy.metrics if metric not in seen]
        for i in clashing(new, seen):
            what = f"metric '{new[i].name}' is defined differently in two policies; rename one"
            yield pack.document.fault(("metrics",), what)
        seen = (*seen, *new)


def _stricter(first: Requirement, second: Requirement) -> Requirement | None:
    """Return the definition that asks no less than the other, citing both; None where each asks less somewhere."""
    if first == second:
        return first
    winner = first if not loosened(second, first) else second if not loosened(first, second) else None
    if winner is None or loosened(first, second) or loosened(second, first):
        return winner
    cited = {
        name: "; ".join(unique(text for text in (getattr(first, name), getattr(second, name)) if text))
        for name in ("clause", "source")
    }
    return first.model_copy(update=cited)


def _combined(policies: Sequence[Policy], requirements: Sequence[Requirement]) -> Policy:
    authorities = {p.authority for p in policies}
    ids = {r.id for r in requirements}
    return Policy(
        id="+".join(unique(p.id for p in policies)),
        edition=" + ".join(unique(p.edition for p in policies)),
        title=" + ".join(unique(p.title for p in policies)),
        summary=" ".join(unique(p.summary for p in policies if p.summary)),
        jurisdiction="; ".join(unique(p.jurisdiction for p in policies if p.jurisdiction)),
        authority=authorities.pop() if len(authorities) == 1 else "house",
        instruments=unique(i for p in policies for i in p.instruments),
        error_control=ErrorControl(
            alpha=min(p.error_control.alpha for p in policies),
            family="run" if any(p.error_control.family == "run" for p in policies) else "requirement",
        ),
        fail_on=min(p.fail_on for p in policies),
        strict=any(p.strict for p in policies),
        override_reason="; ".join(unique(p.override_reason for p in policies if p.override_reason)) or None,
        disclaimers=unique(d for p in policies for d in p.disclaimers),
        disable=unique(d for p in policies for d in p.disable if d.id not in ids),
        metrics=unique(m for p in policies for m in p.metrics),
        requirements=tuple(requirements),
    )


def unique(items: Iterable[T]) -> tuple[T, ...]:
    """Return the items in order, each once; they need not be hashable."""
    found: list[T] = []
    for item in items:
        if item not in found:
            found.append(item)
    return tuple(found)
