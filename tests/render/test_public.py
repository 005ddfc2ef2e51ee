"""What may be shared holds no count of few people, and none can be had by subtraction."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiaudit.api import audit_model
from aiaudit.facts import Better, Form, Measured, Measurement
from aiaudit.metrics import value
from aiaudit.record import Record, Status, from_json, to_json
from aiaudit.render import TEXTS, render
from aiaudit.render.public import SIZE, public
from aiaudit.subject_facts import AttributeFacts, GroupFacts
from tests import made

from .factory import RECORDS


def rate(scope: dict[str, str], x: int, n: int) -> Measurement:
    return Measurement(
        metric="selection_rate", value=x / n if n else None, n=n, numerator=x, denominator=n, form=Form.RATE, scope=scope
    )  # fmt: skip


def by_race(groups: list[tuple[int, int]]) -> Record:
    """Make a record of selected and refused people by group."""
    labels = [f"g{i}" for i in range(len(groups))]
    rates = [rate({"race": g}, x, x + y) for g, (x, y) in zip(labels, groups, strict=True)]
    total = rate({}, sum(x for x, _ in groups), sum(x + y for x, y in groups))
    facts = AttributeFacts(
        name="race",
        groups=tuple(GroupFacts(label=g, n=x + y) for g, (x, y) in zip(labels, groups, strict=True)),
        missing=0,
        edges=(),
        edges_from="",
        is_feature=False,
    )
    return made.record(made.policy(), made.measured(total, *rates), subject=made.facts(attributes=(facts,)))


def shown(record: Record) -> dict[str, tuple[int, int]]:
    return {
        m.scope["race"]: (m.numerator, m.denominator - m.numerator)
        for outcome in record.outcomes
        if isinstance(outcome, Measured)
        for m in outcome.measurements
        if set(m.scope) == {"race"} and m.numerator is not None and m.denominator is not None
    }


def few(count: int, size: int = SIZE) -> bool:
    return 0 < count < size


COUNT = st.one_of(st.integers(0, 14), st.integers(0, 300))


@given(st.lists(st.tuples(COUNT, COUNT), min_size=2, max_size=8))
def test_no_count_of_few_people_is_shown_or_left_over(groups: list[tuple[int, int]]) -> None:
    record = by_race(groups)
    told = shown(public(record))

    assert not any(few(c) for x, y in told.values() for c in (x, y, x + y))
    hidden = [pair for i, pair in enumerate(groups) if f"g{i}" not in told]
    assert len(hidden) != 1
    # Whoever knows the total is left with the sum of what is hidden: it must not be small, but where all is.
    left = [sum(x for x, _ in hidden), sum(y for _, y in hidden), sum(x + y for x, y in hidden)]
    assert not any(few(c) for c in left) or len(hidden) == len(groups)
    # Nor is anything hidden without need.
    assert hidden or any(few(c) for x, y in groups for c in (x, y, x + y)) is False


@pytest.mark.parametrize(
    ("groups", "kept"),
    [
        ([(50, 50), (60, 40), (70, 30)], {"g0", "g1", "g2"}),
        # The small group takes the next smallest with it.
        ([(50, 50), (60, 41), (3, 40)], {"g1"}),
        # Two small groups hide each other once they reach the size together in both counts.
        ([(50, 50), (6, 30), (5, 40)], {"g0"}),
        # Of two groups, one gives the other away.
        ([(50, 50), (9, 50)], set()),
        # Nought is shown: that nobody was selected is what an audit is for.
        ([(50, 50), (0, 50)], {"g0", "g1"}),
    ],
)
def test_which_groups_are_kept(groups: list[tuple[int, int]], kept: set[str]) -> None:
    assert set(shown(public(by_race(groups)))) == kept


def test_rows_that_two_checks_count_differently_tell_nobody() -> None:
    record = by_race([(50, 50), (60, 41), (70, 70)])
    other = made.measured(rate({"race": "g1"}, 60, 97), check="bias.category-tables")
    assert set(shown(public(replace(record, outcomes=(*record.outcomes, other))))) == {"g2"}


def test_few_copies_of_rows_hide_their_own_table_alone() -> None:
    record = by_race([(50, 50), (60, 41), (70, 70)])
    copies = made.measured(
        rate({"race": "g0"}, 3, 100), rate({"race": "g1"}, 30, 101), rate({"race": "g2"}, 40, 140),
        check="data.duplicates",
    )  # fmt: skip
    selection, duplicates = public(replace(record, outcomes=(*record.outcomes, copies))).outcomes
    assert isinstance(selection, Measured)
    assert isinstance(duplicates, Measured)
    assert [m.value is None for m in selection.measurements] == [False] * 4
    assert [m.value is None for m in duplicates.measurements] == [True] * 3


def test_a_value_that_is_a_small_count_is_not_shown() -> None:
    metric = value("smallest_cell", "rows", "Rows of the smallest combination.", "here", Better.HIGHER)
    for count, told in ((3.0, None), (12.0, 12.0)):
        m = Measurement(metric="smallest_cell", value=count, n=200)
        outcome = Measured(check="data.small-cells", version=1, measurements=(m,), metrics=(metric,))
        record = made.record(made.policy(), outcome)
        (shareable,) = public(record).outcomes
        assert isinstance(shareable, Measured)
        assert [m.value for m in shareable.measurements] == [told]


def test_withheld_groups_are_counted_together() -> None:
    (attribute,) = public(by_race([(50, 50), (60, 41), (3, 40)])).subject.attributes

    assert [(g.label, g.n) for g in attribute.groups] == [("g1", 101), ("g0, g2 (not shown apart)", 143)]


@pytest.fixture(scope="module")
def audited() -> Record:
    """An audit of 840 people, in which one group has 8, and some crossings few."""
    rng = np.random.default_rng(0)
    race = np.array(["white"] * 500 + ["black"] * 280 + ["asian"] * 52 + ["native"] * 8)
    sex = rng.choice(["female", "male"], len(race))
    frame = pd.DataFrame({"race": race, "sex": sex, "age": rng.integers(18, 80, len(race))})
    frame["paid"] = rng.choice(["yes", "no"], len(race))
    frame["decision"] = np.where(rng.random(len(race)) < 0.4 + 0.2 * (race == "white"), "hire", "reject")
    return audit_model(
        None, frame, predictions="decision", favorable="hire", target=None, sensitive=["race", "sex"],
        control="age:40",
    )  # fmt: skip


def counts_of(m: Measurement) -> list[int]:
    pairs = [(m.numerator, m.denominator)]
    pairs += [(m.reference.numerator, m.reference.denominator)] if m.reference else []
    return [c for x, n in pairs if x is not None and n is not None for c in (x, n, n - x)]


def people(record: Record) -> list[Measurement]:
    ran = [m for o in record.outcomes if isinstance(o, Measured) for m in o.measurements]
    judged = [v.measurement for v in record.verdicts if v.measurement is not None]
    return [m for m in (*ran, *judged) if {"race", "sex"} & set(m.scope)]


def test_a_whole_audit_holds_no_count_of_few_people(audited: Record) -> None:
    before = [c for m in people(audited) for c in counts_of(m)]
    after = [c for m in people(public(audited)) for c in (*counts_of(m), m.n)]

    assert any(few(c) for c in before)
    assert not any(few(c) for c in after)
    assert any(c > SIZE for c in after)


def test_no_hidden_cell_of_two_columns_follows_from_what_is_shown(audited: Record) -> None:
    """Solve for every cell of race by sex from all sums that are shown; a determined one has no freedom."""
    cells = list(product(("asian", "black", "native", "white"), ("female", "male")))
    for event in ("numerator", "denominator"):
        equations, known = [[1.0] * len(cells)], set()
        for outcome in public(audited).outcomes:
            if not isinstance(outcome, Measured) or outcome.check != "bias.selection-rate":
                continue
            for m in outcome.measurements:
                if m.form is Form.RATE and getattr(m, event) is not None:
                    row = [float(dict(zip(("race", "sex"), c, strict=True)).items() >= m.scope.items()) for c in cells]  # fmt: skip
                    equations.append(row)
                    known.add(tuple(sorted(m.scope.items())))
        _, values, directions = np.linalg.svd(np.array(equations))
        free = directions[(values > 1e-9).sum() :]
        determined = [c for i, c in enumerate(cells) if np.allclose(free[:, i], 0)]
        assert (("sex", "female"),) in known
        assert (("race", "native"),) not in known
        assert determined == []


def test_advice_tells_no_rows_of_withheld_groups() -> None:
    frame = pd.DataFrame(
        {"race": ["white"] * 60 + ["black"] * 60 + ["native"] * 8, "hired": ["yes", "no"] * 64}
    )
    record = audit_model(None, frame, predictions="hired", favorable="yes", sensitive="race")
    before = next(a for a in record.advice if a.status is Status.INCONCLUSIVE)
    after = next(a for a in public(record).advice if a.requirement == before.requirement)

    assert any(c.isdigit() for c in " ".join(before.steps))
    assert not any(c.isdigit() for c in " ".join([after.problem, *after.steps]))


def test_statuses_and_exit_code_stay_and_the_record_opens(audited: Record) -> None:
    shareable = public(audited)

    assert [(v.requirement, v.status, v.scope) for v in shareable.verdicts] == [
        (v.requirement, v.status, v.scope) for v in audited.verdicts
    ]
    assert shareable.exit_code == audited.exit_code
    assert audited.digest in shareable.subject.notes[0]
    assert from_json(to_json(shareable, shareable.exit_code), "public.json").digest == shareable.digest


def test_every_format_says_what_it_does_not_show(audited: Record) -> None:
    shareable = public(audited)
    for format in TEXTS:
        assert render(shareable, format, shareable.exit_code)
    for format in ("html", "text", "csv", "json"):
        text = render(shareable, format, shareable.exit_code)
        assert "fewer than 10" in text, format
    assert "native, " in render(shareable, "html", 1) or "native (not shown apart)" in render(
        shareable, "html", 1
    )


@pytest.mark.parametrize("name", RECORDS)
def test_every_kind_of_record_can_be_shared(name: str) -> None:
    record, exit_code = RECORDS[name]
    assert render(public(record), "html", exit_code)


def test_notes_that_name_a_small_count_are_left_out() -> None:
    record = by_race([(50, 50), (60, 41)])
    notes = ("3 row(s) have no match in b.csv", "1,200 rows were read", "cut at 40 and 62")
    record = replace(record, subject=replace(record.subject, notes=notes))

    assert public(record).subject.notes[1:] == notes[1:]
