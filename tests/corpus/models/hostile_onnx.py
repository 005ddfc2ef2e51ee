"""Hostile .onnx files: they want other files, foreign operators, endless time or endless memory."""

from onnx_writer import (
    FLOAT,
    TEXT,
    WHOLE,
    attribute,
    classifier_node,
    field,
    graph,
    matrix_model,
    model,
    node,
    tensor,
    value,
    varint,
)

_OUTSIDE = field(13, field(1, "location") + field(2, "../../etc/passwd")) + field(14, 1)
_SECRET = tensor("secret", (2, 2), extra=_OUTSIDE)


def files(marker):
    """Models that reach for other files."""
    yield "onnx: weights in another file", model(matrix_model(constants=[_SECRET]))
    constant = node("Constant", [], ["c"], attribute("value", 4, field(5, _SECRET)))
    yield "onnx: a constant in another file", model(matrix_model(constant))
    sparse = node("Constant", [], ["c"], attribute("sparse_value", 11, field(22, field(1, _SECRET))))
    yield "onnx: a sparse constant in another file", model(matrix_model(sparse))
    branch = attribute("then_branch", 5, field(6, graph([constant], [], [])))
    yield "onnx: another file in a branch", model(matrix_model(node("If", ["X"], ["c"], branch)))
    yield (
        "onnx: another file in the first of two graphs",
        model(graph([], [], [], [_SECRET]), field(7, matrix_model())),
    )
    yield "onnx: weights in another file, sparse", model(matrix_model() + field(15, field(1, _SECRET)))


def operators(marker):
    """Models with operators outside the standard."""
    library = ("evil.ops", 1)
    for domain, operator in (("evil.ops", "Run"), ("com.microsoft", "EPContext"), ("ai.onnx.ml.evil", "Run")):
        foreign = node(operator, ["chances"], ["c"], domain=domain)
        yield f"onnx: the operator {domain}.{operator}", model(matrix_model(foreign))
    foreign = node("Run", ["X"], ["c"], domain="evil.ops")
    branch = attribute("else_branch", 5, field(6, graph([foreign], [], [])))
    yield "onnx: a foreign operator in a branch", model(matrix_model(node("If", ["X"], ["c"], branch)))
    function = field(25, field(1, "Own") + field(7, foreign) + field(10, "own"))
    own = node("Own", ["X"], ["c"], domain="own")
    yield (
        "onnx: a foreign operator in a function",
        model(matrix_model(own), function, field(8, field(1, library[0]))),
    )


def damaged(marker):
    """What is no model, or one that cannot be built."""
    whole = model(matrix_model())
    yield "onnx: cut short", whole[:-20]
    yield "onnx: noise", b"\x08" + bytes(range(256)) * 4
    yield "onnx: no graph", field(1, 8) + field(2, "x")
    yield "onnx: a number of many bytes", b"\x08" + b"\xff" * 64
    yield "onnx: a length past the end", b"\x08\x08\x3a" + varint(1 << 60)
    yield "onnx: a length of a number too long", b"\x08\x08\x3a" + b"\xff" * 9 + b"\x01"
    nested = graph([], [], [])
    for _ in range(5000):
        nested = graph([node("If", ["X"], ["c"], attribute("then_branch", 5, field(6, nested)))], [], [])
    yield "onnx: graphs within graphs", model(nested)
    yield "onnx: an unknown operator of the standard", model(matrix_model(node("Run", ["X"], ["c"])))
    label = [value("label", TEXT)]
    yield "onnx: a graph without inputs", model(graph([], [], label))
    yield "onnx: a picture as input", model(graph([classifier_node()], [value("X", FLOAT, 3, 64, 64)], label))
    yield (
        "onnx: no decision",
        model(graph([classifier_node()], [value("X", FLOAT, 2)], [value("chances", FLOAT, 2)])),
    )


def all_of(marker):
    """Yield (name, content) of every hostile .onnx file that is refused."""
    for group in (files, operators, damaged):
        yield from group(marker)


def _looping(count):
    body = graph(
        [node("Identity", ["on"], ["still_on"]), node("Identity", ["x"], ["y"])],
        [value("i", WHOLE), value("on", 9), value("x", FLOAT, 2)],
        [value("still_on", 9), value("y", FLOAT, 2)],
    )
    loop = node("Loop", ["count", "", "X"], ["X2"], attribute("body", 5, field(6, body)))
    trips = field(2, WHOLE) + field(7, count) + field(8, "count")
    nodes = [loop, classifier_node("X2")]
    return model(
        graph(nodes, [value("X", FLOAT, 2)], [value("label", TEXT), value("chances", FLOAT, 2)], [trips])
    )


def endless(marker):
    """A model that is in order and never answers."""
    yield "onnx: a loop without end", _looping(1 << 62)


def costly(marker):
    """Small models that ask for much memory when they are built or asked."""
    size = field(1, 1) + field(2, WHOLE) + field(7, 1 << 42) + field(8, "size")
    nodes = [
        node("ConstantOfShape", ["size"], ["zeros"]),
        node("ReduceSum", ["zeros"], ["sum"]),
        node("Add", ["X", "sum"], ["X2"]),
        classifier_node("X2"),
    ]
    outputs = [value("label", TEXT), value("chances", FLOAT, 2)]
    yield "onnx: zeros of terabytes", model(graph(nodes, [value("X", FLOAT, 2)], outputs, [size]))
