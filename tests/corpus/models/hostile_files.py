"""Hostile joblib and skops files, and files that cost memory or time."""

import gzip
import io
import json
import lzma
import pickle
import warnings
import zipfile
import zlib

import joblib
import numpy as np
import skops.io
from assembler import BUILD, EMPTY_DICT, SETITEM, call, get, name, number, program, put, text
from hostile_pickles import Reduced
from scipy import stats
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RandomizedSearchCV
from sklearn.tree import DecisionTreeClassifier

X = np.arange(40.0).reshape(20, 2)
y = np.arange(20) % 2


def _dump(model, **options):
    buffer = io.BytesIO()
    joblib.dump(model, buffer, **options)
    return buffer.getvalue()


def arrays(marker):
    """Payloads in and around joblib's arrays."""
    import os

    evil = Reduced(os.system, f"touch {marker}")
    yield "an array of objects in joblib", _dump(np.array([evil, 1], dtype=object))
    yield "an array of objects in compressed joblib", _dump(np.array([evil, 1], dtype=object), compress=3)
    model = LogisticRegression().fit(X, y)
    model.note = evil
    yield "an attribute of an estimator", _dump(model)
    model.note = np.array([[evil]], dtype=object)
    yield "an array in an attribute", _dump(model)
    for cls in ("NDArrayWrapper", "ZNDArrayWrapper"):
        built = call(
            name("joblib.numpy_pickle_compat", cls), text("/etc/passwd"), name("numpy", "ndarray"), text("C")
        )
        yield f"legacy {cls} that opens a side file", program(built, EMPTY_DICT, BUILD)
    for label, shape, dtype in (
        ("huge", (1 << 45,), "f8"),
        ("negative", (-5,), "f8"),
        ("of objects", (3,), "O"),
    ):
        yield f"an announced array that is {label}", _announced(shape, dtype)
    yield "an announced array without a type", _announced((3,), None)
    yield "second stage by joblib.load", program(call(name("joblib", "load"), text(str(marker) + ".pkl")))
    yield "second stage by pandas", program(call(name("pandas", "read_pickle"), text(str(marker) + ".pkl")))
    yield (
        "second stage by numpy",
        program(call(name("numpy", "load"), text(str(marker) + ".npy"), text("r"), b"\x88")),
    )
    yield "a distribution that runs its state", pickle.dumps(_search(marker))


def _announced(shape, dtype):
    wrapper = joblib.numpy_pickle.NumpyArrayWrapper(np.ndarray, shape, "C", dtype and np.dtype(dtype))
    return pickle.dumps(wrapper) + b"\x00" * 64


def _search(marker):
    """A search whose scipy distribution carries code that scipy runs when it is rebuilt."""
    frozen = stats.randint(1, 5)
    code = f"open({str(marker)!r}, 'w').close()\n"
    frozen.dist._parse_arg_template = code + frozen.dist._parse_arg_template
    search = RandomizedSearchCV(
        DecisionTreeClassifier(), {"max_depth": frozen}, n_iter=2, cv=2, random_state=0
    )
    return search.fit(X, y)


def crashes(marker):
    """Well-formed models whose numbers crash the process that predicts."""
    tree = DecisionTreeClassifier().fit(X, y)
    state = tree.tree_.__getstate__()
    state["nodes"]["left_child"][0] = state["nodes"]["right_child"][0] = 1 << 40
    tree.tree_.__setstate__(state)
    yield "a tree that points nowhere", pickle.dumps(tree)


def costly(marker):
    """Small files that ask for much memory or time."""
    gigabytes = 1 << 40
    yield "a bytearray of a terabyte", program(call(name("builtins", "bytearray"), _long(gigabytes)))
    yield (
        "an array of a terabyte",
        program(
            call(name("numpy", "ndarray"), _long(gigabytes)),
        ),
    )
    yield (
        "a list of a range",
        program(call(name("builtins", "list"), call(name("builtins", "range"), _long(gigabytes)))),
    )
    yield "text that is announced and absent", b"\x80\x04\x8d" + (1 << 50).to_bytes(8, "little") + b"x."
    yield "a number of a gigabyte", b"\x80\x02\x8b" + (1 << 30).to_bytes(4, "little") + b"\x01."
    tuples = text("x") + b"".join(put(i) + get(i) + b"\x86" for i in range(60))
    yield "a key that takes for ever to hash", program(EMPTY_DICT, tuples, number(1), SETITEM)
    yield "lists in lists", program(b"]" * 200_000, b"a" * 199_999)
    zeros = b"\x80\x04\x8e" + (6 << 30).to_bytes(8, "little") + bytes(64 << 20)
    yield "a gzip bomb", gzip.compress(gzip.compress(zeros))
    yield "a zlib bomb", zlib.compress(zeros, 9)
    yield "an xz bomb", lzma.compress(zeros)


