"""Single columns that stand in for a protected attribute, and columns of places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aiaudit.check import Need, check
from aiaudit.facts import Better, Form, Measurement
from aiaudit.measuring.association import MAX_BINS, MAX_NAMES, PERMUTATIONS, Pair, associations
from aiaudit.measuring.places import Place, place
from aiaudit.measuring.rates import LEVEL, interval, number
from aiaudit.metrics import rate, value
from aiaudit.subject import Subject

BERGSMA = "Bergsma 2013, doi:10.1016/j.jkss.2012.10.002"

V = value(
    "cramers_v", "association", "Cramér's V of column and protected attribute, corrected for bias.", BERGSMA
)
AREA_V = value("area_cramers_v", "association", "The same of the first characters of postal codes.", BERGSMA)
LOOKS = rate("place_share", "Values that look like a place, of all values.", "customary", Better.LOWER)
PLACES = value(
    "place_columns", "columns", "Columns most of whose values look like places.", "775 ILCS 5/2-102(L)"
)


@check(
    id="bias.proxy-association",
    title="Columns stand in for a protected attribute",
    needs=[Need.COLUMNS, Need.GROUPS],
    metrics=[V, AREA_V, LOOKS, PLACES],
    remediation=[
        "Ask of each closely associated column why the decision needs it, and write the reason down.",
        "Drop or coarsen columns without a good reason: a region for a postal code, a year for a date.",
        "Refit and audit again: of several columns that tell the same, another may take over.",
    ],
    effort=["hours", "days", "hours"],
    params={"level": LEVEL, "permutations": PERMUTATIONS, "bins": MAX_BINS, "names": MAX_NAMES},
    version=2,
)
def proxy_association(subject: Subject) -> Iterator[Measurement]:
    """Measure how closely each column goes together with each protected attribute.

    ## Why it matters

    A model that never sees a protected attribute can still decide by it, through a column that stands in for it.
    Postal codes are the best known case; some laws name them.

    ## How it is computed

    Cramér's V, 0 for none and 1 for perfect, corrected for its bias in small tables. Numbers are cut at quantiles
    (whole ones that repeat may be codes, and are taken as names), rare names are taken together, and missing values
    are a value of their own, so that one scale serves all columns.
    The interval inverts the noncentral chi-squared distribution. Independence is tested by chi-squared; where counts
    are small by tables drawn with the same margins, unless chi-squared is so far out that Cantelli's inequality bounds
    the p-value below what these could show; "q_value" is the p-value after Benjamini and Hochberg over
    all pairs. People of unknown group are left out. Postal codes of four countries are known by their form; bare
    digits and short codes only beside a telling name of the column; coordinates by name and values.

    ## Known limits

    Columns that tell nothing singly may tell much together (bias.proxy-prediction). Association is no proof that
    the model uses it. Free text is seen only where values repeat.

    ## References

    Bergsma 2013; Cochran 1954, Biometrics 10; Dawson 1954, Biometrics 10; Benjamini and
    Hochberg 1995; 2 CCR 11008(m); 775 ILCS 5/2-102(L).
    """
    columns = subject.columns
    assert columns is not None  # the plan saw to it
    places = {str(name): found for name in columns if (found := place(str(name), columns[name])) is not None}
    yield from _places(places, subject.n)
    for pair in associations(subject, columns, places):
        yield _association(pair, subject.n)


def _places(places: Mapping[str, Place], n: int) -> Iterator[Measurement]:
    counted = {"no_interval": "counted, not estimated"}
    yield Measurement(
        metric=PLACES.name, value=len(places), n=n, method="names and values of columns", params=counted
    )
    for name, found in places.items():
        yield Measurement(
            metric=LOOKS.name,
            form=Form.RATE,
            value=found.matching / found.known,
            n=n,
            numerator=found.matching,
            denominator=found.known,
            scope={"column": name},
            method="share of counts",
            params={"pattern": found.pattern, **counted},
        )


def _association(pair: Pair, n: int) -> Measurement:
    found = pair.found
    tested = found.test != "none"
    sure = interval(found.low, found.high, "noncentral chi-squared")
    return Measurement(
        metric=(AREA_V if pair.area else V).name,
        value=number(found.value),
        n=pair.rows,
        interval=sure,
        p_value=found.p_value if tested else None,
        tests={"chi2": found.chi2, "q_value": pair.q_value} if tested else {},
        scope={"attribute": pair.attribute.name, "column": pair.column},
        method=f"bias-corrected Cramér's V; {found.test}",
        params={} if sure else {"no_interval": "the column or the attribute has one value only"},
        excluded={"protected value is missing": n - pair.rows} if pair.rows < n else {},
    )
