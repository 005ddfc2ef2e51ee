"""The documents that `aiaudit card render` offers; light, for the command's list of choices."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Every document, with what it cannot be written without: fields of the card, statements, checks.
DOCUMENTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ll144-summary": ("check:bias.category-tables",),
        "ll144-notice": (
            *("identity.organisation", "identity.name", "context.first_use", "purpose.decision"),
            *("role.output", "role.human", "role.contact_for_affected_people"),
            *("data.features", "data.source", "retention.decisions_days"),
        ),
        "annex-iv": (),
        "impact-assessment": (),
        "notice-customers": (
            *("identity.name", "identity.owner.name", "purpose.decision", "role.output", "role.human"),
            *("role.override_route", "role.contact_for_affected_people", "data.source", "data.features"),
        ),
        "notice-staff": (
            *(
                "identity.name",
                "identity.owner.name",
                "context.first_use",
                "purpose.decision",
                "purpose.users",
            ),
            *("purpose.out_of_scope", "role.output", "role.human", "role.override_route", "limitations"),
            *("fallback.procedure", "monitoring.incident_contact", "staff.jobs_and_skills"),
        ),
        "data-sheet": (),
        "risk-register": (),
    }
)
