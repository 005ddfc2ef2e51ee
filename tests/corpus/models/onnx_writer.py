"""Write ONNX models by hand, field by field, so that no converter is needed."""

import struct

FLOAT, WHOLE, TEXT = 1, 7, 8


def varint(number):
    number &= (1 << 64) - 1
    parts = []
    while number > 127:
        parts.append(number & 127 | 128)
        number >>= 7
    return bytes([*parts, number])


def field(number, value):
    """A field that holds a whole number, text, or a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def floats(number, values):
    return b"".join(varint(number << 3 | 5) + struct.pack("<f", value) for value in values)


def attribute(name, kind, *parts):
    return field(5, field(1, name) + b"".join(parts) + field(20, kind))


def node(operator, inputs, outputs, *attributes, domain=""):
    ends = [field(1, name) for name in inputs] + [field(2, name) for name in outputs]
    named = field(7, domain) if domain else b""
    return b"".join(ends) + field(4, operator) + b"".join(attributes) + named


def tensor(name, dims, values=(), extra=b""):
    return (
        b"".join(field(1, size) for size in dims)
        + field(2, FLOAT)
        + floats(4, values)
        + field(8, name)
        + extra
    )


def value(name, kind, *dims):
    """An input or output: a tensor whose first dimension is the rows."""
    shape = field(1, field(2, "rows")) + b"".join(field(1, field(1, size)) for size in dims)
    return field(1, name) + field(2, field(1, field(1, kind) + field(2, shape)))


def mapping(name):
    """An output that is a list of mappings from text to numbers."""
    numbers = field(1, field(1, FLOAT) + field(2, b""))
    return field(1, name) + field(2, field(4, field(1, field(5, field(1, TEXT) + field(2, numbers)))))


def graph(nodes, inputs, outputs, constants=()):
    parts = [field(1, part) for part in nodes] + [field(2, "graph")] + [field(5, part) for part in constants]
    return b"".join(parts + [field(11, part) for part in inputs] + [field(12, part) for part in outputs])


def model(body, *extra, domains=(("", 15), ("ai.onnx.ml", 3))):
    versions = [field(8, field(1, domain) + field(2, version)) for domain, version in domains]
    return (
        field(1, 8) + field(2, "by hand") + field(3, "1.0") + field(7, body) + b"".join([*versions, *extra])
    )


LINEAR = (("age", 0.1), ("income", -0.2))


def classifier_node(source="X"):
    """Logistic regression on the columns of `LINEAR`, which says 'no' or 'yes'."""
    slopes = [slope for _, slope in LINEAR]
    return node(
        "LinearClassifier", [source], ["label", "chances"],
        attribute("classlabels_strings", 8, field(9, "no"), field(9, "yes")),
        attribute("coefficients", 6, floats(7, [-s for s in slopes] + slopes)),
        attribute("intercepts", 6, floats(7, [1.0, -1.0])),
        attribute("post_transform", 3, field(4, "LOGISTIC")),
        domain="ai.onnx.ml",
    )  # fmt: skip


def matrix_model(*nodes, constants=()):
    """The classifier with one matrix as input; *nodes* come after it."""
    body = graph(
        [classifier_node(), *nodes],
        [value("X", FLOAT, 2)],
        [value("label", TEXT), value("chances", FLOAT, 2)],
        constants,
    )
    return body


def column_model():
    """The classifier with one input a column and probabilities as mappings."""
    nodes = [
        node("Concat", [name for name, _ in LINEAR], ["X"], attribute("axis", 2, field(3, 1))),
        classifier_node(),
        node(
            "ZipMap", ["chances"], ["map"],
            attribute("classlabels_strings", 8, field(9, "no"), field(9, "yes")), domain="ai.onnx.ml",
        ),
    ]  # fmt: skip
    inputs = [value(name, FLOAT, 1) for name, _ in LINEAR]
    return model(graph(nodes, inputs, [value("label", TEXT), mapping("map")]))
