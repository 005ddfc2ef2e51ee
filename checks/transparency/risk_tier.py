"""How much is at stake, by the answers of the system card."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.check import check
from aiaudit.facts import Better, Measurement
from aiaudit.measuring.stated import stated
from aiaudit.metrics import value
from aiaudit.risk import QUESTIONS, SAFEGUARDS, tier
from aiaudit.subject import Subject

CANADA = "the shape of Canada's Algorithmic Impact Assessment; questions and points are the house's"
OPEN = value("risk_questions_open", "questions", "Questions of risk that the card leaves open.", CANADA)
LEVEL = value(
    "risk_level",
    "level from 1 to 4",
    "How much is at stake, 1 little to 4 very much.",
    CANADA,
    Better.TARGET,
    None,
)


@check(
    id="transparency.risk-tier",
    title="Nobody has said how much is at stake",
    needs=[],
    metrics=[OPEN, LEVEL],
    params={"questions": len(QUESTIONS), "safeguards": len(SAFEGUARDS)},
    remediation=[
        "Answer the ten questions of the card's section 'risk' (none, little, moderate, much), together with somebody "
        "who did not build the system.",
        "At level 3 or 4 let a person decide, choose a model that can be read, and raise the papers to high.",
    ],
    effort=["hours", "days"],
)
def risk_tier(subject: Subject) -> Iterator[Measurement]:
    """Read the ten questions of risk and five safeguards, and sum them up.

    ## Why it matters

    What is right for proposing songs is not enough for deciding on loans. Most effort belongs where most is at stake.

    ## How it is computed

    Each question counts 0 to 3 points; the sum is at most 30. Where at least four of five safeguards are in place
    the sum is 15 % less, rounded. Up to a quarter of the most is level 1, up to a half 2, up to three quarters 3,
    above it 4. While a question is open there is no level. Policies may ask requirements of some levels only
    (applies_if: {risk.level: [3, 4]}).

    ## Known limits

    The points weigh all questions alike, which is a choice. Answers are the organisation's own.

    ## References

    Government of Canada, Algorithmic Impact Assessment tool, version 1.0.1 (the formula's shape).
    """
    answers = {} if subject.card is None else subject.card.risk.model_dump(mode="json")
    found = tier(answers)
    yield stated(OPEN, float(found.open))
    if found.level is not None:
        yield stated(LEVEL, float(found.level), points=found.points, most=found.most)
