"""Metrics that a policy brings along: a function by name, and how its number is to be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from aiaudit.errors import one_line
from aiaudit.facts import Better, Metric
from aiaudit.metrics import difference, ratio, value
from aiaudit.policy.fields import Strict, Text

#: Outcomes and decisions as a function is given them.
Inputs = Literal["decisions", "labels", "scores"]
Counted = Literal["rows", "favorable", "unfavorable"]
_NAME = "[a-z][a-z0-9_]{1,59}"
_FUNCTION = r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*"


def _name(text: str) -> str:
    if not re.fullmatch(_NAME, text):
        what = "2 to 60 small letters, digits and '_', a letter first"
        raise ValueError(f"'{one_line(text, 90)}' is no name of a metric: {what}")
    return text


def _function(text: str) -> str:
    if not re.fullmatch(_FUNCTION, text):
        raise ValueError(
            f"'{one_line(text, 90)}' is no function: write module:name, such as sklearn.metrics:recall_score"
        )
    return text


Name = Annotated[str, AfterValidator(_name), WithJsonSchema({"type": "string", "pattern": f"^{_NAME}$"})]
FunctionName = Annotated[
    str, AfterValidator(_function), WithJsonSchema({"type": "string", "pattern": f"^{_FUNCTION}$"})
]


class OwnMetric(Strict):
    """A function of true outcomes and decisions, measured in every group.

    `function` is ``module:name``. `inputs` says what it is given: ``decisions`` (1 where outcome or decision is
    favourable, else 0; of a regression the numbers), ``labels`` (the labels as text) or ``scores`` (outcomes as
    for decisions, and the scores). `counts` says what the number rests on: all rows, or those whose true outcome is
    favourable or not; where there are none it is undefined, and `min_n` of a requirement is held against it.
    """

    name: Name
    function: FunctionName
    better: Better
    unit: Text = "value"
    ideal: float | None = None
    inputs: Inputs = "decisions"
    counts: Counted = "rows"
    arguments: Mapping[str, bool | int | float | str] = Field(default_factory=dict)
    definition: str = ""

    @property
    def declared(self) -> tuple[Metric, Metric, Metric]:
        """The number of a group, and its difference and ratio to the reference's."""
        told = self.definition or f"{self.function} of the group's rows."
        source = "the policy"
        return (
            value(self.name, self.unit, told, source, self.better, self.ideal),
            replace(
                difference(
                    f"{self.name}_difference", f"The group's {self.name} minus the reference's.", source
                ),
                unit=self.unit,
            ),
            ratio(
                f"{self.name}_ratio", f"The group's {self.name} over the reference's.", source, self.better
            ),
        )


def clashing(metrics: Sequence[OwnMetric], others: Iterable[OwnMetric] = ()) -> Iterator[int]:
    """Yield the positions of metrics with a name, or that of a contrast, that another before them has."""
    taken = {metric.name for other in others for metric in other.declared}
    for i, own in enumerate(metrics):
        names = {metric.name for metric in own.declared}
        if names & taken:
            yield i
        taken |= names
