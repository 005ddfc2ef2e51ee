"""Examples of good answers in a system card, as they would be written there; every name in them is invented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

#: Fields by their dotted name.
FIELDS: Mapping[str, str] = {
    "identity.name": "Loan screening",
    "identity.version": '"3"',
    "identity.organisation": "Harbour Loans Ltd",
    "identity.owner.name": "Dana Reyes",
    "identity.owner.role": "Head of lending",
    "identity.owner.contact": "dana@harbour.example",
    "purpose.decision": "Proposes whether a small loan is approved.",
    "purpose.users": "Two loan officers",
    "purpose.affected_people": "Everybody who applies for a loan with us.",
    "purpose.out_of_scope": "Business loans, mortgages and prices.",
    "purpose.known_harmful_uses": "Setting prices by what people will bear.",
    "context.use_cases": "[credit]",
    "context.jurisdictions": "[eu, uk]",
    "context.roles": "[provider, deployer]",
    "context.first_use": "2026-03-02",
    "context.decides_alone": "false",
    "context.profiles_people": "true",
    "context.special_categories": "false",
    "context.public_service": "false",
    "role.output": "A proposal beside the application.",
    "role.human": "An officer reads the whole file and decides.",
    "role.override_route": "The officer records the other decision with a reason.",
    "role.contact_for_affected_people": "appeals@harbour.example",
    "data.source": "Applications to our two branches",
    "data.period": "2024 and 2025",
    "data.original_purpose": "To decide on applications for loans.",
    "data.legal_basis": "Steps before a contract, GDPR Art. 6(1)(b)",
    "data.protected_attributes_origin": "Stated by people in a survey after the decision",
    "data.known_gaps": "Few applications from people under twenty.",
    "data.features": "[income, debt, years_employed]",
    "data.first_day": "2024-01-01",
    "data.last_day": "2025-12-31",
    "groups.audited": "[sex, age]",
    "groups.reference_population": "Adults in our two counties",
    "metrics.primary_fairness_metric": "true_positive_rate_difference",
    "metrics.reason": "A creditworthy person who is refused bears our error.",
    "metrics.declared.accuracy": "0.74",
    "explanation.method": "Shapley values",
    "explanation.limits": "They say what the model used, not why that is right.",
    "limitations": "Knows only people to whom we lent before; unsure below twenty.",
    "fallback.procedure": "Officers decide from the file, ten cases a day each.",
    "fallback.last_drill": "2026-06-01",
    "fallback.expires": "2027-05-31",
    "monitoring.plan": "Audit every quarter, and after every change of model or data.",
    "monitoring.next_audit": "2027-02-01",
    "monitoring.incident_contact": "dana@harbour.example",
    "retention.logs_days": "365",
    "retention.decisions_days": "1461",
    "retention.documents_days": "3653",
    "retention.protected_data_deleted": "2027-12-31",
    "staff.jobs_and_skills": "Nobody's work ends; officers decide a tenth without the proposal.",
    "environment": "Runs on the office computer, minutes a week.",
}
#: Statements by their id; other statements say in a sentence what was done.
STATEMENTS: Mapping[str, str] = {
    "human-oversight": "I can stop the system and overturn any proposal; unclear cases reach me within a day.",
    "accountability": "I answer for the system; Lee Park, who did not build it, approved its use on 2026-03-01.",
    "data-privacy": "Each field has its ground, purpose and day of deletion in register R-7.",
    "jobs-and-skills": "We talked with both officers on 2026-02-10; their work stays, and both were trained.",
    "over-reliance": "Officers decide a tenth of the cases without the proposal; we compare every month.",
    "fallback": "On 2026-06-01 we decided a whole day without the system.",
    "monitoring": "This audit runs on the first of each quarter, and before every new model.",
    "telling-people": "The form says since 2026-02-15 that a program proposes, from which data, and whom to ask.",
    "ethical-guidelines": "Our page on what AI may be used for was read by all staff concerned in May.",
    "explainable-choice": "A logistic regression was right in 71 of 100 cases, this model in 74; we keep it for that.",
    "vendor": "We built the system ourselves; there is no supplier.",
    "incidents": "Complaints go to appeals@harbour.example and are answered within a week.",
}
_ANY = "We have done this since 2026-03-01, in the way that the file shows."


def answer(name: str) -> str:
    """Return a good answer to a field, empty where there is no example."""
    return FIELDS.get(name, "")


def said(id: str) -> str:
    """Return a comment with a good statement of that id, empty where there is no example."""
    return f"  # for example: {STATEMENTS[id]}" if id in STATEMENTS else ""


def signature(id: str, day: date, covers: Sequence[str] = (), *, proven: bool = False) -> str:
    """Return a statement as it could be signed on a *day*, as one line of YAML under ``attestations``.

    Parameters
    ----------
    id : str
        The statement's.
    day : date
        When it is signed; it counts for a year.
    covers : sequence of str
        Points that it must speak of.
    proven : bool
        Whether a document must stand behind it.
    """
    parts = [
        f"id: {id}",
        f'statement: "{STATEMENTS.get(id, _ANY)}"',
        "name: Dana Reyes, role: Head of lending",
        f"date: {day}, expires: {day + timedelta(days=364)}",
        *([f"covers: [{', '.join(covers)}]"] if covers else []),
        *([f"evidence: files/{id}.pdf"] if proven else []),
    ]
    return f"- {{{', '.join(parts)}}}"
