"""Explained decisions, made by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from aiaudit.explaining.attribute import Attributions
from aiaudit.explaining.decision import Compared, Decision
from aiaudit.explaining.dictionary import Column, Dictionary
from aiaudit.explaining.reasons import Baseline, principal
from aiaudit.explaining.recourse import Change, Option
from aiaudit.subject import Subject
from aiaudit.testing import LinearModel, subject_of


def attributions(columns, values, errors=None, base=0.0):
    values = np.array([values], float)
    return Attributions(
        columns=tuple(columns),
        values=values,
        errors=np.zeros_like(values) if errors is None else np.array([errors], float),
        base=base,
        outputs=values.sum(axis=1) + base,
        output="probability of 1",
        engine="by hand",
        exact=errors is None,
        not_looked_into="" if errors is None else "it is a made-up model",
        background=1,
        additivity=0.0,
    )


def decided(text: str = "income", *, favourable: bool = False) -> tuple[Decision, Dictionary, Subject]:
    """A decision in which every foreign string is *text*, compared exactly and from samples."""
    columns = [text or "-", *(f"{text}{i}" for i in range(20))]
    values = [-0.3, 0.1, *np.linspace(-0.05, 0.04, len(columns) - 2)]
    table = pd.DataFrame([[text] * len(columns)], columns=columns)
    subject = subject_of({}, ["1" if favourable else "0"], features=table, model=LinearModel({}))
    found = (
        attributions(columns, values, base=0.7),
        attributions(columns, values, np.full(len(columns), 0.01)),
    )
    compared = tuple(
        Compared(
            baseline=Baseline(name=name, rows=np.arange(1), described=described),
            found=one,
            reasons=principal(one, 0, table.iloc[0], ()),
            withheld=(text,) if name == "all" else (),
        )
        for name, described, one in zip(
            ("all", "passing"),
            ("all applicants (1 at random)", "applicants who just passed (1 of 1)"),
            found,
            strict=True,
        )
    )
    option = Option(changes=(Change(column=columns[0], old=text, new=text),) * 2, decision=text, cost=1.0)
    words = Dictionary(columns={columns[0]: Column(reason=f"Reason: {text}", name=f"a {text}")})
    decision = Decision(
        row=0,
        label=text or "-",
        favourable=favourable,
        compared=compared,
        options=None if favourable else (option,),
    )
    return decision, words, subject
