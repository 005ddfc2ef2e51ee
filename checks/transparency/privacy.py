"""Whether the model is given columns that name people, or that belong to a special category."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.check import Need, check
from aiaudit.errors import one_line
from aiaudit.facts import Measurement
from aiaudit.metrics import value
from aiaudit.personal import LOOKED, identifier, special_by_name
from aiaudit.subject import Subject

GDPR = "Regulation (EU) 2016/679, Art. 4, 5(1)(c) and 9"
COUNT = value("direct_identifiers", "columns", "Columns that name a person, of those looked at.", GDPR)
IDENTIFIER = value(
    "direct_identifier", "yes (1) or no (0)", "Whether a column's name or values name a person.", GDPR
)
SPECIAL_COUNT = value(
    "special_category_columns", "columns", "Columns whose names promise a special category.", GDPR
)
SPECIAL = value(
    "special_category", "yes (1) or no (0)", "Whether a column's name promises a special category.", GDPR
)


@check(
    id="transparency.privacy",
    title="The model is given columns that name people or reveal what is specially protected",
    needs=[Need.COLUMNS],
    metrics=[COUNT, IDENTIFIER, SPECIAL_COUNT, SPECIAL],
    params={"rows_looked_at": LOOKED},
    remediation=[
        "Remove names, numbers and addresses of people from what the model is given; nothing general can be learnt "
        "from them.",
        "Ask of each special category on what ground it is there; remove it where there is none.",
        "Keep protected columns for the audit in a file of their own (data.groups).",
    ],
    effort=["days", "days", "hours"],
)
def privacy(subject: Subject) -> Iterator[Measurement]:
    """Look for direct identifiers and special categories among the columns that the model is given.

    ## Why it matters

    A number that names one person teaches a model nothing about the next, and leaks when the model does. Health,
    belief, origin and the like may be processed on few grounds only.

    ## How it is computed

    Column names are cut into words and compared with lists of English and some German names. Of text columns the
    different values of the first 100,000 rows are compared with the forms of e-mail, network and telephone
    addresses, account numbers (with their check digits), card numbers (likewise) and UUIDs; a column counts where
    four fifths of at least five values fit. Without a model, every column but the protected ones is looked at.

    ## Known limits

    Names in other languages, codes for people that have no form, and rare combinations that single somebody out are
    not seen. Nothing that was found here is written down but the column's name and the kind.

    ## References

    Regulation (EU) 2016/679, Art. 4, 5(1)(c), 9; ISO 7064 (account numbers); ISO/IEC 7812 (card numbers).
    """
    columns = subject.columns
    if columns is None:
        return
    protected = {a.name for a in subject.attributes} if subject.model is None else set()
    names = [column for column in columns.columns if str(column) not in protected]
    identifiers = {c: kind for c in names if (kind := identifier(columns[c]))}
    special = {c: kind for c in names if (kind := special_by_name(str(c)))}
    for total, single, found in ((COUNT, IDENTIFIER, identifiers), (SPECIAL_COUNT, SPECIAL, special)):
        yield _found(total.name, float(len(found)), subject.n)
        for column, kind in found.items():
            yield _found(single.name, 1.0, subject.n, {"column": str(column)}, kind=kind)


def _found(
    metric: str, number: float, n: int, scope: dict[str, str] | None = None, **said: str
) -> Measurement:
    return Measurement(
        metric=metric,
        value=number,
        n=n,
        scope=scope or {},
        method="told by the column's name or its values",
        params={
            "no_interval": "a fact of these columns",
            **{key: one_line(word) for key, word in said.items()},
        },
    )
