from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aiaudit.config import Config, load_config, overlay
from aiaudit.errors import UsageError
from aiaudit.groups import Sensitive
from aiaudit.labels import Task
from aiaudit.policy.document import FileErrors
from aiaudit.policy.model import Severity

FULL = """\
version: 1
model:
  path: model.skops
  python: venv/bin/python
  trust: [my_features.Clip]
  module_path: [src]
  isolation: strict
  memory: 2GiB
  timeout: 300
data:
  path: data/holdout.csv
  target: 2020
  favorable: [1, 1.0, yes, true]
  sensitive: [sex, {age: [40, 62]}, "income:1000", 7]
  drop: [id, 12]
  task: binary
  exclude_unlabeled: true
  groups: {path: groups.csv, on: id}
policy: [smb-baseline, my/policy.yaml]
card: card.yaml
waivers: waivers.yaml
gate: {fail_on: medium, strict: true}
select: [bias]
ignore: [bias.error-rates]
seed: 7
output: [reports/audit.html, record.json]
archive: {path: audits, sign_key: keys/audits, sign_key_env: OUR_KEY, system: Loans, tags: [nightly, 7]}
"""


def _config(folder: Path, text: str) -> Path:
    path = folder / "aiaudit.yaml"
    path.write_text(text)
    return path


def test_everything_is_read_and_paths_start_from_the_file(tmp_path: Path) -> None:
    config = load_config(_config(tmp_path, FULL))
    assert config.model.path == tmp_path / "model.skops"
    assert config.model.python == str(tmp_path / "venv/bin/python")
    assert config.model.module_path == (tmp_path / "src",)
    assert config.model.memory == 2 * 2**30
    assert config.model.timeout == 300
    assert config.data.path == tmp_path / "data/holdout.csv"
    assert config.data.task is Task.BINARY
    assert config.data.groups is not None
    assert (config.data.groups.path, config.data.groups.on) == (tmp_path / "groups.csv", "id")
    assert config.policy == ("smb-baseline", str(tmp_path / "my/policy.yaml"))
    assert (config.card, config.waivers) == (tmp_path / "card.yaml", tmp_path / "waivers.yaml")
    assert (config.gate.fail_on, config.gate.strict) == (Severity.MEDIUM, True)
    assert (config.select, config.ignore, config.seed) == (("bias",), ("bias.error-rates",), 7)
    assert config.output == (tmp_path / "reports/audit.html", tmp_path / "record.json")
    assert (config.archive.path, config.archive.sign_key) == (tmp_path / "audits", tmp_path / "keys/audits")
    assert (config.archive.sign_key_env, config.archive.system) == ("OUR_KEY", "Loans")
    assert config.archive.tags == ("nightly", "7")


def test_names_that_look_like_numbers_are_names(tmp_path: Path) -> None:
    data = load_config(_config(tmp_path, FULL)).data
    assert (data.target, data.drop) == ("2020", ("id", "12"))
    assert data.favorable == ("1", "1", "yes", "True")
    assert data.sensitive == (
        Sensitive(column="sex"),
        Sensitive(column="age", edges=(40.0, 62.0)),
        Sensitive(column="income", edges=(1000.0,)),
        Sensitive(column="7"),
    )


def test_absolute_paths_and_names_of_programs_stay(tmp_path: Path) -> None:
    config = load_config(_config(tmp_path, "model: {path: /m.pkl, python: python3.12}\n"))
    assert (config.model.path, config.model.python) == (Path("/m.pkl"), "python3.12")


def test_directions_are_read_and_the_command_line_wins(tmp_path: Path) -> None:
    config = load_config(_config(tmp_path, "data: {directions: {income: up, 7: down}}"))
    assert config.data.directions == {"income": "up", "7": "down"}
    assert overlay(config, directions={}).data.directions == config.data.directions
    assert overlay(config, directions={"age": "down"}).data.directions == {"age": "down"}
    with pytest.raises(UsageError, match="--directions: 'sideways' is not one of: up, down"):
        overlay(config, directions={"income": "sideways"})


def test_an_archive_on_the_command_line_wins(tmp_path: Path) -> None:
    config = load_config(_config(tmp_path, FULL))
    same = overlay(config).archive
    assert same == config.archive
    other = overlay(config, archive="elsewhere", sign_key="key", tags=("by-hand",)).archive
    assert (other.path, other.sign_key, other.tags) == (Path("elsewhere"), Path("key"), ("by-hand",))
    assert (other.sign_key_env, other.system) == ("OUR_KEY", "Loans")


def test_an_empty_configuration_has_the_house_policy() -> None:
    config = Config()
    assert config.policy == ("smb-baseline",)
    assert (config.model.path, config.data.path, config.seed, config.output) == (None, None, 0, ())


