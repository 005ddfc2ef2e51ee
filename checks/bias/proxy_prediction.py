"""How well the columns of the table, taken together, give protected groups away."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Measurement
from aiaudit.measuring.proxies import MAX_MEMBERS, MAX_ROWS, PERMUTATIONS, Told, told
from aiaudit.measuring.rates import LEVEL, interval, number
from aiaudit.metrics import value
from aiaudit.statistics.discriminant import FOLDS
from aiaudit.subject import Subject

#: Digits that do not depend on the processor.
DIGITS = 10

AUC = value(
    "proxy_auc",
    "chance",
    "Chance that the other columns rank a member of the group above somebody else, on rows left out.",
    "LeDell, Petersen and van der Laan 2015, doi:10.1214/15-EJS1035",
    ideal=0.5,
)


@check(
    id="bias.proxy-prediction",
    title="The columns together give protected groups away",
    needs=[Need.COLUMNS, Need.GROUPS],
    metrics=[AUC],
    remediation=[
        "Look up which columns are closest to the group (bias.proxy-association) and ask of each why it is needed.",
        "Drop or coarsen those without a good reason, refit, and audit again: the rest may still tell.",
        "Where the columns must stay, dropping the protected one changes little: compare decisions and errors of the "
        "groups, and say so in the system card.",
    ],
    effort=["hours", "days", "days"],
    params={
        "max_rows": MAX_ROWS,
        "max_members": MAX_MEMBERS,
        "folds": FOLDS,
        "permutations": PERMUTATIONS,
        "level": LEVEL,
    },
)
def proxy_prediction(subject: Subject) -> Iterator[Measurement]:
    """Measure how well all other columns together predict membership of each protected group.

    ## Why it matters

    Leaving a protected column out blinds nobody whom the other columns inform. Where they give the group away, a
    model can treat people by it without ever being shown it.

    ## How it is computed

    Each group against everybody else whose group is known, from all columns but the protected one. Numbers are
    standardised and cut at deciles, frequent names and repeated whole numbers told apart, missing values a value of
    their own. Ridge regression is fitted on four fifths of a sample (more of rare groups) and ranks the remaining fifth, five times over;
    the area under the ROC curve is the mean of the five. Folds share training rows, so DeLong's variance is enlarged
    by what that can add (docs/statistics.md). The p-value is that of shuffled groups, one-sided. 0.5 is chance, 1 is
    certainty.

    ## Known limits

    Effects of columns add up; what only their combination tells is missed, so that the number is a lower bound of
    what a flexible model could find. Words inside free text are not read. With fewer than ten members or others
    nothing is measured. Whether the model uses what the columns tell is another question.

    ## References

    DeLong, DeLong and Clarke-Pearson 1988; LeDell, Petersen and van der Laan 2015; Feldman et al. 2015,
    arXiv:1412.3756.
    """
    columns = subject.columns
    assert columns is not None  # the plan saw to it
    found = list(told(subject, columns))
    if not found:
        raise NotApplicable("no column beside the protected one varies")
    yield from (_measurement(each) for each in found)


def _measurement(each: Told) -> Measurement:
    one = each.found
    auc, low, high = (round(end, DIGITS) for end in (one.auc, one.low, one.high))
    sure = interval(low, high, "normal on the logit")
    return Measurement(
        metric=AUC.name,
        value=number(auc),
        n=one.members,
        denominator=min(one.members, one.others),
        interval=sure,
        p_value=number(one.p_value),
        scope=each.scope,
        method="mean AUC of ridge regression on five folds; DeLong's variance, enlarged for shared training rows",
        params={
            "others": one.others,
            "encoded_columns": each.columns,
            **({} if sure else {"no_interval": "fewer than ten members or others"}),
        },
        excluded={"not in the sample": each.rows - one.members} if each.rows > one.members else {},
    )