def _long(value):
    data = value.to_bytes(8, "little")
    return b"\x8a\x08" + data


def archives(marker):
    """Forged .skops archives."""
    shell = f"touch {marker}"
    function = {"__class__": "system", "__module__": "os", "__loader__": "FunctionNode", "__id__": 1}
    yield "skops: a function", _archive({**function, "content": {"module_path": "os", "function": "system"}})
    yield (
        "skops: a function that says it is another",
        _archive(
            {
                **function,
                "__class__": "expit",
                "__module__": "scipy.special",
                "content": {"module_path": "os", "function": "system"},
            }
        ),
    )
    arguments = {
        "__class__": "tuple",
        "__module__": "builtins",
        "__loader__": "TupleNode",
        "content": [_json(shell)],
    }
    yield (
        "skops: a partial",
        _archive(
            {
                "__class__": "partial",
                "__module__": "functools",
                "__loader__": "PartialNode",
                "__id__": 2,
                "content": {"func": function, "args": arguments, "kwds": _mapping(), "namespace": _mapping()},
            }
        ),
    )
    method = {"__class__": "str", "__module__": "builtins", "__loader__": "MethodNode", "__id__": 3}
    yield "skops: a method", _archive({**method, "content": {"func": "__class__", "obj": _json("x")}})
    operator = {
        "__class__": "methodcaller",
        "__module__": "operator",
        "__loader__": "OperatorFuncNode",
        "__id__": 4,
    }
    yield "skops: an operator", _archive({**operator, "attrs": arguments})
    yield (
        "skops: an operator that says it is text",
        _archive({**operator, "__class__": "str", "attrs": arguments}),
    )
    yield (
        "skops: a type",
        _archive({**function, "__class__": "Popen", "__module__": "subprocess", "__loader__": "TypeNode"}),
    )
    thing = {"__class__": "Popen", "__module__": "subprocess", "__loader__": "ObjectNode", "__id__": 5}
    yield "skops: an object", _archive({**thing, "content": _mapping()})
    reduced = {"__loader__": "ReduceNode", "reduce": {"args": arguments}, "content": _mapping()}
    yield "skops: a constructor", _archive({**thing, **reduced})
    yield "skops: an unknown loader", _archive({**thing, "__loader__": "EvilNode"})
    yield "skops: no class at all", _archive({"__loader__": "ObjectNode"})
    yield "skops: a list", _archive([1, 2])
    yield "skops: nested too deep", _zip({"schema.json": "[" * 200_000})
    yield "skops: no schema", _zip({"x": "y"})
    yield "skops: two schemas", _zip({"schema.json": "{}"}, {"schema.json": json.dumps(thing)})
    yield (
        "skops: a dotted class",
        _archive({**thing, "__module__": "sklearn.base", "__class__": "inspect.os"}),
    )


def _mapping():
    keys = {"__class__": "list", "__module__": "builtins", "__loader__": "ListNode", "content": []}
    return {
        "__class__": "dict",
        "__module__": "builtins",
        "__loader__": "DictNode",
        "content": {},
        "key_types": keys,
    }


def _json(value):
    return {
        "__class__": "str",
        "__module__": "builtins",
        "__loader__": "JsonNode",
        "content": json.dumps(value),
    }


def _archive(schema):
    if isinstance(schema, dict):
        schema = {**schema, "protocol": 2, "_skops_version": skops.__version__}
    return _zip({"schema.json": json.dumps(schema)})


def _zip(*parts):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of members of the same name
        for member, content in (item for members in parts for item in members.items()):
            archive.writestr(member, content)
    return buffer.getvalue()


def forged_tree(marker):
    """A clean .skops of a forest in which one index of a tree was changed."""
    forest = RandomForestClassifier(3, random_state=0).fit(X, y)
    for tree in forest.estimators_:
        state = tree.tree_.__getstate__()
        state["nodes"]["left_child"][0] = state["nodes"]["right_child"][0] = 1 << 40
        tree.tree_.__setstate__(state)
    yield "skops: a tree that points nowhere", skops.io.dumps(forest)


def schema_bomb(marker):
    """A small .skops whose schema unpacks to gigabytes of objects."""
    node = json.dumps(
        {"__class__": "list", "__module__": "builtins", "__loader__": "ListNode", "content": []}
    )
    content = ",".join([node] * 2_000_000)
    schema = '{"__class__": "list", "__module__": "builtins", "__loader__": "ListNode", "content": [%s], "protocol": 2}'
    yield "skops: a schema of gigabytes", _zip({"schema.json": schema % content})
