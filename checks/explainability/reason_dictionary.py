"""Whether every reason that a refused person may be given has been written down, in words that say something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from aiaudit.check import Need, NotApplicable, check
from aiaudit.errors import some
from aiaudit.explaining.refused import PEOPLE, counted, refused
from aiaudit.explaining.wording import Fault
from aiaudit.facts import Form, Measurement
from aiaudit.measuring.rates import LEVEL
from aiaudit.metrics import rate, value
from aiaudit.subject import Subject

REG_B = "12 CFR 1002.9(b)(2); Supplement I, 9(b)(2)-2 to -4"
COVERED = rate(
    "reason_coverage", "Unprotected columns of the model for which a reason is written down.", REG_B
)
UNSPECIFIC = "Reasons not filled in, that repeat the column's name, or that hide behind a policy or a score."
PROTECTED = "Reasons that name a protected characteristic."
REPEATED = "Columns whose reason another column has, word for word."
STATED = rate(
    "stated_share",
    "Refused people whose principal reasons, by either baseline, are all in the dictionary.",
    REG_B,
)
HOUSE = "house; what a letter may say under 12 CFR 1002.9(b)(2)"


@check(
    id="explainability.reason-dictionary",
    title="Reasons that people would be given are missing, or say nothing",
    needs=[Need.MODEL, Need.DECISIONS, Need.REASONS],
    metrics=[
        COVERED,
        value("unspecific_reasons", "columns", UNSPECIFIC, "12 CFR 1002.9(b)(2)"),
        value("protected_reasons", "columns", PROTECTED, "12 CFR 1002.6(b)(1)"),
        value("repeated_reasons", "columns", REPEATED, HOUSE),
        STATED,
    ],
    remediation=[
        "Write one reason for each column, in words that somebody outside the business understands.",
        "Name the factor itself (length of residence), not the policy or the score that it goes into.",
        "Where two columns tell the same, let one of them go; where they do not, say what tells them apart.",
        "Take columns out of the model whose reason you would not sign.",
    ],
    effort=["hours", "hours", "days", "days"],
    params={"level": LEVEL, "people": PEOPLE},
)
def reason_dictionary(subject: Subject) -> Iterator[Measurement]:
    """Count what the reason dictionary lacks, and how many refused people that concerns.

    ## Why it matters

    A letter can state no reason that nobody wrote down. What is put in its place, a policy or a score, is what the
    law names as insufficient.

    ## How it is computed

    Every column that the model is given, but for protected ones, may become a principal reason and needs one. A
    text is unspecific if it was never filled in, if it is the column's name once more, or if it speaks of internal
    standards, policies or scores. Refused people are those of explainability.reasons, drawn at random; counted are
    those whose principal reasons are all in the dictionary, with a text that is none of this and names no
    protected characteristic.

    ## Known limits

    Words are judged by patterns, in English. A text may pass and still mean nothing to its reader, and one that
    speaks of the age of a thing not listed here is taken for a person's. A column that the model ignores counts too.

    ## References

    12 CFR 1002.9(b)(2) and Supplement I, comments 9(b)(2)-2 to -4; 12 CFR 1002.2(z) for the characteristics.
    """
    dictionary, features = subject.reasons, subject.features
    assert dictionary is not None  # the plan saw to it
    given = [] if features is None else [str(column) for column in features.columns]
    columns = [column for column in given if column not in {a.name for a in subject.attributes}]
    if not columns:
        raise NotApplicable("the model is given no column that is not protected")
    texts = {c: text.casefold() for c in columns if (text := dictionary.reason(c)) is not None}
    written, times = list(texts), Counter(texts.values())
    yield Measurement(
        metric=COVERED.name,
        value=len(written) / len(columns),
        form=Form.RATE,
        n=len(columns),
        numerator=len(written),
        denominator=len(columns),
        method="every column counted",
        params=_told([c for c in columns if c not in written]),
    )
    wrong = {column: dictionary.fault(column) for column in written}
    unspecific = [c for c in written if wrong[c] not in (None, Fault.PROTECTED)]
    yield _count("unspecific_reasons", unspecific, len(written))
    yield _count("protected_reasons", [c for c in written if wrong[c] is Fault.PROTECTED], len(written))
    yield _count("repeated_reasons", [c for c in written if times[texts[c]] > 1], len(written))
    if subject.selected is not None and not subject.selected.all():
        sound = {column for column in written if wrong[column] is None}
        named = [{r.column for c in one.compared for r in c.reasons} for one in refused(subject)]
        told = [columns for columns in named if columns]
        left_out = {"no reason that may be told": len(named) - len(told)}
        yield counted(STATED, sum(columns <= sound for columns in told), len(told), left_out)


def _told(columns: Sequence[str]) -> dict[str, str]:
    told = {"no_interval": "every column is counted, none is drawn"}
    return {**told, "columns": some(columns)} if columns else told


def _count(metric: str, columns: Sequence[str], n: int) -> Measurement:
    told, method = _told(columns), "every reason counted"
    return Measurement(metric=metric, value=float(len(columns)), n=n, method=method, params=told)
