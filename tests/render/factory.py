"""Hand-built records: one for every kind of news a report may have to bring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from math import sqrt
from typing import Any

from aiaudit.facts import Errored, Form, Interval, Measured, Measurement, Outcome, Reference, Skipped
from aiaudit.labels import Task
from aiaudit.metrics import difference, rate, ratio, value
from aiaudit.model import ModelFacts
from aiaudit.policy.model import Basis, DecideOn, Instrument, Kind, Op, Policy, Requirement, Severity, Waiver
from aiaudit.record import Advice, PolicySource, Provenance, Record, Status, Tool, Verdict
from aiaudit.subject import Rows
from aiaudit.subject_facts import AttributeFacts, GroupFacts, SubjectFacts

SELECTION = rate(
    "selection_rate", "People given a favourable decision, of all people in the group.", "29 CFR 1607.4(D)"
)
IMPACT = ratio("impact_ratio", "The group's selection rate over the reference group's.", "29 CFR 1607.4(D)")
TPR = rate(
    "true_positive_rate", "Favourable decisions, of people whose outcome was favourable.", "Hardt et al. 2016"
)
TPR_GAP = difference(
    "true_positive_rate_difference", "The group's rate minus the reference group's.", "Hardt et al. 2016"
)
IMPORTANCE = value("importance", "score", "Loss of accuracy when the column is shuffled.", "Breiman 2001")
CARD = value("fields_missing", "fields", "Required fields of the system card that are empty.", "house")

WHITE, BLACK, ASIAN = {"race": "white"}, {"race": "black"}, {"race": "asian"}
FEMALE, MALE = {"sex": "female"}, {"sex": "male"}


def wilson(x: int, n: int) -> Interval:
    z = 1.959964
    centre, half = (x + z * z / 2) / (n + z * z), z * sqrt(x * (n - x) / n + z * z / 4) / (n + z * z)
    return Interval(low=max(0.0, centre - half), high=min(1.0, centre + half), level=0.95, method="Wilson")


def a_rate(scope: Mapping[str, str], x: int, n: int, metric: str = "selection_rate") -> Measurement:
    return Measurement(
        metric=metric,
        form=Form.RATE,
        value=x / n if n else None,
        n=n,
        numerator=x,
        denominator=n,
        interval=wilson(x, n) if n else None,
        scope=scope,
        method="share of counts; Wilson score interval",
        params={} if n else {"no_interval": "undefined: the denominator is 0"},
    )


def a_ratio(
    scope: Mapping[str, str],
    counts: tuple[int, int],
    reference: Mapping[str, str],
    others: tuple[int, int],
    **changes: Any,
) -> Measurement:
    (x1, n1), (x2, n2) = counts, others
    found = (x1 * n2) / (n1 * x2)
    given = {
        "metric": "impact_ratio",
        "form": Form.RATIO,
        "value": found,
        "n": n1,
        "numerator": x1,
        "denominator": n1,
        "interval": Interval(low=found * 0.88, high=found * 1.13, level=0.95, method="Koopman"),
        "p_value": 0.00002,
        "tests": {"fisher": 0.00003, "pooled_z": 0.00002, "z": -4.26},
        "scope": scope,
        "reference": Reference(
            scope=reference, numerator=x2, denominator=n2, rule="most_favoured", looks=1.5
        ),
        "method": "ratio of rates; Koopman score interval; pooled Z",
    }
    return Measurement(**(given | changes))


def importance(column: str, value: float, spread: float) -> Measurement:
    return Measurement(
        metric="importance",
        value=value,
        n=987,
        interval=Interval(low=value - spread, high=value + spread, level=0.95, method="t over 10 repeats"),
        scope={"column": column},
        method="permutation, 10 repeats",
    )


def requirement(id: str = "selection-ratio", **changes: Any) -> Requirement:
    given: dict[str, Any] = {
        "id": id,
        "title": "Groups are selected at similar rates",
        "check": "bias.selection-rate",
        "metric": "impact_ratio",
        "reference": "most_favoured",
        "op": Op.AT_LEAST,
        "threshold": "4/5",
        "basis": Basis.CUSTOMARY,
        "source": "29 CFR 1607.4(D)",
        "severity": Severity.HIGH,
        "rationale": "Large gaps in selection are the first sign of adverse impact.",
    }
    return Requirement(**(given | changes))


RATIO = requirement()
GAP = requirement(
    "tpr-gap",
    title="Qualified people are found equally often",
    check="bias.error-rates",
    metric="true_positive_rate_difference",
    op=Op.WITHIN,
    threshold="0.1",
    basis=Basis.HOUSE,
    source="chosen by the toolkit",
    rationale="A qualified person who is refused bears the error.",
)
CARD_COMPLETE = requirement(
    "card-complete",
    title="The system card is complete",
    kind=Kind.DOCUMENTED,
    check="transparency.system-card",
    metric="fields_missing",
    reference=None,
    op=Op.AT_MOST,
    threshold="0",
    basis=Basis.HOUSE,
    source="chosen by the toolkit",
    decide_on=DecideOn.VALUE,
    severity=Severity.MEDIUM,
    rationale="Whoever must answer for a model must be able to describe it.",
)
OVERSIGHT = requirement(
    "human-oversight",
    title="A named person can overrule the model",
    kind=Kind.ATTESTED,
    check="transparency.attestation",
    metric="attested",
    reference=None,
    threshold="1",
    decide_on=DecideOn.VALUE,
    basis=Basis.LEGAL,
    source="Regulation (EU) 2024/1689",
    clause="Art. 26(2)",
    applies_from=date(2027, 12, 2),
    severity=Severity.BLOCKER,
    rationale="People need a route to a human.",
)
STABLE = requirement(
    "explain-stability",
    title="Explanations do not change from run to run",
    check="explainability.stability",
    metric="rank_correlation",
    reference=None,
    basis=Basis.HOUSE,
    source="chosen by the toolkit",
    decide_on=DecideOn.INTERVAL,
    severity=Severity.MEDIUM,
    rationale="A reason that changes with the seed is no reason.",
)
WAIVER = Waiver(
    requirement="selection-ratio",
    scope={"race": "asian"},
    reason="Sample from the pilot only; a full sample is due in March.",
    owner="Dana Ortiz",
    approved_by="Lee Novak",
    created=date(2026, 10, 1),
    expires=date(2027, 3, 31),
    ticket="RISK-12",
)


def policy(*requirements: Requirement, **changes: Any) -> Policy:
    given: dict[str, Any] = {
        "id": "smb-baseline",
        "edition": "2026.11",
        "title": "Baseline for small and medium businesses",
        "summary": "What every deployment should meet where no law says more.",
        "instruments": [
            Instrument(citation="29 CFR 1607", status="in force", last_verified=date(2026, 8, 15)),
        ],
        "disclaimers": ["Numbers marked house were chosen by the toolkit."],
        "requirements": requirements or (RATIO, GAP, CARD_COMPLETE, OVERSIGHT, STABLE),
    }
    return Policy(**(given | changes))


def subject(**changes: Any) -> SubjectFacts:
    given: dict[str, Any] = {
        "task": Task.BINARY,
        "target": "decision",
        "classes": ("approved", "denied"),
        "favorable": ("approved",),
        "favorable_from": "inferred from the labels 'approved' and 'denied'",
        "rows": Rows(read=1000, assessed=987, excluded={"no outcome in the target column": 13}),
        "features": ("income", "postcode", "tenure", "sex"),
        "attributes": (
            AttributeFacts(
                name="race",
                groups=(
                    GroupFacts(label="asian", n=87),
                    GroupFacts(label="black", n=300),
                    GroupFacts(label="white", n=588),
                    GroupFacts(label="(missing)", n=12),
                ),
                missing=12,
                edges=(),
                edges_from="",
                is_feature=False,
            ),
            AttributeFacts(
                name="sex",
                groups=(GroupFacts(label="female", n=480), GroupFacts(label="male", n=507)),
                missing=0,
                edges=(),
                edges_from="",
                is_feature=True,
            ),
            AttributeFacts(
                name="age",
                groups=(
                    GroupFacts(label="under 40", n=520),
                    GroupFacts(label="40 to under 62", n=380),
                    GroupFacts(label="62 or over", n=87),
                ),
                missing=0,
                edges=(40.0, 62.0),
                edges_from="default for ages: 40 (ADEA) and 62 (Regulation B)",
                is_feature=False,
            ),
        ),
        "model": ModelFacts(
            name="loans.skops",
            digest="ab" * 32,
            format="skops",
            kind="Pipeline(StandardScaler, LogisticRegression)",
            estimator_type="classifier",
            versions={"scikit-learn": "1.9.0"},
            trusted=("lightgbm.sklearn.LGBMClassifier",),
            isolation={"process": "yes", "network": "blocked", "writes": "blocked"},
        ),
        "data": {"data": {"name": "holdout.csv", "sha256": "cd" * 32}},
        "seed": 0,
        "notes": ("Column 'race' holds 12 rows without a value; they are a group of their own.",),
    }
    return SubjectFacts(**(given | changes))


RATES = (
    a_rate(WHITE, 441, 588),
    a_rate(BLACK, 140, 300),
    a_rate(ASIAN, 58, 87),
    a_rate({"race": "(missing)"}, 7, 12),
    a_rate(FEMALE, 300, 480),
    a_rate(MALE, 346, 507),
    a_rate({"age": "under 40"}, 340, 520),
    a_rate({"age": "40 to under 62"}, 260, 380),
    a_rate({"age": "62 or over"}, 46, 87),
    a_rate({"race": "black", "sex": "female"}, 60, 150),
    a_rate({"race": "other", "sex": "female"}, 0, 0),
)
BLACK_RATIO = a_ratio(BLACK, (140, 300), WHITE, (441, 588))
ASIAN_RATIO = a_ratio(
    ASIAN, (58, 87), WHITE, (441, 588), p_value=0.11, tests={"fisher": 0.12, "pooled_z": 0.11}
)
SEX_RATIO = a_ratio(
    FEMALE, (300, 480), MALE, (346, 507), p_value=0.06, tests={"fisher": 0.065, "pooled_z": 0.06}
)
OLD_RATIO = a_ratio({"age": "62 or over"}, (46, 87), {"age": "40 to under 62"}, (260, 380), p_value=0.008)
TPR_BLACK = Measurement(
    metric="true_positive_rate_difference",
    form=Form.DIFFERENCE,
    value=-0.12,
    n=300,
    numerator=110,
    denominator=160,
    interval=Interval(low=-0.21, high=-0.03, level=0.95, method="Newcombe hybrid"),
    p_value=0.004,
    scope=BLACK,
    reference=Reference(scope=WHITE, numerator=323, denominator=400, rule="most_favoured"),
    method="difference of rates; Newcombe hybrid score interval",
)
MISSING_FIELDS = Measurement(
    metric="fields_missing",
    value=3.0,
    n=24,
    method="count",
    params={"no_interval": "a count", "missing": "owner, purpose, limits"},
)
COLUMNS = (
    importance("income", 0.12, 0.02),
    importance("postcode", 0.08, 0.03),
    importance("tenure", 0.01, 0.02),
    importance("sex", -0.002, 0.004),
)
OUTCOMES: tuple[Outcome, ...] = (
    Measured(
        check="bias.selection-rate",
        version=1,
        measurements=(*RATES, BLACK_RATIO, ASIAN_RATIO, SEX_RATIO, OLD_RATIO),
        metrics=(SELECTION, IMPACT),
    ),
    Measured(
        check="bias.error-rates",
        version=1,
        measurements=(a_rate(BLACK, 110, 160, "true_positive_rate"), TPR_BLACK),
        metrics=(TPR, TPR_GAP),
    ),
    Measured(
        check="explainability.importance",
        version=2,
        measurements=COLUMNS,
        metrics=(IMPORTANCE,),
        notes=("Shuffled columns may form unlikely rows.",),
    ),
    Measured(check="transparency.system-card", version=1, measurements=(MISSING_FIELDS,), metrics=(CARD,)),
    Skipped(
        check="explainability.stability",
        reason="no model: decisions were read from the data",
        applicable=True,
    ),
    Skipped(
        check="bias.regression-error",
        reason="error sizes are those of numbers; this is a binary decision",
        applicable=False,
    ),
)
PASSES = Verdict(
    requirement="selection-ratio",
    status=Status.PASS,
    reason="within the limit",
    measurement=SEX_RATIO,
    margin=0.12,
    p_adjusted=0.24,
    detectable=0.71,
)
FAILS = Verdict(
    requirement="selection-ratio",
    status=Status.FAIL,
    reason="below the limit, and equality of the groups is rejected at 5 % over all comparisons of the run",
    measurement=BLACK_RATIO,
    margin=-0.18,
    p_adjusted=0.0001,
)
DOUBTFUL = Verdict(
    requirement="selection-ratio",
    status=Status.INCONCLUSIVE,
    reason="below the limit, but so small a sample shows such a gap by chance",
    measurement=OLD_RATIO,
    margin=-0.03,
    p_adjusted=0.061,
    rows_needed=140,
    detectable=0.71,
)
UNDECIDED = Verdict(
    requirement="explain-stability",
    status=Status.NOT_ASSESSED,
    reason="no model: decisions were read from the data",
)
WAIVED = Verdict(
    requirement="selection-ratio",
    status=Status.WAIVED,
    reason="below the limit; accepted",
    measurement=ASIAN_RATIO,
    margin=-0.01,
    p_adjusted=0.33,
    waiver=WAIVER,
)
GAP_FAILS = Verdict(
    requirement="tpr-gap",
    status=Status.FAIL,
    reason="outside the limit, and equality is rejected",
    measurement=TPR_BLACK,
    margin=-0.02,
    p_adjusted=0.012,
)
CARD_FAILS = Verdict(
    requirement="card-complete",
    status=Status.FAIL,
    reason="3 of 24 fields are empty: owner, purpose, limits",
    measurement=MISSING_FIELDS,
    margin=-3.0,
)
READINESS = Verdict(
    requirement="human-oversight", status=Status.FAIL, reason="nobody has signed for it", in_force=False
)
CRASHED = Verdict(
    requirement="explain-stability",
    status=Status.ERROR,
    reason="the check crashed: ZeroDivisionError: division by zero (acme-checks)",
)
NOT_ASKED = Verdict(
    requirement="tpr-gap",
    status=Status.NOT_APPLICABLE,
    reason="error rates are those of decisions; this is a regression",
)

ADVICE = (
    Advice(
        requirement="selection-ratio",
        status=Status.FAIL,
        problem="People of race black are selected much less often",
        why="Large gaps in selection are the first sign of adverse impact.",
        steps=(
            "Compare the groups' outcome rates in the training data first.",
            "Find the columns that carry the gap and ask of each whether the decision needs it.",
            "Until then let a person review unfavourable decisions about the group that is behind.",
        ),
        scopes=(BLACK,),
        effort=("hours", "days", "ongoing"),
        facts=(
            "What moves the model's output most for race = black, against everyone else: 'income' (down).",
        ),
        who="Whoever builds the model",
        avoid="Do not set cut-offs of its own for one group.",
        verify="Audit again: this must then pass.",
    ),
    Advice(
        requirement="card-complete",
        status=Status.FAIL,
        problem="The system card has 3 empty fields",
        why="Whoever must answer for a model must be able to describe it.",
        steps=("Fill owner, purpose and limits in the card.",),
    ),
    Advice(
        requirement="tpr-gap",
        status=Status.INCONCLUSIVE,
        problem="Too few qualified people of race asian to tell",
        why="A qualified person who is refused bears the error.",
        steps=("Collect about 140 more rows of that group.",),
        scopes=(ASIAN,),
    ),
)
THE_CARD = {
    "name": "Loan screening",
    "owner": "",
    "purpose": "Sorts loan applications into approve and deny.",
    "data": {"source": "Own applications 2023 to 2025", "gaps": ["no rejected applicants before 2024"]},
}


def record(verdicts: Iterable[Verdict], **changes: Any) -> Record:
    given: dict[str, Any] = {
        "subject": subject(),
        "policy": policy(),
        "outcomes": OUTCOMES,
        "verdicts": tuple(verdicts),
        "advice": (),
        "provenance": Provenance(
            judged_on=date(2026, 11, 21),
            libraries={"numpy": "2.3.5", "scikit-learn": "1.9.0"},
            sources=(
                PolicySource(
                    id="smb-baseline",
                    edition="2026.11",
                    title="Baseline for small and medium businesses",
                    origin="aiaudit.policies/smb-baseline.yaml",
                    digest="ef" * 32,
                    committed=date(2026, 11, 1),
                ),
            ),
            selected=("bias", "explainability", "transparency"),
            ignored=("bias.calibration",),
        ),
        "tool": Tool(name="aiaudit", version="0.1.0"),
        "card": THE_CARD,
    }
    return Record(**(given | changes))


def crashed() -> Record:
    broken = Errored(
        check="explainability.stability",
        error="ZeroDivisionError: division by zero",
        plugin="acme-checks 1.2",
    )
    return record((PASSES, CRASHED), outcomes=(*OUTCOMES[:4], broken))


def without_model() -> Record:
    return record(
        (PASSES, UNDECIDED),
        subject=replace(subject(), model=None, target=None, features=()),
        outcomes=OUTCOMES[:1] + OUTCOMES[4:],
        card=None,
    )


#: Every record with the exit code that belongs to it.
RECORDS = {
    "passing": (record((PASSES,)), 0),
    "failing": (
        record((PASSES, FAILS, GAP_FAILS, DOUBTFUL, UNDECIDED, WAIVED, CARD_FAILS, READINESS), advice=ADVICE),
        1,
    ),
    "inconclusive": (record((PASSES, DOUBTFUL), policy=policy(strict=True), advice=ADVICE[2:]), 4),
    "waived": (record((PASSES, WAIVED)), 0),
    "crashed": (crashed(), 3),
    "without-model": (without_model(), 0),
    "not-applicable": (record((PASSES, NOT_ASKED)), 0),
    "empty": (record((), policy=policy(RATIO), outcomes=(), card=None), 0),
}
