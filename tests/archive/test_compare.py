"""What changed between two audits beyond noise, from their counts alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from aiaudit.archive.changes import change_of_difference, change_of_ratio
from aiaudit.archive.compare import Change, compare, pooled
from aiaudit.archive.readings import Asked, Key, Reading, Readings, _counts, readings
from aiaudit.errors import IncompleteError
from aiaudit.record import Record, Status, Verdict, to_plain
from aiaudit.statistics.hypothesis_tests import two_proportions

from ..render import factory
from .made import audit

BLACK = ("selection-ratio", (("race", "black"),))
FOUND = ("tpr-gap", (("race", "black"),))
OVERALL = ("overall", ())


def read(record: Record) -> Readings:
    return readings(json.loads(json.dumps(to_plain(record))), "a record")


def changes(old: Record | Readings, new: Record | Readings) -> dict[Key, Change]:
    pair = [one if isinstance(one, Readings) else read(one) for one in (old, new)]
    return {(c.asked.id, tuple(sorted(c.scope.items()))): c for c in compare(*pair)}


def test_the_same_audit_twice_changed_nothing() -> None:
    found = changes(audit(), audit())

    assert set(found) == {BLACK, FOUND, OVERALL}
    assert all(
        (c.p_value, c.p_adjusted, c.beyond_noise, c.direction) == (1, 1, False, "moved")
        for c in found.values()
    )


def test_each_form_has_its_test() -> None:
    old, new = audit(), audit(black=(120, 300), found=(90, 160))
    found = changes(old, new)

    ratio, difference, overall = found[BLACK], found[FOUND], found[OVERALL]
    assert ratio.p_value == change_of_ratio((160, 300, 441, 588), (120, 300, 441, 588))[1]
    assert difference.p_value == change_of_difference((110, 160, 323, 400), (90, 160, 323, 400))[1]
    assert overall.p_value == two_proportions(561, 888, 601, 888).p_value
    p = sorted(c.p_value for c in found.values())
    holm = [3 * p[0], max(3 * p[0], 2 * p[1]), max(3 * p[0], 2 * p[1], p[2])]
    assert sorted(c.p_adjusted for c in found.values()) == pytest.approx(np.minimum(holm, 1))


@pytest.mark.parametrize(
    ("black", "direction", "beyond"),
    [
        ((160, 300), "moved", False),
        ((155, 300), "worse", False),
        ((100, 300), "worse", True),
        ((210, 300), "better", True),
    ],
)
def test_noise_is_not_news(black: tuple[int, int], direction: str, beyond: bool) -> None:
    change = changes(audit(), audit(black=black))[BLACK]

    assert (change.direction, change.beyond_noise) == (direction, beyond)


def test_a_gap_between_two_groups_is_one_whoever_is_ahead() -> None:
    level, ahead = (441, 588), (580, 588)
    reversed_gap = changes(audit(black=level, white=level), audit(black=ahead, white=(300, 588)))[BLACK]

    assert reversed_gap.new_value == pytest.approx(580 / 300)
    assert (reversed_gap.direction, reversed_gap.beyond_noise) == ("worse", True)


def test_a_difference_is_worse_the_farther_it_is_from_nothing() -> None:
    for found, direction in (((20, 160), "worse"), ((130, 160), "better"), ((159, 160), "worse")):
        assert changes(audit(found=(114, 160)), audit(found=found))[FOUND].direction == direction


def test_the_earlier_reference_stays_the_reference() -> None:
    old = audit(black=(160, 300), white=(441, 588))
    new = audit(black=(441, 588), white=(160, 300))
    swapped = [
        Verdict(
            requirement="selection-ratio",
            status=Status.FAIL,
            reason="made up",
            measurement=factory.a_ratio(factory.WHITE, (160, 300), factory.BLACK, (441, 588)),
        )
    ]
    found = changes(old, replace(new, verdicts=(*swapped, *new.verdicts[1:])))

    change = found[BLACK]
    assert change.reference == factory.WHITE
    assert change.new_value == pytest.approx((441 / 588) / (160 / 300))
    assert change.p_value == change_of_ratio((160, 300, 441, 588), (441, 588, 160, 300))[1]
    white = found["selection-ratio", (("race", "white"),)]
    assert (white.old_status, white.new_status, white.p_value) == ("reference", "fail", None)
    assert white.method == "not in the earlier audit"


def test_what_is_gone_or_undefined_is_said() -> None:
    old, new = audit(), audit()
    gone = changes(old, replace(new, verdicts=new.verdicts[1:]))[BLACK]
    assert (gone.new_status, gone.p_value, gone.method) == ("", None, "there is nothing to compare with")

    nobody = replace(new.verdicts[2].measurement, value=None, numerator=0, denominator=0, interval=None)
    empty = changes(
        old, replace(new, verdicts=(*new.verdicts[:2], replace(new.verdicts[2], measurement=nobody)))
    )
    assert (empty[OVERALL].p_value, empty[OVERALL].method) == (None, "undefined: nobody to count")
    assert empty[OVERALL].new_value is None


def test_a_requirement_that_reads_another_number_is_not_compared() -> None:
    requirement = factory.requirement("overall", metric="accuracy", reference=None, threshold="0.1")
    policy = factory.policy(factory.RATIO, factory.GAP, requirement)

    change = changes(audit(), audit(policy=policy))[OVERALL]
    assert (change.p_value, change.method) == (None, "the requirement reads another number now")


def importance(value: float, spread: float | None) -> Record:
    measured = factory.importance("income", value, spread or 1.0)
    if spread is None:
        measured = replace(measured, interval=None)
    verdict = Verdict(requirement="overall", status=Status.PASS, reason="made up", measurement=measured)
    return replace(audit(), verdicts=(verdict,))


def test_numbers_without_counts_are_compared_by_their_intervals() -> None:
    key = ("overall", (("column", "income"),))
    change = changes(importance(0.10, 0.01), importance(0.20, 0.01))[key]

    assert change.method == "from the stored intervals"
    assert change.p_value == pytest.approx(1.2e-43, rel=0.2)
    assert changes(importance(0.10, None), importance(0.20, None))[key].p_value is None


def test_counts_of_several_audits_are_summed() -> None:
    months = [audit(black=(50, 100), white=(70, 100)), audit(black=(60, 100), white=(80, 120))]
    total = pooled([read(month) for month in months])

    assert total.found[BLACK].own == (110, 200)
    assert total.found[BLACK].others == (150, 220)
    assert total.found[BLACK].value == pytest.approx((110 / 200) / (150 / 220))
    assert total.found[OVERALL].own == (260, 420)
    assert total.found[FOUND].value == pytest.approx(220 / 320 - 646 / 800)
    one = pooled([read(months[0])])
    assert [reading.own for reading in one.found.values()] == [r.own for r in read(months[0]).found.values()]


def test_a_group_that_was_the_reference_meanwhile_is_summed_with_it() -> None:
    other = audit(black=(50, 100), white=(70, 100))
    swapped = factory.a_ratio(factory.WHITE, (60, 100), factory.BLACK, (90, 100))
    first = replace(other, verdicts=(replace(other.verdicts[0], measurement=swapped),))

    total = pooled([read(first), read(other)])

    assert total.found[BLACK].own == (140, 200)
    assert total.found[BLACK].others == (130, 200)


def test_values_are_not_summed() -> None:
    key = ("overall", (("column", "income"),))

    assert pooled([read(importance(0.1, 0.1)), read(importance(0.2, 0.1))]).found[key].value == 0.2


@pytest.mark.parametrize(
    "plain", [{}, {"policy": None}, {"policy": {"requirements": []}, "verdicts": [{}]}, []]
)
def test_what_is_no_record_is_not_compared(plain: Mapping[str, object]) -> None:
    with pytest.raises(IncompleteError, match="is not a record"):
        readings(plain, "thing.json")


def test_an_unknown_field_does_not_matter() -> None:
    plain = json.loads(json.dumps(to_plain(audit())))
    plain["verdicts"][0]["measurement"]["from_the_future"] = 1
    plain["future"] = True

    assert readings(plain, "thing.json").found[BLACK].own == (160, 300)


def equal_groups(rng: np.random.Generator, groups: int, size: int, form: str) -> Readings:
    """An audit of groups that all have the same rate; the luckiest is the reference."""
    x = rng.binomial(size, 0.3, groups)
    best = int(np.argmax(x))
    op = ">=" if form == "ratio" else "within"
    asked = Asked(id="gap", title="t", check="c", metric="m", op=op, threshold=0.8)
    listed = [
        Reading(
            asked=asked,
            scope={"group": str(i)},
            status="pass",
            form=form,
            value=float(x[i] / x[best] if form == "ratio" else (x[i] - x[best]) / size),
            own=(int(x[i]), size),
            others=(int(x[best]), size),
            reference={"group": str(best)},
            rule="most_favoured",
            looks=groups / 2,
        )
        for i in range(groups)
        if i != best
    ]
    return Readings(found={r.key: r for r in listed}, counts=_counts(listed), plain={})


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("form", ["ratio", "difference"])
@pytest.mark.parametrize("groups", [2, 3, 6, 12])
def test_whole_audits_seldom_cry_wolf(form: str, groups: int) -> None:
    rng = np.random.default_rng(groups)
    runs = 1000
    alarms = worse = 0
    for _ in range(runs):
        pair = equal_groups(rng, groups, 300, form), equal_groups(rng, groups, 300, form)
        beyond = [change for change in compare(*pair) if change.beyond_noise]
        alarms += bool(beyond)
        worse += any(change.direction == "worse" for change in beyond)

    # 5 % and three standard errors of 1,000 runs.
    assert alarms / runs <= 0.07
    assert worse / runs <= 0.05


def test_a_planted_change_is_found() -> None:
    found = changes(audit(black=(160, 300)), audit(black=(90, 300)))

    assert [key for key, change in found.items() if change.beyond_noise] == [BLACK, OVERALL]


def test_intervals_of_the_record_are_read() -> None:
    reading = read(importance(0.1, 0.05)).found["overall", (("column", "income"),)]

    assert reading.interval == pytest.approx((0.05, 0.15, 0.95))
