"""The wheel holds every file, --help stays light, and files and functions stay short."""

import ast
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
#: Folders at the top that ship inside the package.
INSIDE = ("checks", "policies", "report_templates")
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
HEAVY = ("numpy", "pandas", "scipy", "sklearn", "pydantic", "yaml", "jinja2", "rich", "joblib", "skops")


def folders():
    """Yield the name and the folder of every package there is."""
    for name in ("aiaudit", *INSIDE):
        for init in sorted((ROOT / name).rglob("__init__.py")):
            parts = init.parent.relative_to(ROOT).parts
            if name == "aiaudit" and len(parts) > 1 and parts[1] in INSIDE:
                continue
            yield ".".join(parts if name == "aiaudit" else ("aiaudit", *parts)), init.parent


FOLDERS = dict(folders())
MODULES = sorted(path for folder in FOLDERS.values() for path in folder.glob("*.py"))
OURS = [
    *MODULES,
    *(p for name in ("tests", "benchmarks", "scripts") for p in sorted((ROOT / name).rglob("*.py"))),
]


def relative(path):
    return str(path.relative_to(ROOT))


def test_every_package_is_listed_and_every_listed_package_is_there():
    assert sorted(SETTINGS["packages"]) == sorted(FOLDERS)


def test_every_file_beside_the_code_ships():
    left_out = []
    for name, folder in FOLDERS.items():
        patterns = SETTINGS["package-data"].get(name, [])
        for path in folder.iterdir():
            code = path.suffix in (".py", ".pyc") or path.is_dir()
            if not code and not any(fnmatch(path.name, pattern) for pattern in patterns):
                left_out.append(relative(path))
    assert left_out == []


@pytest.mark.parametrize("name", INSIDE)
def test_folders_at_the_top_are_seen_inside_the_package(name):
    link = ROOT / "aiaudit" / name
    assert SETTINGS["package-dir"][f"aiaudit.{name}"] == name
    assert link.is_symlink()
    assert str(link.readlink()) == f"../{name}"


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_files_are_short(path):
    limit = 120 if path.is_relative_to(ROOT / "checks") else 250
    assert len(path.read_text("utf-8").splitlines()) <= limit


def functions(path):
    """Yield name and length of every function of a file, without its docstring."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            first = body[0].lineno if body else node.end_lineno
            yield f"{relative(path)}:{node.name}", node.end_lineno - first + 1


def test_nine_functions_in_ten_are_short():
    lengths = dict(pair for path in MODULES for pair in functions(path))
    long = {name: length for name, length in lengths.items() if length >= 30}
    assert len(long) <= len(lengths) / 10, long
    assert max(lengths.values()) < 60, max(lengths, key=lengths.get)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["check", "--help"], ["rules", "--help"]])
def test_help_is_light(arguments, environment):
    script = (
        "import sys\n"
        "from aiaudit.__main__ import run\n"
        f"code = run({arguments!r})\n"
        f"print(code, sorted(set(sys.modules) & set({HEAVY!r})), file=sys.stderr)"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True, env=environment
    )
    assert run.stderr == "0 []\n"


def test_importing_the_package_imports_nothing_else(environment):
    script = "import sys; import aiaudit; print(sorted(m for m in sys.modules if m.startswith('aiaudit')))"
    run = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True, env=environment
    )
    assert run.stdout == "['aiaudit']\n"


def test_checks_are_imported_by_their_one_name():
    # Imported twice, as checks... and as aiaudit.checks..., a check would be two checks.
    named = re.compile(rf"\b(?:from|import)\b.*\b(?:{'|'.join(INSIDE)})\b")
    for path, text in ((path, path.read_text("utf-8")) for path in OURS):
        # To parse a file takes long, and most name none of the folders where they import.
        for node in ast.walk(ast.parse(text)) if named.search(text) else ():
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not [name for name in names if name.split(".")[0] in INSIDE], relative(path)