@pytest.mark.parametrize(
    ("size", "number"),
    [
        ("1024", 1024),
        ("512MiB", 512 * 2**20),
        ("512M", 512 * 2**20),
        ("512 mb", 512 * 10**6),
        ("1.5g", 3 * 2**29),
        ("2kB", 2000),
        ("3 KiB", 3072),
        ("100B", 100),
    ],
)
def test_sizes(size: str, number: int) -> None:
    assert overlay(Config(), memory=size).model.memory == number


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        (
            "model: {isolation: auot}",
            ["1:20: 'auot' is not one of: auto, strict, none. Did you mean 'auto'?"],
        ),
        (
            "data: {directions: {income: up, debts: downward}}",
            ["1:40: 'downward' is not one of: up, down. Did you mean 'down'?"],
        ),
        ("modle: {}", ["1:1: unknown key 'modle'. Did you mean 'model'?"]),
        ("data: {sensitve: [sex]}", ["1:8: unknown key 'sensitve'. Did you mean 'sensitive'?"]),
        ("data: {sensitive: [sex, sex]}", ["1:25: 'sex' is listed twice"]),
        (
            "data: {sensitive: [{age: [62, 40]}, {age: []}, {age: 40}, {age: [a]}]}",
            [
                f"1:{column}: the edges of 'age' are numbers that ascend, such as [40, 62]"
                for column in (20, 37, 48, 59)
            ],
        ),
        (
            "data: {sensitive: [{a: [1], b: [2]}, [a], null]}",
            [
                f"1:{column}: a protected column is a name, or one name with edges: {{age: [40, 62]}}"
                for column in (20, 38, 43)
            ],
        ),
        ("data: {favorable: [[1]]}", ["1:19: a name or a list of names is needed here"]),
        ("data: {favorable: null}", ["1:19: a name or a list of names is needed here"]),
        ("data: {target: [a]}", ["1:16: text is needed here"]),
        (
            "data: {task: regresion}",
            [
                "1:14: 'regresion' is not one of: binary, multiclass, regression, outlier. "
                "Did you mean 'regression'?"
            ],
        ),
        ("data: {groups: {path: g.csv}}", ["1:16: the key 'on' is missing"]),
        ("data: {path: [a]}", ["1:14: text is needed here"]),
        ("model: {memory: 2 GiBs}", ["1:17: '2 GiBs' is not a size, such as 2GiB or 512MiB"]),
        ("model: {memory: true}", ["1:17: a whole number is needed here, this is 'true'"]),
        ("model: {timeout: 0}", ["1:18: '0' should be greater than 0"]),
        ("policy: []", ["1:9: this list is empty"]),
        ("policy: smb-baseline", ["1:9: a list is needed here, this is 'smb-baseline'"]),
        ("gate: {strict: no}", ["1:16: true or false is needed here, this is 'no'"]),
        ("seed: -1", ["1:7: '-1' should be greater than or equal to 0"]),
        (
            "model: {path: m}\ndata: {predictions: p}",
            ["2:21: decisions come from the model or from a column, not from both; remove one of the two"],
        ),
        ("version: 2", ["1:10: this file is written for version 2; this aiaudit reads version 1"]),
    ],
)
def test_errors_have_a_line_and_a_column(text: str, errors: list[str], tmp_path: Path) -> None:
    path = _config(tmp_path, text)
    with pytest.raises(FileErrors) as caught:
        load_config(path)
    assert [fault.message for fault in caught.value.faults] == [f"{path}:{error}" for error in errors]


def test_options_replace_what_the_file_says(tmp_path: Path) -> None:
    config = load_config(_config(tmp_path, FULL))
    laid = overlay(
        config,
        model="other.pkl",
        data="other.csv",
        groups="g.csv",
        on="key",
        policy=("p.yaml",),
        favorable=("0.0",),
        sensitive=(Sensitive(column="race"),),
        fail_on="low",
        seed=0,
        output=("x.html",),
        task="multiclass",
    )
    assert (laid.model.path, laid.data.path) == (Path("other.pkl"), Path("other.csv"))
    assert laid.data.groups is not None
    assert (laid.data.groups.path, laid.data.groups.on) == (Path("g.csv"), "key")
    assert (laid.policy, laid.data.favorable, laid.seed) == (("p.yaml",), ("0",), 0)
    assert laid.data.sensitive == (Sensitive(column="race"),)
    assert (laid.gate.fail_on, laid.gate.strict) == (Severity.LOW, True)
    assert (laid.output, laid.data.task) == ((Path("x.html"),), Task.MULTICLASS)
    assert laid.model.memory == config.model.memory


def test_what_is_not_given_stays(tmp_path: Path) -> None:
    config = load_config(_config(tmp_path, FULL))
    nothing: dict[str, Any] = {
        "policy": (),
        "seed": None,
        "unsafe_pickle": False,
        "strict": None,
        "output": (),
    }
    assert overlay(config, model=None, data=None, groups=None, on=None, **nothing) == config


def test_strict_can_be_taken_back() -> None:
    config = overlay(Config(), strict=True)
    assert config.gate.strict is True
    assert overlay(config, strict=False).gate.strict is False


def test_a_model_and_a_column_of_decisions_replace_each_other() -> None:
    column = overlay(Config(), data="d.csv", predictions="p")
    assert overlay(column, model="m.pkl").data.predictions is None
    assert overlay(overlay(Config(), model="m.pkl"), predictions="p").model.path is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"memory": "much"}, "--memory: 'much' is not a size"),
        ({"seed": -1}, "--seed: '-1' should be greater than or equal to 0"),
        ({"timeout": 0.0}, "--timeout: '0.0' should be greater than 0"),
        ({"model": "m", "predictions": "p"}, "--predictions: decisions come from the model or from a column"),
        ({"sensitive": (Sensitive(column="a"), Sensitive(column="a"))}, "--sensitive: 'a' is listed twice"),
    ],
)
def test_a_wrong_option_is_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        overlay(Config(), **options)
    assert caught.value.message.startswith(message)
    assert caught.value.hint
