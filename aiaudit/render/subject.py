"""What was audited, as pairs of a label and a line."""

from __future__ import annotations

from aiaudit.errors import some
from aiaudit.record import Record
from aiaudit.render.words import count, figure, name
from aiaudit.subject import Rows
from aiaudit.subject_facts import AttributeFacts, SubjectFacts, WeightFacts

#: Groups of one attribute named before "and N more".
GROUPS = 8


def audited(record: Record) -> list[tuple[str, str]]:
    """Return what a reader must know of model, data, groups and policy, in reading order."""
    subject = record.subject
    return [
        ("Model", model_text(subject)),
        (
            "Data",
            "; ".join(f"{name(d.get('name', role))} ({name(role)})" for role, d in subject.data.items())
            or "in memory",
        ),
        ("Rows", rows_text(subject.rows)),
        ("Target", name(subject.target) if subject.target is not None else "none: no outcomes were given"),
        *([("Favourable", favorable_text(subject))] if subject.favorable else []),
        *(
            [(f"Groups: {name(a.name, 40)}", groups_text(a)) for a in subject.attributes]
            or [("Groups", "none declared")]
        ),
        *((f"Within: {name(a.name, 40)}", groups_text(a)) for a in subject.controls),
        *([("Weights", weights_text(subject.weights))] if subject.weights else []),
        ("Policy", f"{record.policy.id}, edition {name(record.policy.edition)}: {name(record.policy.title)}"),
        ("Judged on", record.provenance.judged_on.isoformat()),
    ]


def title(record: Record) -> str:
    """Return what the audit is of: the model's file, else the data's."""
    if record.subject.model is not None and record.subject.model.name:
        return name(record.subject.model.name)
    return ", ".join(name(d["name"]) for d in record.subject.data.values() if "name" in d) or "a model"


def opening(record: Record) -> str:
    """Return who judged what, on which rows, by which policy and when, in one sentence."""
    rows, policy = record.subject.rows, record.policy
    decided = (
        "Decisions" if record.subject.model is None else f"Decisions of {name(record.subject.model.kind)}"
    )
    return (
        f"{decided} on {count(rows.assessed, 'row')} of {rows.read:,}, judged on "
        f"{record.provenance.judged_on.isoformat()} by the policy “{name(policy.title)}” "
        f"({policy.id}, edition {name(policy.edition)})."
    )


def model_text(subject: SubjectFacts) -> str:
    """Return the model's kind and file."""
    if subject.model is None:
        return "none: decisions were read from the data"
    where = f" in {name(subject.model.name)}" if subject.model.name else ""
    return f"{name(subject.model.kind)}{where} ({subject.task.value})"


def rows_text(rows: Rows) -> str:
    """Return ``1,000 read = 987 assessed + 13 excluded (13 no outcome)``."""
    reasons = "; ".join(f"{n:,} {name(why)}" for why, n in rows.excluded.items())
    excluded = sum(rows.excluded.values())
    return f"{rows.read:,} read = {rows.assessed:,} assessed + {excluded:,} excluded" + (
        f" ({reasons})" if reasons else ""
    )


def favorable_text(subject: SubjectFacts) -> str:
    """Return the labels that help the person, of which labels, and who said so."""
    others = [label for label in subject.classes if label not in subject.favorable]
    rest = f"; the others: {some(others, 5)}" if others else ""
    rest += f"; from worst to best: {some(subject.order, 12)}" if subject.order else ""
    return f"{some(subject.favorable, 5)}, {name(subject.favorable_from)}{rest}"


def weights_text(weights: WeightFacts) -> str:
    """Return what weighted rows are worth."""
    return f"sum to {figure(weights.total)}; worth about {weights.effective_n:,.0f} rows of equal weight"


def groups_text(attribute: AttributeFacts) -> str:
    """Return every group with its rows, the largest lists cut."""
    groups = ", ".join(f"{name(g.label, 40)} ({g.n:,})" for g in attribute.groups[:GROUPS])
    more = len(attribute.groups) - GROUPS
    hidden = f" and {count(more, 'more group')}" if more > 0 else ""
    return groups + hidden
