"""A pytest plugin: ``pytest --aiaudit`` collects ``aiaudit.yaml`` files, an item for each requirement.

For models made in a test there is the fixture `aiaudit_audit`, with the marker ``aiaudit`` for its settings.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import pandas as pd

    from aiaudit.record import Record
    from aiaudit.render.findings import Finding

#: What the command reads when it is told nothing else.
FILE = "aiaudit.yaml"


class NotMet(Exception):
    """A requirement that is not met, with its findings in words."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--aiaudit``."""
    parser.getgroup("aiaudit", "responsible-AI audits").addoption(
        "--aiaudit",
        action="store_true",
        help=f"Audit what each collected {FILE} describes: one item for each requirement of its policy.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line(
        "markers",
        "aiaudit(**settings): arguments of aiaudit.audit_model for the audits of a test; the nearest marker wins",
    )


@pytest.fixture
def aiaudit_audit(request: pytest.FixtureRequest) -> Callable[..., Record]:
    """Audit models that a test made: `aiaudit.audit_model`, its arguments taken from the markers ``aiaudit`` too.

    Where the test fails, its report shows the verdict of each audit and every finding that stops the gate.
    """
    settings: dict[str, Any] = {}
    for marker in request.node.iter_markers("aiaudit"):
        if marker.args:
            raise pytest.UsageError(
                "the marker aiaudit takes arguments by name: aiaudit(policy='smb-baseline')"
            )
        settings = {**marker.kwargs, **settings}

    def audit(model: Any, frame: pd.DataFrame, **own: Any) -> Record:
        from aiaudit.api import audit_model

        with _warnings_shown():
            record = audit_model(model, frame, **{**settings, **own})
        request.node.add_report_section("call", "aiaudit", _summary(record))
        return record

    return audit


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> AuditFile | None:
    """Collect ``aiaudit.yaml``, where ``--aiaudit`` was given."""
    if file_path.name != FILE or not parent.config.getoption("aiaudit"):
        return None
    return AuditFile.from_parent(parent, path=file_path)


class AuditFile(pytest.File):
    """One ``aiaudit.yaml``: its policy is read when it is collected, its audit runs once, before its first item."""

    record: Record

    def collect(self) -> Iterator[pytest.Item]:
        """Yield an item for the audit as a whole and one for each requirement."""
        from aiaudit.config import load_config
        from aiaudit.errors import UsageError
        from aiaudit.policy import load_policies

        try:
            policy = load_policies(load_config(self.path).policy).policy
        except UsageError as error:
            raise self.CollectError(_lines(error)) from None
        yield CompleteItem.from_parent(self, name="the audit is complete")
        for requirement in policy.requirements:
            yield RequirementItem.from_parent(self, name=requirement.id)

    def setup(self) -> None:
        """Carry out the audit; where it cannot be, pytest tells every item why."""
        from aiaudit.api import audit_config

        with _warnings_shown():
            self.record = audit_config(self.path)


class _AuditItem(pytest.Item):
    """Something asked of an audit."""

    @property
    def record(self) -> Record:
        """The audit of the file."""
        assert isinstance(self.parent, AuditFile)
        return self.parent.record

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return what stands above a failure."""
        return self.path, None, f"{self.path.name}: {self.name}"

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return the finding or the two lines of an error, without a traceback; a crash of ours keeps its own."""
        from aiaudit.errors import AuditError

        match excinfo.value:
            case NotMet() as told:
                return str(told)
            case AuditError() as error:
                return _lines(error)
            case _:
                return super().repr_failure(excinfo, style)


class CompleteItem(_AuditItem):
    """Whether everything that the policy asks for could be carried out (exit code 3 where not)."""

    def runtest(self) -> None:
        """Fail where the command would exit with 3."""
        from aiaudit.gate import Exit
        from aiaudit.render.findings import crashes
        from aiaudit.render.sentences import crash, verdict_sentence

        if self.record.exit_code == Exit.INCOMPLETE:
            told = [verdict_sentence(self.record, Exit.INCOMPLETE), *map(crash, crashes(self.record))]
            raise NotMet("\n".join(told))


class RequirementItem(_AuditItem):
    """One requirement, in every scope that it was judged in."""

    def runtest(self) -> None:
        """Fail where it stops the gate or crashed, xfail where a failure does not, skip where it is open."""
        from aiaudit.record import Status
        from aiaudit.render.findings import findings, of_status

        found = tuple(f for f in findings(self.record) if f.requirement.id == self.name)
        stopping = _stopping(found)
        if stopping:
            raise NotMet(self._told(stopping))
        excused = of_status(found, Status.FAIL, Status.WAIVED)
        if excused:
            pytest.xfail(self._told(excused))
            # Under --runxfail the line above does nothing.
            raise NotMet(self._told(excused))
        undecided = of_status(found, Status.INCONCLUSIVE, Status.NOT_ASSESSED)
        if undecided or not of_status(found, Status.PASS):
            pytest.skip(self._told(undecided or found))

    def _told(self, found: Iterable[Finding]) -> str:
        return "\n".join(_messages(self.record, found))


@contextmanager
def _warnings_shown() -> Iterator[None]:
    """Show warnings: filters of the project's tests must not turn a library's into a crashed check."""
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        yield


def _stopping(found: Iterable[Finding]) -> list[Finding]:
    """Return what stops the gate, crashes included."""
    from aiaudit.record import Status

    return [f for f in found if f.gating or f.verdict.status is Status.ERROR]


def _messages(record: Record, found: Iterable[Finding]) -> list[str]:
    from aiaudit.render.sentences import message

    return [message(f, record.subject.favorable) for f in found]


def _summary(record: Record) -> str:
    """Return the verdict, and below it every finding that stops the gate."""
    from aiaudit.render.findings import findings
    from aiaudit.render.sentences import verdict_sentence

    verdict = verdict_sentence(record, record.exit_code)
    return "\n".join([verdict, *_messages(record, _stopping(findings(record)))])


def _lines(error: Any) -> str:
    """Return what is wrong and how to mend it."""
    told = getattr(error, "text", error.message)
    return f"{told}\n{error.hint}" if error.hint else str(told)
