"""Examples that a policy ships with: systems, and the verdicts expected of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from aiaudit.card import Attestation, SystemCard
from aiaudit.policy.fields import Id, Strict, Text, Version
from aiaudit.policy.model import Kind, Policy
from aiaudit.policy.sources import locate
from aiaudit.policy.yaml import parse, read_yaml
from aiaudit.record import Status


class Signature(Strict):
    """Who signs, in an example, every statement that the policy asks for and the card lacks."""

    name: Text
    role: Text
    date: dt.date
    expires: dt.date
    evidence: Text


class Example(Strict):
    """One system under a policy. A requirement that `expect` does not name is expected to pass.

    `audit` is an `aiaudit.yaml` beside the examples; its own policies are not used. `today` is the day of judgement.
    """

    name: Text
    audit: Text
    today: dt.date
    signed: Signature | None = None
    expect: dict[Id, Status] = Field(default_factory=dict)


class Examples(Strict):
    """A file of examples."""

    version: Version
    examples: tuple[Example, ...]


@dataclass(frozen=True, kw_only=True)
class Folder:
    """The examples of one policy, and the folder their audits start from."""

    path: Path
    examples: tuple[Example, ...]


def examples_of(ref: str, base: Path | None = None) -> Folder:
    """Read the examples of a policy: ``examples/NAME.yaml`` beside ``NAME.yaml``.

    Returns
    -------
    Folder
        Without examples where there is no such file.

    Raises
    ------
    UsageError
        If there is no such policy.
    FileErrors
        With everything wrong in the file.
    """
    policy = locate(ref, base or Path()).path
    path = policy.parent / "examples" / f"{policy.stem}.yaml"
    found = parse(read_yaml(path), Examples).examples if path.is_file() else ()
    return Folder(path=path, examples=found)


def statements(policy: Policy) -> Mapping[str, tuple[str, ...]]:
    """Return every statement that a policy asks for, by its id, with the points it must cover."""
    found: dict[str, tuple[str, ...]] = {}
    for requirement in policy.requirements:
        match = requirement.scope.match
        for id in match.get("attestation", ()) if requirement.kind is not Kind.MEASURED else ():
            found[id] = tuple(dict.fromkeys((*found.get(id, ()), *match.get("item", ()))))
    return found


def signed(card: SystemCard, signature: Signature, policy: Policy) -> SystemCard:
    """Return a card with every statement that a policy asks for and the card lacks."""
    given = {a.id for a in card.attestations}
    common = {**signature.model_dump(mode="json"), "statement": "We do what is asked for here."}
    added = tuple(
        Attestation.model_validate({**common, "id": id, "covers": covers})
        for id, covers in statements(policy).items()
        if id not in given
    )
    return card.model_copy(update={"attestations": (*card.attestations, *added)})
