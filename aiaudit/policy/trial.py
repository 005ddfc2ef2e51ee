"""A policy tried like code: on its examples, and with each requirement broken in turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from aiaudit.card import SystemCard, load_card
from aiaudit.check import Check
from aiaudit.config import load_config
from aiaudit.judge import judge
from aiaudit.labels import Task
from aiaudit.policy.breaking import complete_card, facts, without
from aiaudit.policy.examples import Example, Folder, signed, statements
from aiaudit.policy.load import LoadedPolicy
from aiaudit.policy.model import Kind, Policy, Requirement
from aiaudit.record import Record, Status, Verdict
from aiaudit.run import run_check
from aiaudit.subject import Rows, Subject

#: Worst first: what a requirement with several verdicts came to.
_WORST = (
    *(Status.ERROR, Status.FAIL, Status.INCONCLUSIVE, Status.NOT_ASSESSED),
    *(Status.WAIVED, Status.PASS, Status.NOT_APPLICABLE),
)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """How one requirement came out in one example, or when it was met or broken on purpose."""

    example: str
    requirement: str
    expected: Status
    found: Status
    reason: str

    @property
    def as_expected(self) -> bool:
        """Whether it came out as it should."""
        return self.found is self.expected


def on_examples(loaded: LoadedPolicy, folder: Folder) -> Iterator[Trial]:
    """Audit every example of a policy and yield how each requirement came out.

    Parameters
    ----------
    loaded : LoadedPolicy
        The policy, resolved.
    folder : Folder
        Its examples.

    Raises
    ------
    UsageError, IncompleteError
        If an example cannot be audited.
    """
    for example in folder.examples:
        record = _audited(loaded, example, folder.path.parent)
        for requirement in loaded.policy.requirements:
            expected = example.expect.get(requirement.id, Status.PASS)
            yield _trial(example.name, requirement, expected, record.verdicts)


def _audited(loaded: LoadedPolicy, example: Example, folder: Path) -> Record:
    from aiaudit.execute import execute_under

    config = load_config(folder / example.audit)
    asked = tuple(sorted({r.check for r in loaded.policy.requirements}))
    card = None if config.card is None else load_card(config.card)
    if card is not None and example.signed is not None:
        card = signed(card, example.signed, loaded.policy)
    return execute_under(loaded, config.model_copy(update={"select": asked}), card, example.today)


def _trial(example: str, requirement: Requirement, expected: Status, verdicts: tuple[Verdict, ...]) -> Trial:
    mine = [v for v in verdicts if v.requirement == requirement.id]
    worst = min(mine, key=lambda v: _WORST.index(v.status))
    return Trial(
        example=example,
        requirement=requirement.id,
        expected=expected,
        found=worst.status,
        reason=worst.reason,
    )


def each_broken(policy: Policy, checks: Mapping[str, Check], today: date) -> Iterator[Trial]:
    """Meet every requirement, then break it, and yield how it came out.

    A measured requirement is given a number at its limit, then one beyond it. Evidence is taken out of a
    complete card, and the check reads the card again.

    Parameters
    ----------
    policy : Policy
        The policy, resolved.
    checks : mapping of str to Check
        Every registered check.
    today : date
        Day of judgement.
    """
    card = complete_card(statements(policy), today)
    for requirement in policy.requirements:
        check = checks[requirement.check]
        alone = policy.model_copy(update={"requirements": (requirement,)})
        for name, expected in (("met", Status.PASS), ("broken", Status.FAIL)):
            broken = expected is Status.FAIL
            if _is_evidence(requirement):
                outcome = run_check(check, _of_card(without(card, requirement) if broken else card))
            else:
                outcome = facts(requirement, check, broken=broken)
            yield _trial(name, requirement, expected, judge([outcome], alone, today))


def _is_evidence(requirement: Requirement) -> bool:
    named = {"field", "attestation"} & set(requirement.scope.match)
    return requirement.kind is not Kind.MEASURED and bool(named)


def _of_card(card: SystemCard) -> Subject:
    return Subject(task=Task.BINARY, rows=Rows(read=0, assessed=0), card=card)
