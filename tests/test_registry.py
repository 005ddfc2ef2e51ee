"""One door for every check: entry points, ours and third parties'."""

import sys
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType

import pytest

from aiaudit import registry
from aiaudit.check import check
from aiaudit.errors import IncompleteError, UsageError


def made(id):
    return check(id=id, title="T", needs=[], metrics=[], remediation=["Do it."])(lambda subject: ())


@pytest.fixture
def install(monkeypatch):
    """Let these modules be all that is installed."""
    registry.checks.cache_clear()

    def installed(**modules):
        points = []
        for name, things in modules.items():
            module = ModuleType(f"made_{name}")
            vars(module).update(things)
            monkeypatch.setitem(sys.modules, module.__name__, module)
            points.append(EntryPoint(name=name, value=module.__name__, group=registry.GROUP))
        monkeypatch.setattr(registry, "entry_points", lambda group: points)

    yield installed
    registry.checks.cache_clear()


def test_our_checks_enter_by_the_same_door():
    (builtin,) = [p for p in entry_points(group="aiaudit.checks") if p.name == "builtin"]
    assert builtin.value == "aiaudit.checks"
    known = registry.checks()
    assert {"bias.selection-rate", "bias.error-rates"} <= set(known)
    assert list(known) == sorted(known)
    assert all(id == c.id for id, c in known.items())
    assert registry.plugin_of(builtin) == "aiaudit"


def test_third_parties_are_found_and_sorted_with_the_rest(install):
    install(zoo={"one": made("z.one")}, ant={"two": made("a.two"), "other": 5, "_hidden": made("h.idden")})
    assert list(registry.checks()) == ["a.two", "z.one"]


def test_one_check_exported_twice_is_one_check(install):
    shared = made("a.one")
    install(here={"one": shared}, there={"same": shared})
    assert list(registry.checks()) == ["a.one"]


def test_two_checks_of_one_name_are_refused_with_both_packages(install):
    install(here={"one": made("a.one")}, there={"one": made("a.one")})
    with pytest.raises(
        UsageError, match=r"two checks are called 'a\.one': one from made_here, one from made_there"
    ):
        registry.checks()


def test_no_checks_at_all_are_refused(install):
    install()
    with pytest.raises(UsageError, match="no checks are installed"):
        registry.checks()


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("import not_there_at_all", "ModuleNotFoundError: No module named 'not_there_at_all'"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("def broken(:", "SyntaxError: "),
    ],
)
def test_a_plugin_that_cannot_be_imported_is_named(install, monkeypatch, tmp_path, source, error):
    (tmp_path / "plugin_of_theirs").mkdir()
    (tmp_path / "plugin_of_theirs" / "__init__.py").write_text("")
    (tmp_path / "plugin_of_theirs" / "part.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    point = EntryPoint(name="theirs", value="plugin_of_theirs", group=registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    with pytest.raises(IncompleteError, match="the checks of plugin_of_theirs cannot be imported") as refused:
        registry.checks()
    assert error in refused.value.message
    sys.modules.pop("plugin_of_theirs", None)


def test_a_module_in_a_folder_of_a_plugin_is_found(install, monkeypatch, tmp_path):
    deep = tmp_path / "deep_plugin" / "family"
    deep.mkdir(parents=True)
    for folder in (deep.parent, deep):
        (folder / "__init__.py").write_text("")
    (deep / "one.py").write_text(
        "from aiaudit.check import check\n"
        "@check(id='deep.one', title='T', needs=[], metrics=[], remediation=['Do it.'])\n"
        "def one(subject):\n    return ()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    point = EntryPoint(name="deep", value="deep_plugin", group=registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    assert list(registry.checks()) == ["deep.one"]


def test_a_check_by_its_id():
    assert registry.get("bias.selection-rate").family == "bias"
    with pytest.raises(
        UsageError, match=r"there is no check 'bias.selection-rates'.*Did you mean 'bias.selection-rate'"
    ):
        registry.get("bias.selection-rates")
