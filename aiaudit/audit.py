"""One audit, from a subject and a policy to a record."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from aiaudit import __version__
from aiaudit.advice import advise
from aiaudit.errors import UsageError
from aiaudit.judge import judge, unused_waivers
from aiaudit.measuring.reference import DeclaredReference, Rule
from aiaudit.own_metrics import runnable
from aiaudit.plan import plan
from aiaudit.policy.model import Policy, PolicySource, Waiver
from aiaudit.record import Provenance, Record, Tool
from aiaudit.registry import checks
from aiaudit.run import Told, run
from aiaudit.subject import Subject
from aiaudit.subject_facts import facts_of

LIBRARIES = ("numpy", "scipy", "pandas", "scikit-learn")


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What the user chose beside subject and policy.

    Parameters
    ----------
    select, ignore : tuple of str
        Checks or families to run alone, or to leave out.
    waivers : tuple of Waiver
        Accepted failures.
    sources : tuple of PolicySource
        Where the policy came from.
    gate_overrides : tuple of str
        What was set instead of the policy's own gate.
    trust_metrics : tuple of str
        Functions of the policy's own metrics that may run (see `aiaudit.own_metrics.runnable`).
    module_path : tuple of Path
        Where their modules are looked for, first.
    today : date
        The day of judgement.
    last_audit : date or None
        Day of the newest audit of the system that is kept.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    sources: tuple[PolicySource, ...] = ()
    gate_overrides: tuple[str, ...] = ()
    trust_metrics: tuple[str, ...] = ()
    module_path: tuple[Path, ...] = ()
    today: date
    last_audit: date | None = None


def today() -> date:
    """Return the day of judgement: that of ``SOURCE_DATE_EPOCH`` where it is set, otherwise today (UTC).

    Raises
    ------
    UsageError
        If the variable is not a number of seconds.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return datetime.now(UTC).date()
    try:
        return datetime.fromtimestamp(int(epoch), UTC).date()
    except (ValueError, OverflowError, OSError):
        raise UsageError(
            "SOURCE_DATE_EPOCH is not a number of seconds", "Unset it, or set it to seconds since 1970."
        ) from None


def audit(subject: Subject, policy: Policy, choices: Choices, told: Told | None = None) -> Record:
    """Run the checks on *subject*, judge them under *policy*, and return the record.

    Parameters
    ----------
    subject : Subject
        What is audited.
    policy : Policy
        What is asked, resolved.
    choices : Choices
        What the user chose beside.
    told : callable or None
        Told the progress of the checks.
    """
    known = runnable(checks(), policy.metrics, choices.trust_metrics, choices.module_path)
    outcomes = run(plan(known, subject, choices.select, choices.ignore), subject, told)
    card = None if subject.card is None else subject.card.model_dump(mode="json")
    verdicts = judge(outcomes, policy, choices.today, choices.waivers, card)
    return Record(
        tool=Tool(name="aiaudit", version=__version__),
        subject=facts_of(subject),
        policy=policy,
        outcomes=outcomes,
        verdicts=verdicts,
        advice=advise(verdicts, policy, known, outcomes),
        provenance=Provenance(
            judged_on=choices.today,
            libraries=_libraries(),
            sources=choices.sources,
            selected=choices.select,
            ignored=choices.ignore,
            gate_overrides=choices.gate_overrides,
            unused_waivers=unused_waivers(verdicts, choices.waivers),
        ),
        card=card,
    )


def _libraries() -> Mapping[str, str]:
    found = {"python": ".".join(str(part) for part in sys.version_info[:3])}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def references(policy: Policy, groups: Mapping[str, str]) -> tuple[Rule, ...]:
    """Return the rules of reference: the house's own, what the policy asks for, and the groups the user named."""
    asked = (r.reference for r in policy.requirements)
    rules = dict.fromkeys(["most_favoured", *(rule for rule in asked if rule and rule != "declared")])
    return (*rules, DeclaredReference(groups=groups)) if groups else tuple(rules)
