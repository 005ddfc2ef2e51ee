"""Text that would like to be more than text, and a record made of nothing else."""

from __future__ import annotations

from dataclasses import replace

from aiaudit.facts import Measured, Measurement
from aiaudit.model import ModelFacts
from aiaudit.record import Advice, Provenance, Record, Status, Tool
from aiaudit.subject import Rows
from aiaudit.subject_facts import AttributeFacts, GroupFacts, SubjectFacts, WeightFacts

from . import factory

HOSTILE = [
    "<script>window.pwned = 1</script>",
    "<img src=x onerror='window.pwned = 1'>",
    "</style><script>window.pwned = 1</script>",
    '"><svg onload=window.pwned=1>',
    "'-- &amp; &lt;b&gt; &#60;",
    "{{ 7 * 7 }}{% raw %}{# x #}",
    "100 % %s %(x)s {0}",
    "two\nlines\r\nand\ta tab",
    "\u202eright to left\u202c",
    "قرض مرفوض",
    "𝒳" * 300,
    "x" * 300,
    "",
    "None",
    "nan",
    "javascript:alert(1)",
    "\x00\x1b[31m",
]


def hostile(text: str) -> Record:
    """A record in which every foreign string is *text*."""
    full = text or "-"  # a policy file refuses empty text
    ratio = factory.a_ratio(
        {text: text}, (140, 300), {text: text + "!"}, (441, 588), method=text, params={text or "k": text}
    )
    waiver = factory.WAIVER.model_copy(
        update={"reason": text, "owner": text, "approved_by": text, "ticket": text}
    )
    requirement = factory.requirement(
        title=full, source=full, clause=text, rationale=full, override_reason=text + 10 * "."
    )
    advice = Advice(
        requirement="selection-ratio",
        status=Status.FAIL,
        problem=text,
        why=text,
        steps=(text,),
        scopes=({text: text},),
    )
    return factory.record(
        (
            replace(factory.FAILS, measurement=ratio, reason=text),
            replace(factory.WAIVED, measurement=ratio, reason=text, waiver=waiver),
        ),
        policy=factory.policy(requirement, title=full, edition=full, summary=text, disclaimers=(full,)),
        outcomes=(*_outcomes(text, ratio), replace(factory.OUTCOMES[4], reason=text)),
        advice=(advice,),
        subject=_subject(text),
        provenance=_provenance(text),
        tool=Tool(name=text, version=text),
        card={text: text, "nested": {text: [text, {text: None}]}, "number": 3},
    )


def _outcomes(text: str, ratio: Measurement) -> tuple[Measured, ...]:
    rates = (factory.a_rate({text: text}, 140, 300), factory.a_rate({text: text + "!"}, 441, 588))
    columns = (factory.importance(text, 0.1, 0.01), factory.importance(text + "?", 0.2, 0.01))
    selection = replace(factory.SELECTION, definition=text, source=text, unit=text)
    return (
        Measured(
            check="bias.selection-rate",
            version=1,
            measurements=(*rates, ratio),
            metrics=(selection, factory.IMPACT),
            notes=(text,),
        ),
        Measured(
            check="explainability.importance", version=1, measurements=columns, metrics=(factory.IMPORTANCE,)
        ),
    )


def _subject(text: str) -> SubjectFacts:
    groups = (GroupFacts(label=text, n=300), GroupFacts(label=text + "!", n=588))
    attribute = AttributeFacts(
        name=text, groups=groups, missing=0, edges=(1.0,), edges_from=text, is_feature=True
    )
    return factory.subject(
        target=text,
        classes=(text, "other"),
        favorable=(text,),
        favorable_from=text,
        rows=Rows(read=2, assessed=1, excluded={text: 1}),
        features=(text,),
        attributes=(attribute,),
        model=ModelFacts(
            name=text,
            digest=text,
            format=text,
            kind=text,
            estimator_type=text,
            versions={text: text},
            trusted=(text,),
            isolation={text: text},
        ),
        data={text: {"name": text, text: text}},
        notes=(text,),
        order=(text, "other"),
        controls=(replace(attribute, name=text + "?"),),
        weights=WeightFacts(total=12.5, effective_n=9.9),
        population={text: {text: 0.5}},
        dependants={text: (text,)},
    )


def _provenance(text: str) -> Provenance:
    usual = factory.record(()).provenance
    return replace(
        usual,
        libraries={text: text},
        sources=(replace(usual.sources[0], title=text, origin=text, edition=text, digest=text),),
        selected=(text,),
        ignored=(text,),
    )
