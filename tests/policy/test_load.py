from __future__ import annotations

import hashlib
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from aiaudit.errors import UsageError
from aiaudit.policy import load_policies
from aiaudit.policy.document import FileErrors
from aiaudit.policy.load import MAX_CHAIN, resolve
from aiaudit.policy.model import Policy, Severity

VALID = Path(__file__).parents[1] / "corpus" / "policies" / "valid"
HEAD = "version: 1\nid: {id}\nedition: '1'\ntitle: {id}\n"
GAP = (
    "  - {{id: {id}, title: t, check: bias.selection-rate, metric: impact_ratio, op: '>=',"
    " threshold: 4/5, basis: house, source: s, rationale: r}}\n"
)


def _load(name: str) -> Policy:
    return load_policies([name], base=VALID).policy


def test_an_extending_file_gives_only_what_changes() -> None:
    policy = _load("tighter.yaml")
    gap, missed = policy.requirements
    assert (gap.id, gap.threshold, gap.min_n) == ("selection-gap", Fraction(9, 10), 10)
    assert (gap.metric, gap.severity, gap.reference) == ("impact_ratio", Severity.HIGH, "most_favoured")
    assert (missed.severity, missed.scope.over) == (Severity.HIGH, "groups")
    assert (policy.fail_on, policy.strict) == (Severity.MEDIUM, True)


def test_what_is_asked_less_stays_visible_with_its_reason() -> None:
    policy = _load("reasons.yaml")
    (gap,) = policy.requirements
    assert gap.override_reason == "The pilot runs for a month. (reasons: threshold 9/10 -> 7/10)"
    assert [(d.id, d.override_reason) for d in policy.disable] == [
        ("missed-gap", "Outcomes are known only after a year.")
    ]
    assert policy.override_reason == (
        "The pilot has forty groups. (reasons: error_control 0.05 per run -> 0.01 per run)"
    )
    assert (policy.error_control.alpha, policy.error_control.family) == (0.01, "run")
    assert policy.strict


def test_reasons_of_every_level_are_kept(tmp_path: Path) -> None:
    (tmp_path / "again.yaml").write_text(
        HEAD.format(id="again")
        + f"extends: ['{VALID / 'reasons.yaml'}']\nrequirements:\n"
        + "  - {id: selection-gap, threshold: 0.6, override_reason: One more month is needed.}\n"
    )
    (gap,) = load_policies(["again.yaml"], base=tmp_path).policy.requirements
    assert gap.override_reason == (
        "The pilot runs for a month. (reasons: threshold 9/10 -> 7/10); "
        "One more month is needed. (again: threshold 7/10 -> 3/5)"
    )


def test_an_inherited_reason_explains_no_further_step(tmp_path: Path) -> None:
    (tmp_path / "again.yaml").write_text(
        HEAD.format(id="again")
        + f"extends: ['{VALID / 'reasons.yaml'}']\nrequirements:\n  - {{id: selection-gap, threshold: 0.6}}\n"
    )
    with pytest.raises(FileErrors, match="asks less than 'reasons' does"):
        load_policies(["again.yaml"], base=tmp_path)


def test_every_file_read_is_a_source_with_its_digest() -> None:
    sources = load_policies(["reasons.yaml"], base=VALID).sources
    assert [(s.id, s.origin) for s in sources] == [
        ("house", "house.yaml"),
        ("tighter", "tighter.yaml"),
        ("reasons", "reasons.yaml"),
    ]
    for source in sources:
        assert source.digest == hashlib.sha256((VALID / source.origin).read_bytes()).hexdigest()


def test_a_pack_is_a_source_without_a_day() -> None:
    first, second = load_policies(["pack.yaml"], base=VALID).sources
    assert (first.id, first.origin, first.committed) == ("us-employment-adverse-impact", "built-in", None)
    assert second.id == "hiring"


def test_laws_and_disclaimers_are_inherited_and_dates_read() -> None:
    policy = _load("pack.yaml")
    assert policy.instruments[0].last_verified == date(2026, 11, 21)
    assert policy.disclaimers
    own = policy.requirements[-1]
    assert own.applies_from == date(2027, 1, 1)
    assert own.scope.attributes == ("sex",)
    assert own.scope.match == {"sex": ("female", "1", "2")}


def _write(folder: Path, id: str, body: str) -> str:
    (folder / f"{id}.yaml").write_text(HEAD.format(id=id) + body)
    return f"{id}.yaml"


