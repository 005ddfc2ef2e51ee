"""A model card in Markdown, with the front matter that Hugging Face and skops read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from aiaudit.gate import MEANING, Exit
from aiaudit.labels import Task
from aiaudit.record import Record
from aiaudit.render import limits, words
from aiaudit.render.findings import findings
from aiaudit.render.markdown import text
from aiaudit.render.shown import said, shown

#: What stands where a card says nothing; readers of cards know it for a gap.
NOTHING = "[More Information Needed]"


def render(record: Record, exit_code: int) -> str:
    """Return what the system card says and what was measured, in the sections of Mitchell et al. 2019."""

    def field(name: str) -> str:
        return text(said(record, name)) if said(record, name) else NOTHING

    page = environment().get_template("model-card.md.j2")
    return front_matter(record) + page.render(
        record=record,
        field=field,
        measurements=list(shown(record)),
        signed=(record.card or {}).get("attestations", []),
        limits=limits.limits(record, findings(record)),
        meaning=MEANING[Exit(exit_code)],
        exit_code=exit_code,
    )


def front_matter(record: Record) -> str:
    """Return the metadata block: library, tags, and the results for the whole table."""
    task = "tabular-regression" if record.subject.task is Task.REGRESSION else "tabular-classification"
    name = words.name(said(record, "identity.name") or (record.subject.model or _NoModel).name)
    data = next(iter(record.subject.data.values()), {}).get("name", "data")
    metrics = [
        {"type": m.metric, "value": float(f"{m.value:.6g}"), "name": m.metric.replace("_", " ")}
        for m in shown(record)
        if not m.scope and m.value is not None
    ]
    dataset = {"name": words.name(data), "type": words.name(data)}
    result = {"task": {"type": task}, "dataset": dataset, "metrics": metrics}
    # Who built decisions that came without their model is not known.
    library = {"library_name": "sklearn"} if record.subject.model else {}
    found: dict[str, Any] = {
        **library,
        "tags": [*library.values(), task, "model-audit"],
        "pipeline_tag": task,
        **({"model-index": [{"name": name, "results": [result]}]} if metrics else {}),
    }
    return f"---\n{yaml.safe_dump(found, sort_keys=False, allow_unicode=True)}---\n"


class _NoModel:
    name = "model"


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return where Markdown templates are found, with the filters that keep foreign text inert."""
    # Markdown: everything foreign goes through the filter 'text', which leaves no markup and no HTML.
    env = Environment(
        loader=PackageLoader("aiaudit.report_templates", ""),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters |= {"text": lambda foreign: text(str(foreign)), "scope": _scope}
    env.globals |= {"words": words, "Status": {s.name: s for s in words.ORDER}}
    return env


def _scope(scope: Mapping[str, str]) -> str:
    return text(words.scope_text(scope))
