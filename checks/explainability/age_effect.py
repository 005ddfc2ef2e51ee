"""What being older does to a person's output, all else the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from aiaudit.check import Need, NotApplicable, check
from aiaudit.explaining.given import PEOPLE, outputs_given, student
from aiaudit.facts import Better, Form, Interval, Measurement, Metric, Reference, Scope
from aiaudit.groups import Attribute
from aiaudit.measuring.rates import LEVEL
from aiaudit.metrics import value
from aiaudit.subject import Subject

REG_B = "12 CFR 1002.6(b)(2)(ii)"
#: From this age on an applicant is elderly: 12 CFR 1002.2(o).
ELDERLY = 62.0

AT = value(
    "output_at_age", "output units", "Mean output, were all ages in the band.", REG_B, Better.HIGHER, None
)
EFFECT = Metric(
    name="age_effect",
    better=Better.HIGHER,
    ideal=0.0,
    unit="output units",
    definition="Mean output at 62 or over minus that at the most favoured younger band, for the same people.",
    source=REG_B,
    form=Form.DIFFERENCE,
)
Floats = npt.NDArray[np.float64]


@check(
    id="explainability.age-effect",
    title="Being 62 or over counts against a person",
    needs=[Need.MODEL, Need.GROUPS],
    metrics=[AT, EFFECT],
    remediation=[
        "Leave age out, or hold its effect constant from 62 on, refit and audit again.",
        "In United States credit, take legal advice before age is used at all.",
    ],
    effort=["days", "days"],
    params={"level": LEVEL, "people": PEOPLE},
)
def age_effect(subject: Subject) -> Iterator[Measurement]:
    """Measure the model's own response to age, at 62 or over against younger bands.

    ## Why it matters

    Regulation B lets credit scores use age, but not against applicants of 62 or over.

    ## How it is computed

    A protected column of numbers that is cut at 62 and that the model is given. The same people at random are given ages
    from every band, as the table holds them, and everything else of theirs is kept; the mean output of each
    band is reported, and the elderly band's less the highest younger one's, with Student's t over people.

    ## Known limits

    Age is changed alone: people of 70 with the years of service of 25 may occur. What goes together with age
    (bias.proxy-association) is not changed. A younger band is picked by its mean; "looks" carries the price.

    ## References

    12 CFR 1002.6(b)(2)(ii), 1002.2(o); Friedman 2001, Annals of Statistics 29 (partial dependence).
    """
    features = subject.features
    known = [] if features is None else [str(name) for name in features.columns]
    aged = [a for a in subject.attributes if ELDERLY in a.edges and a.name in known]
    if not aged or features is None or not len(features):
        raise NotApplicable("no protected column of numbers cut at 62 is given to the model")
    for attribute in aged:
        yield from _of(subject, attribute, known.index(attribute.name))


def _of(subject: Subject, attribute: Attribute, position: int) -> Iterator[Measurement]:
    name, outputs = outputs_given(subject, position, attribute.edges)
    if len(outputs) < 2:
        raise NotApplicable("fewer than two people have an output at every age")
    told = {"output": name}
    means, scopes = outputs.mean(axis=0), [{attribute.name: level} for level in attribute.levels]
    there = np.flatnonzero(np.isfinite(means))
    for band in there:
        yield _measured(AT.name, outputs[:, band], scopes[band], told)
    first = attribute.edges.index(ELDERLY) + 1
    younger = there[there < first]
    for band in there[there >= first] if len(younger) else ():
        best = int(younger[np.argmax(means[younger])])
        yield replace(
            _measured(EFFECT.name, outputs[:, band] - outputs[:, best], scopes[band], told),
            form=Form.DIFFERENCE,
            reference=Reference(
                scope=scopes[best],
                numerator=None,
                denominator=len(outputs),
                rule="most_favoured",
                looks=float(len(younger)),
                value=float(means[best]),
            ),
        )


def _measured(metric: str, values: Floats, scope: Scope, told: dict[str, str]) -> Measurement:
    n, (mean, low, high, tail) = len(values), student(values, LEVEL)
    return Measurement(
        metric=metric,
        value=mean,
        n=n,
        denominator=n,
        interval=Interval(low=low, high=high, level=LEVEL, method="Student's t"),
        p_value=tail if metric == EFFECT.name else None,
        scope=scope,
        method="mean over the same people with ages of the band; Student's t",
        params=told,
    )
