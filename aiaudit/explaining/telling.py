"""One explained decision as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from aiaudit.errors import one_line
from aiaudit.explaining.decision import Compared, Decision, common
from aiaudit.explaining.dictionary import Dictionary
from aiaudit.explaining.reasons import Reason
from aiaudit.explaining.recourse import Option

_WIDTH = 34


def to_text(decision: Decision, named: str, dictionary: Dictionary) -> str:
    """Return one explained decision for a terminal; *named* says which row it is."""
    first = decision.compared[0].found
    verdict = {True: "favourable", False: "unfavourable", None: ""}[decision.favourable]
    lines = [f"{one_line(named)}: {one_line(decision.label)} ({verdict})" if verdict else one_line(named)]
    lines += [f"  explained   {first.output}, {first.engine}"]
    lines += [f"              not looked into: {first.not_looked_into}"] if first.not_looked_into else []
    for compared in decision.compared:
        lines += ["", *_compared(compared, dictionary)]
    if len(decision.compared) == 2:
        shared = common(*(c.reasons for c in decision.compared))
        lines += [] if shared is None else ["", f"both lists share {shared:.0%} of their columns"]
    if decision.options is not None:
        lines += ["", *_options(decision.options, dictionary)]
    return "\n".join(lines)


def _compared(compared: Compared, dictionary: Dictionary) -> Iterator[str]:
    found = compared.found
    yield f"what counted against this row, compared with {compared.baseline.described}"
    for i, reason in enumerate(compared.reasons, 1):
        sure = f" ± {2 * reason.error:.2g}" if reason.error else ""
        held = f"{column_name(reason.column, dictionary)} = {value_text(reason.value)}"
        text = dictionary.reason(reason.column)
        yield f"  {i}. {held:<{_WIDTH}} {reason.attribution:+.4g}{sure}" + (
            f"  {one_line(text)}" if text else ""
        )
    if not compared.reasons:
        yield "  nothing that can be told apart from zero"
    if compared.withheld:
        names = ", ".join(one_line(name, 60) for name in compared.withheld)
        yield f"  withheld: protected, and counted against this row too: {names}. Take legal advice."
    total = round(float(found.values.sum()), 12) + 0.0  # no "-0"
    yield (
        f"  base {found.base:.4g} and parts {total:+.4g} make {float(found.outputs[0]):.4g}; "
        f"the model says the same to within {found.additivity:.1g}"
    )


def _options(options: Iterable[Option], dictionary: Dictionary) -> Iterator[str]:
    told = [
        " and ".join(
            f"{column_name(c.column, dictionary)} from {value_text(c.old)} to {value_text(c.new)}"
            for c in option.changes
        )
        + f" -> {one_line(option.decision, 60)}"
        for option in options
    ]
    if told:
        yield "what would have changed the decision (each tried on the model)"
        yield from (f"  - {text}" for text in told)
    else:
        yield "no change of up to three changeable columns that was tried turns the decision"


def column_name(column: str, dictionary: Dictionary) -> str:
    """Return what a column is called in text."""
    return one_line(dictionary.named(column), 60)


def value_text(value: Any, limit: int = 40) -> str:
    """Return what a cell holds, in text."""
    if pd.isna(value):
        return "(empty)"
    return one_line(value.item() if hasattr(value, "item") else value, limit)


def to_json(decision: Decision, named: str) -> str:
    """Return one explained decision as JSON."""
    return json.dumps(
        {
            "row": named,
            "decision": decision.label or None,
            "favourable": decision.favourable,
            "compared": [_plain_compared(compared) for compared in decision.compared],
            "recourse": None if decision.options is None else [_plain_option(o) for o in decision.options],
        },
        indent=1,
        allow_nan=False,
    )


def _plain_compared(compared: Compared) -> dict[str, Any]:
    found = compared.found
    return {
        "baseline": compared.baseline.name,
        "described": compared.baseline.described,
        "output": found.output,
        "engine": found.engine,
        "exact": found.exact,
        "not_looked_into": found.not_looked_into or None,
        "base": found.base,
        "value": float(found.outputs[0]),
        "additivity": found.additivity,
        "attributions": dict(zip(found.columns, found.values[0].tolist(), strict=True)),
        "errors": dict(zip(found.columns, found.errors[0].tolist(), strict=True)),
        "reasons": [_plain_reason(reason) for reason in compared.reasons],
        "withheld": list(compared.withheld),
    }


def _plain_reason(reason: Reason) -> dict[str, Any]:
    return {"column": reason.column, "value": value_text(reason.value), "attribution": reason.attribution}


def _plain_option(option: Option) -> dict[str, Any]:
    changes = [
        {"column": c.column, "from": value_text(c.old), "to": value_text(c.new)} for c in option.changes
    ]
    return {"changes": changes, "decision": option.decision, "cost": option.cost}
