"""The allow-list: which classes and functions a model file may name."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable

from .refusal import Refusal

_LIST = os.path.join(os.path.dirname(os.path.abspath(__file__)), "allowlist.json")
_SHOWN = 20
_BY_VALUE = ("cloudpickle", "dill", "_dill", "marshal")
_UNNEEDED = "No fitted model needs it: treat the file as hostile, and ask whoever made it."
#: Modules through which a file reaches the system, other code or any attribute; no fitted model needs them.
_REACHING = {
    *("builtins", "sys", "os", "posix", "nt", "_winapi", "subprocess", "_posixsubprocess", "pty"),
    *("multiprocessing", "asyncio", "signal", "shutil", "socket", "urllib", "webbrowser", "ctypes"),
    *("importlib", "pkgutil", "runpy", "code", "codeop", "pdb", "pydoc", "timeit", "pip"),
}


def load_allowlist() -> frozenset[str]:
    """Return every name that a file may mention, as ``module.name``."""
    return _read("modules") | load_inert()


def load_inert() -> frozenset[str]:
    """Return those names of the list for which an object that does nothing is put."""
    return _read("inert")


def _read(section: str) -> frozenset[str]:
    with open(_LIST, encoding="utf-8") as file:
        modules = json.load(file)[section]
    return frozenset(module + "." + name for module, names in modules.items() for name in names)


def check_trust(names: Iterable[str]) -> frozenset[str]:
    """Return *names* as a set; each must be one exact dotted name.

    Raises
    ------
    Refusal
        A name is not of the form ``package.module.Name``, or one by which a file reaches the system.
    """
    for name in names:
        if "." not in name or not all(part.isidentifier() for part in name.split(".")):
            raise Refusal(
                "'" + name + "' is not a name that can be trusted",
                "Write the class in full, as in --trust my_features.Clip; wildcards are not accepted.",
            )
        if _reaches(name):
            raise Refusal("'" + name + "' cannot be trusted: it reaches the system or any code", _UNNEEDED)
    return frozenset(names)


def unknown_names(names: Iterable[str], what: str) -> Refusal:
    """Return the refusal for *names* that nobody vouched for, with the arguments that would admit them."""
    listed = sorted(set(names))
    more = " and " + str(len(listed) - _SHOWN) + " more" if len(listed) > _SHOWN else ""
    message = what + " names code that is not on the allow-list: " + ", ".join(listed[:_SHOWN]) + more
    return Refusal(message, _advice(listed))


def _reaches(name: str) -> bool:
    return name.split(".")[0] in _REACHING


def _advice(names: list[str]) -> str:
    if any(name.split(".")[0] in _BY_VALUE for name in names):
        return (
            "A lambda or a function of a notebook was saved as code: move it into a module "
            "(my_features.py), import it from there, save the model again and add --trust my_features.NAME."
        )
    if any(name.startswith("__main__.") for name in names):
        return (
            "A class of a script or notebook cannot be found again: move it into a module "
            "(my_features.py), import it from there, save the model again and add --trust my_features.NAME."
        )
    if any(_reaches(name) for name in names):
        return _UNNEEDED
    if not all(part.isidentifier() for name in names for part in name.split(".")):
        return "At least one of these is no class or function by name: treat the file as hostile."
    arguments = " ".join("--trust " + name for name in names[:_SHOWN])
    return "Only if you know and trust each of them, add: " + arguments
