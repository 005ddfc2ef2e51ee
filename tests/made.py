"""Small things made for tests: requirements, measurements, policies, records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from scipy.stats import fisher_exact

from aiaudit.advice import advise
from aiaudit.decide import decide
from aiaudit.facts import Form, Interval, Measured, Measurement, Outcome, Reference
from aiaudit.family import families
from aiaudit.judge import judge
from aiaudit.labels import Task
from aiaudit.policy.model import ErrorControl, Policy, Requirement, Waiver
from aiaudit.record import PolicySource, Provenance, Record, Tool, Verdict
from aiaudit.subject import Rows
from aiaudit.subject_facts import SubjectFacts

TODAY = date(2026, 6, 1)
EARLIER, LATER = date(2026, 5, 31), date(2026, 6, 2)
WOMEN, MEN = {"sex": "female"}, {"sex": "male"}


def requirement(id: str = "r1", **changed: Any) -> Requirement:
    """Make a requirement: an impact ratio of at least four fifths, decided on significance."""
    fields: dict[str, Any] = {
        "id": id,
        "title": "Groups are selected alike",
        "check": "bias.selection-rate",
        "metric": "impact_ratio",
        "op": ">=",
        "threshold": "4/5",
        "basis": "house",
        "source": "these tests",
        "rationale": "A reason.",
    }
    return Requirement(**{**fields, **changed})


def attested(id: str = "a1", **changed: Any) -> Requirement:
    """Make a requirement that somebody's word meets."""
    fields = {"kind": "attested", "check": "card", "metric": "attested", "threshold": 1, "decide_on": "value"}
    return requirement(id, **{**fields, **changed})


def policy(*requirements: Requirement, **changed: Any) -> Policy:
    """Make a policy of these requirements."""
    return Policy(**{"id": "p1", "edition": "1", "title": "Policy", "requirements": requirements, **changed})


def waiver(id: str = "r1", **changed: Any) -> Waiver:
    """Make a waiver that expires tomorrow."""
    fields: dict[str, Any] = {
        "requirement": id,
        "reason": "The new model ships in June.",
        "owner": "Ada",
        "approved_by": "Grace",
        "created": date(2026, 1, 1),
        "expires": LATER,
    }
    return Waiver(**{**fields, **changed})


def contrast(x1: int, n1: int, x2: int, n2: int, form: Form = Form.RATIO, **changed: Any) -> Measurement:
    """Make a contrast of two groups, tested by Fisher's exact test (SciPy's)."""
    value = (x1 / n1) / (x2 / n2) if form is Form.RATIO else x1 / n1 - x2 / n2
    fields: dict[str, Any] = {
        "metric": "impact_ratio",
        "form": form,
        "value": value,
        "n": n1,
        "numerator": x1,
        "denominator": n1,
        "interval": Interval(low=value - 0.1, high=value + 0.1, level=0.95, method="made up"),
        "scope": WOMEN,
        "reference": Reference(scope=MEN, numerator=x2, denominator=n2, rule="most_favoured"),
    }
    if "p_value" not in changed:
        fields["p_value"] = float(fisher_exact([[x1, n1 - x1], [x2, n2 - x2]]).pvalue)
    return Measurement(**{**fields, **changed})


def number(value: float | None, *, spread: float | None = None, **changed: Any) -> Measurement:
    """Make a measurement that is no function of counts, with an interval of value ± spread."""
    sure = None
    if spread is not None and value is not None:
        sure = Interval(low=value - spread, high=value + spread, level=0.95, method="made up")
    return Measurement(**{"metric": "impact_ratio", "value": value, "n": 100, "interval": sure, **changed})


def measured(*measurements: Measurement, check: str = "bias.selection-rate") -> Measured:
    """Make the outcome of a check that ran."""
    return Measured(check=check, version=1, measurements=measurements)


def decided(asked: Requirement, measurement: Measurement, *others: Measurement) -> Verdict:
    """Judge one measurement of a family of several."""
    family = families([(asked, m) for m in (measurement, *others)], ErrorControl())[asked.id]
    return decide(asked, measurement, family, 0.05, TODAY)


def record(asked: Policy, *outcomes: Outcome, waivers: tuple[Waiver, ...] = (), **changed: Any) -> Record:
    """Judge outcomes and make the record."""
    verdicts = judge(outcomes, asked, TODAY, waivers)
    fields: dict[str, Any] = {
        "tool": Tool(name="aiaudit", version="0"),
        "subject": facts(),
        "policy": asked,
        "outcomes": outcomes,
        "verdicts": verdicts,
        "advice": advise(verdicts, asked, {}),
        "provenance": Provenance(
            judged_on=TODAY,
            libraries={"python": "3"},
            sources=(PolicySource(id="p1", edition="1", title="Policy", origin="p1.yaml", digest="0" * 64),),
        ),
    }
    return Record(**{**fields, **changed})


def facts(**changed: Any) -> SubjectFacts:
    """Make the facts of a subject of ten rows."""
    fields: Mapping[str, Any] = {
        "task": Task.BINARY,
        "target": "y",
        "classes": ("0", "1"),
        "favorable": ("1",),
        "favorable_from": "declared",
        "rows": Rows(read=10, assessed=9, excluded={"no outcome in the target column": 1}),
        "features": ("a", "b"),
        "attributes": (),
        "model": None,
        "data": {"data": {"name": "d.csv", "sha256": "0" * 64}},
        "seed": 0,
        "notes": (),
    }
    return SubjectFacts(**{**fields, **changed})