def test_several_policies_become_the_strictest_of_them(tmp_path: Path) -> None:
    one = _write(
        tmp_path,
        "one",
        "fail_on: medium\nerror_control: {alpha: 0.1, family: requirement}\ndisclaimers: [a, b]\n"
        "requirements:\n" + GAP.format(id="gap-1"),
    )
    two = _write(
        tmp_path,
        "two",
        "strict: true\nauthority: guidance\ndisclaimers: [b]\nrequirements:\n" + GAP.format(id="gap-2"),
    )
    policy = load_policies([one, two], base=tmp_path).policy
    assert (policy.id, policy.edition, policy.title) == ("one+two", "1", "one + two")
    assert (policy.fail_on, policy.strict) == (Severity.MEDIUM, True)
    assert (policy.error_control.alpha, policy.error_control.family) == (0.05, "run")
    assert (policy.authority, policy.disclaimers) == ("house", ("a", "b"))
    assert [r.id for r in policy.requirements] == ["gap-1", "gap-2"]


def test_the_same_requirement_twice_counts_once(tmp_path: Path) -> None:
    one = _write(tmp_path, "one", "requirements:\n" + GAP.format(id="gap"))
    two = _write(tmp_path, "two", "requirements:\n" + GAP.format(id="gap"))
    assert len(load_policies([one, two, one], base=tmp_path).policy.requirements) == 1


def test_the_same_id_with_another_meaning_is_refused(tmp_path: Path) -> None:
    one = _write(tmp_path, "one", "requirements:\n" + GAP.format(id="gap"))
    other = GAP.format(id="gap").replace("impact_ratio", "rejection_ratio").replace(">=", "<=")
    two = _write(tmp_path, "two", "requirements:\n" + other)
    with pytest.raises(FileErrors, match=r"two\.yaml:6:10: 'gap' is defined differently in 'one'"):
        load_policies([one, two], base=tmp_path)


def test_of_two_definitions_the_one_that_asks_more_stands(tmp_path: Path) -> None:
    one = _write(tmp_path, "one", "requirements:\n" + GAP.format(id="gap").replace("4/5", "3/5"))
    two = _write(tmp_path, "two", "requirements:\n" + GAP.format(id="gap"))
    for refs in ([one, two], [two, one]):
        (requirement,) = load_policies(refs, base=tmp_path).policy.requirements
        assert requirement.threshold == Fraction(4, 5)


def test_two_that_ask_the_same_are_cited_both(tmp_path: Path) -> None:
    gap = "requirements:\n" + GAP.format(id="gap")
    refs = [_write(tmp_path, n, gap.replace("source: s", f"source: s, clause: {n}")) for n in ("one", "two")]
    (requirement,) = load_policies(refs, base=tmp_path).policy.requirements
    assert (requirement.clause, requirement.source) == ("one; two", "s")


def test_a_disabled_requirement_of_one_policy_is_asked_by_another(tmp_path: Path) -> None:
    one = _write(tmp_path, "one", "requirements:\n" + GAP.format(id="gap-1") + GAP.format(id="gap-2"))
    two = _write(
        tmp_path,
        "two",
        "extends: [one.yaml]\ndisable: [{id: gap-1, override_reason: not in this country}]\n",
    )
    policy = load_policies([two, one], base=tmp_path).policy
    assert {r.id for r in policy.requirements} == {"gap-1", "gap-2"}
    assert policy.disable == ()


def test_a_cycle_through_other_files_is_refused(tmp_path: Path) -> None:
    _write(tmp_path, "one", "extends: [sub/../two.yaml]\n")
    _write(tmp_path, "two", "extends: [./three.yaml]\n")
    _write(tmp_path, "three", "extends: [one.yaml]\n")
    (tmp_path / "sub").mkdir()
    with pytest.raises(FileErrors, match=r"three\.yaml:5:11: policies extend each other without end"):
        resolve(["one.yaml"], base=tmp_path)


def test_a_chain_has_an_end(tmp_path: Path) -> None:
    for i in range(MAX_CHAIN + 2):
        _write(tmp_path, f"p-{i}", f"extends: [p-{i + 1}.yaml]\n")
    with pytest.raises(FileErrors, match="without end"):
        resolve(["p-0.yaml"], base=tmp_path)


def test_no_policy_is_no_policy() -> None:
    with pytest.raises(UsageError, match="no policy was named"):
        load_policies([])


@pytest.mark.parametrize("ref", ["smb-baselin", "absent.yaml", "./absent", "http://example.org/p.yaml"])
def test_a_policy_that_is_not_there(ref: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_policies([ref], base=tmp_path)
    assert ref.removeprefix("./") in caught.value.message
    assert caught.value.hint


def test_sources_tell_the_lines_of_the_requirements_that_stand(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(
        HEAD.format(id="base") + "requirements:\n" + GAP.format(id="one") + GAP.format(id="two")
    )
    (tmp_path / "own.yaml").write_text(
        "# ours\n" + HEAD.format(id="own") + "extends: [base.yaml, smb-baseline]\nrequirements:\n"
        "  - id: two\n    threshold: 0.9\n"
    )
    sources = load_policies(["own.yaml"], base=tmp_path).sources

    assert {source.id: source.lines for source in sources} == {
        "base": {"one": 6},
        "smb-baseline": {},
        "own": {"two": 8},
    }
