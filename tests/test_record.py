"""The record's file fits its schema, comes back as it was, and cannot be changed unnoticed."""

import copy
import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from aiaudit.audit import Choices, audit
from aiaudit.errors import IncompleteError
from aiaudit.facts import Errored, Skipped
from aiaudit.gate import exit_code
from aiaudit.model import ModelFacts
from aiaudit.policy import load_policies
from aiaudit.record import SCHEMA, Status, from_json, json_schema, to_json, to_plain
from aiaudit.testing import toy_subject
from tests.made import LATER, attested, contrast, facts, measured, number, policy, record, requirement, waiver

MODEL = ModelFacts(
    name="m.joblib", digest="1" * 64, format="joblib", kind="Tree", estimator_type="classifier",
    versions={"scikit-learn": "1.5"}, isolation={"seccomp": "on"},
)  # fmt: skip


def full():
    """A record of every kind of outcome, and of most kinds of verdict."""
    return record(
        policy(
            requirement(threshold="4/5"),
            requirement("r2", decide_on="interval", threshold="0.1", op="within", metric="other"),
            requirement("r3", check="bias.crashed"),
            requirement("r4", check="bias.skipped", applies_from=LATER),
            attested(),
        ),
        measured(contrast(20, 100, 40, 100), contrast(7, 50, 10, 50, scope={"sex": "x"}), number(0.1, spread=0.3, metric="other")),
        Errored(check="bias.crashed", error="boom", plugin="p"),
        Skipped(check="bias.skipped", reason="why", applicable=True),
        measured(number(0.0, metric="attested"), check="card"),
        waivers=(waiver("a1"),),
        subject=facts(model=MODEL),
    )  # fmt: skip


def written(made):
    return json.loads(to_json(made, exit_code(made)))


def test_the_file_fits_the_schema():
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    plain = written(full())
    Draft202012Validator(schema).validate(plain)
    assert plain["schema"] == SCHEMA
    assert plain["exit_code"] == 3


@pytest.mark.parametrize("name", ["digest", "exit_code", "verdicts", "policy", "schema"])
def test_the_schema_refuses_a_file_without(name):
    plain = written(full())
    del plain[name]
    assert not Draft202012Validator(json_schema()).is_valid(plain)


def test_the_file_comes_back_as_it_was():
    made = full()
    back = from_json(to_json(made, exit_code(made)), "r.json")
    assert to_plain(back) == to_plain(made)
    assert [v.status for v in back.verdicts] == [v.status for v in made.verdicts]
    assert back.policy.requirements[0].threshold == Fraction(4, 5)
    assert back.digest == made.digest


def test_the_last_digits_of_a_number_are_left_out():
    third = record(policy(), measured(number(1 / 3), number(1.0 + 1e-15), number(1e-300 / 3)))
    values = [m["value"] for m in written(third)["outcomes"][0]["measurements"]]
    assert values == [0.333333333333, 1.0, 3.33333333333e-301]


def test_names_in_the_file_are_plain():
    plain = written(full())
    first = plain["verdicts"][0]
    assert (first["status"], first["requirement"]) == ("fail", "r1")
    assert first["measurement"]["scope"] == {"sex": "female"}
    assert plain["policy"]["requirements"][0]["threshold"] == "4/5"
    assert plain["policy"]["requirements"][0]["severity"] == "high"
    assert [o["status"] for o in plain["outcomes"]] == ["measured", "errored", "skipped", "measured"]
    assert plain["provenance"]["judged_on"] == "2026-06-01"


def test_all_statuses_are_counted():
    made = full()
    counts = made.counts()
    assert set(counts) == set(Status)
    assert sum(counts.values()) == len(made.verdicts) == 6
    assert (counts[Status.WAIVED], counts[Status.ERROR], counts[Status.NOT_ASSESSED]) == (1, 1, 1)


def leaves(plain, path=()):
    """Yield the path of every value that holds no others."""
    items = (
        plain.items() if isinstance(plain, dict) else enumerate(plain) if isinstance(plain, list) else None
    )
    if items is None:
        yield path
        return
    for key, value in items:
        yield from leaves(value, (*path, key))


def changed(plain, path):
    """Return a copy in which one value is another of its kind."""
    other = copy.deepcopy(plain)
    place = other
    for key in path[:-1]:
        place = place[key]
    old = place[path[-1]]
    place[path[-1]] = (
        (not old) if isinstance(old, bool) else (old + 1 if isinstance(old, int | float) else f"{old}x")
    )
    return other


OUTSIDE = {("provenance", "judged_on"), ("provenance", "libraries"), ("provenance", "archive_head"), ("subject", "model", "versions"), ("subject", "model", "isolation")}  # fmt: skip


def test_no_value_can_be_changed_unnoticed():
    plain = written(full())
    paths = list(leaves(plain))
    assert len(paths) > 300
    for path in paths:
        if any(path[: len(outside)] == outside for outside in OUTSIDE):
            continue
        with pytest.raises(
            IncompleteError, match=r"r\.json (was changed after it was written|is not a record)"
        ):
            from_json(json.dumps(changed(plain, path)), "r.json")


def test_a_record_written_before_a_field_existed_still_opens():
    plain = written(full())
    for name in ("selected", "gate_overrides", "archive_head"):
        del plain["provenance"][name]
    for verdict in plain["verdicts"]:
        verdict.pop("detectable", None)
    assert from_json(json.dumps(plain), "r.json").digest == full().digest


def test_a_removed_verdict_is_noticed():
    plain = written(full())
    del plain["verdicts"][0]
    with pytest.raises(IncompleteError, match="was changed after it was written"):
        from_json(json.dumps(plain), "r.json")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", "null", '{"schema": "aiaudit/record/2"}', "\ud800", b"\xff\xfe"]
)
def test_other_files_are_no_records(text):
    with pytest.raises(IncompleteError, match=r"^r\.json is not a record"):
        from_json(text, "r.json")


def test_day_and_machine_stand_outside_the_digest():
    made = full()
    later = replace(
        made,
        provenance=replace(
            made.provenance, judged_on=date(2027, 1, 1), libraries={"numpy": "9"}, archive_head="1:sha256:ab"
        ),
        subject=facts(model=replace(MODEL, versions={}, isolation={"landlock": "off"})),
    )
    assert later.digest == made.digest
    assert replace(made, subject=facts(model=None)).digest != made.digest
    assert replace(made, provenance=replace(made.provenance, ignored=("bias",))).digest != made.digest


def test_the_record_holds_counts_and_no_rows():
    subject = toy_subject()
    cells = [f"{7_000_000 + i}.25" for i in range(subject.n)]
    subject = replace(subject, features=subject.features.assign(income=[float(cell) for cell in cells]))
    made = audit(subject, load_policies(["smb-baseline"]).policy, Choices(today=date(2026, 1, 1)))
    text = to_json(made, exit_code(made))
    assert [cell for cell in cells if cell in text] == []
    assert to_plain(made)["subject"]["rows"] == {"read": 400, "assessed": 400, "excluded": {}}


SCRIPT = """
import sys
from tests.test_record import audited
sys.stdout.write(audited())
"""


def audited():
    made = audit(toy_subject(), load_policies(["smb-baseline"]).policy, Choices(today=date(2026, 1, 1)))
    return to_json(made, exit_code(made))


@pytest.mark.slow
def test_another_process_writes_the_same_bytes(environment):
    other = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        check=True,
        env={**environment, "PYTHONHASHSEED": "1"},
        cwd=Path(__file__).parents[1],
    )
    assert other.stdout.decode() == audited() == audited()
