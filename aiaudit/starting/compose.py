"""The files that a new audit starts with, as text."""

from __future__ import annotations

import json
import os
import re
import shlex
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from aiaudit import __version__
from aiaudit.card_form import blank
from aiaudit.config import OPEN
from aiaudit.errors import one_line, some
from aiaudit.groups import Sensitive
from aiaudit.loading.scan import Scan, Verdict
from aiaudit.policy.load import load_policies
from aiaudit.starting.propose import Proposal, Proposals

CONFIG, POLICY, CARD, WAIVERS = "aiaudit.yaml", "aiaudit-policy.yaml", "system-card.yaml", "waivers.yaml"
BASE = "smb-baseline"
JOBS = {"github": ".github/workflows/aiaudit.yml", "gitlab": "aiaudit.gitlab-ci.yml"}
_OUTPUTS = ("reports/record.json", "reports/report.html", "reports/junit.xml")
_FURTHER = {"github": "reports/aiaudit.sarif", "gitlab": "reports/code-quality-report.json"}
#: Packs that a comment of the policy offers, by the field that column names may speak of.
PACKS = {
    "us-employment-adverse-impact": "employment",
    "us-nyc-ll144": "employment",
    "us-credit-adverse-action": "credit",
    "eu-ai-act-high-risk": "",
    "eu-uk-automated-decisions": "",
}
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*")
_NOT_TEXT = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_RELEASE = re.compile(r"\d{1,4}(?:\.\d{1,4}){1,3}(?:rc\d{1,2}|\.post\d{1,2})?")
_WIDTH = 108


@dataclass(frozen=True, kw_only=True)
class Start:
    """What is known when the files are written.

    Parameters
    ----------
    folder : Path
        Where the configuration goes.
    root : Path
        Top of the repository, or the folder itself; pipelines start there.
    model, data : Path or None
        The files, where there are any.
    scan : Scan or None
        The static look at the model.
    proposals : Proposals
        What is proposed of the columns.
    ci : str
        ``github``, ``gitlab`` or ``none``.
    day : date
        The policy's edition.
    """

    folder: Path
    root: Path
    model: Path | None
    data: Path | None
    scan: Scan | None
    proposals: Proposals
    ci: str
    day: date


def compose(start: Start) -> dict[Path, str]:
    """Return every file to write, by its path."""
    env = _environment()
    values = {
        "policy_file": POLICY,
        "card_file": CARD,
        "waivers_file": WAIVERS,
        **_of_config(start),
        **_of_pipeline(start),
        "packs": list(_packs(start.proposals)),
        "day": start.day.isoformat(),
    }
    files = {
        start.folder / CONFIG: env.get_template("init-config.yaml.j2").render(values),
        start.folder / POLICY: env.get_template("init-policy.yaml.j2").render(values),
        start.folder / CARD: blank(load_policies([BASE]).policy),
        start.folder / WAIVERS: env.get_template("init-waivers.yaml.j2").render(values),
    }
    if start.ci in JOBS:
        files[start.root / JOBS[start.ci]] = env.get_template(f"init-{start.ci}.yml.j2").render(values)
    return files


def _of_config(start: Start) -> dict[str, Any]:
    found = start.proposals
    return {
        "model": Proposal(value=_relative(start.model, start.folder), reason=_on_model(start)),
        "saved": some(f"{k} {v}" for k, v in sorted(_saved(start.scan).items())) if start.scan else "",
        "data": Proposal(value=_relative(start.data, start.folder), reason=_on_data(start)),
        **{name: getattr(found, name) for name in found.__dataclass_fields__},
        "outputs": [*_OUTPUTS, *([_FURTHER[start.ci]] if start.ci in _FURTHER else [])],
    }


def _of_pipeline(start: Start) -> dict[str, Any]:
    sub = start.folder.resolve().relative_to(start.root.resolve()).as_posix()
    sub = "" if sub == "." else sub
    return {
        "subfolder": sub,
        "prefix": f"{sub}/" if sub else "",
        "install": _install(start),
        "ci_file": JOBS.get(start.ci, ""),
    }


def _relative(path: Path | None, folder: Path) -> str | None:
    if path is None:
        return None
    return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()


def _on_model(start: Start) -> str:
    if start.scan is None:
        return (
            "Nothing was found: no model file in this folder. To audit decisions made elsewhere, remove this "
            "section and name their column in the next one (predictions: COLUMN)."
        )
    if start.scan.message:
        return f"It would not be opened as it is: {start.scan.message}. {start.scan.hint}"
    return "Looked at without loading it: everything it names is on the allow-list."


def _on_data(start: Start) -> str:
    if start.data is None:
        return "Nothing was found: no table in this folder. Name one whose rows the model has not seen."
    return "The audit means something only if the model has not seen these rows: nobody has checked that."


def _saved(scan: Scan | None) -> dict[str, str]:
    return dict(scan.look.versions) if scan is not None and scan.look is not None else {}


def _install(start: Start) -> str:
    """Return the command that installs what the pipeline needs, of the model's own release where it runs here."""
    extras = []
    if start.data is not None and start.data.name.endswith(".parquet"):
        extras.append("parquet")
    if start.model is not None and start.model.name.endswith(".onnx"):
        extras.append("onnx")
    brackets = f"[{','.join(extras)}]" if extras else ""
    wanted = [f"aiaudit{brackets}=={__version__}"]
    release = _saved(start.scan).get("scikit-learn", "")
    # The file is foreign: nothing of it goes into a command but a release number.
    if start.scan is not None and start.scan.verdict is Verdict.LISTED and _RELEASE.fullmatch(release):
        wanted.append(f"scikit-learn=={release}")
    return "python -m pip install " + " ".join(f'"{name}"' for name in wanted)


def _packs(found: Proposals) -> Iterator[dict[str, str]]:
    for id, field in PACKS.items():
        columns = found.fields.get(field, ())
        reason = f"The next is worth a thought: names of columns speak of {field}, such as {some(columns, 4)}"
        yield {
            "id": id,
            "title": load_policies([id]).policy.title,
            "reason": reason if columns else "",
        }


def _environment() -> Environment:
    # The files are YAML: the filters below make values and comments that foreign text cannot leave.
    env = Environment(
        loader=PackageLoader("aiaudit", "report_templates"),
        undefined=StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
    )
    env.filters.update(value=value, remark=remark, because=because, quoted=_quoted, shell=shlex.quote)
    return env


def value(given: str | Sensitive | None) -> str:
    """Return a value as YAML that our reader and any other one read as the same text."""
    if given is None:
        return OPEN
    if isinstance(given, Sensitive):
        edges = ", ".join(repr(edge).removesuffix(".0") for edge in given.edges or ())
        return f"{{{value(given.column)}: [{edges}]}}" if edges else value(given.column)
    if _PLAIN.fullmatch(given) and given.lower() not in _NOT_TEXT and given != OPEN:
        return given
    return json.dumps(given, ensure_ascii=not given.isprintable())


def remark(text: str, indent: int) -> str:
    """Return a text as the lines of a comment; foreign names in it can end no line."""
    margin = " " * indent + "# "
    return textwrap.fill(one_line(text, 2000), _WIDTH, initial_indent=margin, subsequent_indent=margin)


def because(proposal: Proposal) -> str:
    """Return the reason of a proposal, and whether it is one."""
    return f"{'To decide' if proposal.value is None else 'Proposed'}: {proposal.reason}"


def _quoted(names: Sequence[str]) -> str:
    return some(names, 12)
