"""A table as columns on the wire, so that one side may run pandas 2 and the other pandas 3."""

from __future__ import annotations

import math
from typing import Any

from .protocol import ANSWER_TEXT_LIMIT, BadMessage, Writer, read_array, read_json, read_raw

#: Codes of an empty cell, by what stands in it.
_MISSING = {"nan": -1, "none": -2, "na": -3}
#: Kinds of labels, as pandas infers them, of which equal ones are the same.
_UNIFORM = ("string", "integer", "boolean")


class UnsendableColumn(Exception):
    """A column holds values that are neither numbers, text, dates nor categories."""


def encode_frame(frame: Any, writer: Writer) -> dict[str, Any]:
    """Return the description of the DataFrame *frame*, its buffers added to *writer*."""
    columns = [_encode_column(column, writer) for _, column in frame.items()]
    names = [name if isinstance(name, (str, int)) else str(name) for name in frame.columns]
    return {"names": names, "columns": columns, "rows": len(frame)}


def _encode_column(column: Any, writer: Writer) -> dict[str, Any]:
    import pandas as pd

    dtype = column.dtype
    if writer.arrow and _is_arrow_text(dtype):
        return {"kind": "arrow", "values": writer.raw(_arrow_bytes(column))}
    if isinstance(dtype, pd.CategoricalDtype):
        categories = _encode_values(dtype.categories, writer)
        codes = writer.array(column.cat.codes)
        return {"kind": "category", "codes": codes, "categories": categories, "ordered": bool(dtype.ordered)}
    if pd.api.types.is_extension_array_dtype(dtype) and dtype.kind in "iufb":
        missing = writer.array(column.isna().to_numpy(bool))
        values = column.to_numpy(dtype.numpy_dtype, na_value=dtype.numpy_dtype.type(0))
        # An Arrow type is sent as pandas' own nullable type: the other side may have no pyarrow.
        own = str(pd.array(values[:0]).dtype)
        return {"kind": "nullable", "dtype": own, "values": writer.array(values), "missing": missing}
    return _encode_values(column, writer)


def _is_arrow_text(dtype: Any) -> bool:
    """Whether it is the text of pandas 3, kept by pyarrow; the older nullable one has another empty cell."""
    import pandas as pd

    return isinstance(dtype, pd.StringDtype) and (str(dtype), dtype.storage) == ("str", "pyarrow")


def _arrow_bytes(column: Any) -> Any:
    """Text as Arrow lays it out: the other side need not make anything of it again."""
    import pyarrow as pa

    text = column.array.__arrow_array__().combine_chunks().cast(pa.large_string())
    return pa.record_batch([text], ["text"]).serialize()


def _encode_values(values: Any, writer: Writer) -> dict[str, Any]:
    import pandas as pd

    dtype = values.dtype
    if getattr(dtype, "kind", "O") in "biufMm" and not pd.api.types.is_extension_array_dtype(dtype):
        return {"kind": "numbers", "values": writer.array(values.to_numpy())}
    found = pd.api.types.infer_dtype(values, skipna=True)
    if found in ("string", "empty"):
        return _encode_text(values, writer)
    try:
        return {"kind": "mixed", "values": writer.json([_plain(value) for value in values.tolist()])}
    except TypeError:
        raise UnsendableColumn(found) from None


def _encode_text(values: Any, writer: Writer) -> dict[str, Any]:
    """Text as codes into its distinct values: columns repeat few values many times."""
    import numpy as np
    import pandas as pd

    codes, uniques = pd.factorize(values)
    codes = codes.astype(np.int32)
    as_object = values.dtype == object
    if as_object:
        empty = codes < 0
        codes[empty] = [_missing_code(value) for value in values.to_numpy()[empty]]
    return {
        "kind": "text",
        "object": as_object,
        "codes": writer.array(codes),
        "values": writer.json(list(uniques)),
    }


def _missing_code(value: Any) -> int:
    return (
        _MISSING["none"] if value is None else _MISSING["nan"] if isinstance(value, float) else _MISSING["na"]
    )


def decode_frame(description: dict[str, Any], buffers: list[bytearray]) -> Any:
    """Return the DataFrame that `encode_frame` described."""
    import pandas as pd

    columns = [_decode_column(column, buffers) for column in description["columns"]]
    # By position first: names may occur twice.
    frame = pd.DataFrame(dict(enumerate(columns)), index=range(description["rows"]), copy=False)
    frame.columns = description["names"]
    return frame


def _decode_column(column: dict[str, Any], buffers: list[bytearray]) -> Any:
    import pandas as pd

    if column["kind"] == "category":
        categories = _decode_column(column["categories"], buffers)
        codes = read_array(column["codes"], buffers)
        return pd.Series(pd.Categorical.from_codes(codes, categories, ordered=column["ordered"]))
    if column["kind"] == "nullable":
        values = pd.Series(read_array(column["values"], buffers)).astype(column["dtype"])
        return values.mask(read_array(column["missing"], buffers))
    if column["kind"] == "numbers":
        return read_array(column["values"], buffers)  # pandas 3 would copy it into a Series
    if column["kind"] == "arrow":
        return _decode_arrow(read_raw(column["values"], buffers))
    if column["kind"] == "mixed":
        return pd.Series(read_json(column["values"], buffers), dtype=object)
    return _decode_text(column, buffers)


def _decode_arrow(data: bytearray) -> Any:
    import pandas as pd
    import pyarrow as pa

    schema = pa.schema([("text", pa.large_string())])
    return pd.Series(pd.array(pa.ipc.read_record_batch(pa.py_buffer(data), schema).column(0), dtype="str"))


def _decode_text(column: dict[str, Any], buffers: list[bytearray]) -> Any:
    import numpy as np
    import pandas as pd

    uniques, codes = read_json(column["values"], buffers), read_array(column["codes"], buffers)
    if not column["object"] and int(pd.__version__.partition(".")[0]) >= 3:
        return pd.Series(pd.array(uniques, dtype="str").take(codes, allow_fill=True))
    table = np.array([*uniques, pd.NA, None, np.nan], dtype=object)
    return pd.Series(table[codes], dtype=object)


def encode_labels(answer: Any, writer: Writer) -> dict[str, Any]:
    """Return the description of an answer of a model: numbers of any shape, or one label a row."""
    import numpy as np

    values = np.asarray(answer)
    if values.dtype.kind in "biufU":
        return {"kind": "numbers", "values": writer.array(values)}
    codes, labels = _distinct(values)
    return {"kind": "labels", "codes": writer.array(codes), "values": writer.json(labels)}


def _distinct(values: Any) -> tuple[Any, list[Any]]:
    """Return codes into the distinct labels among *values*, and those."""
    import numpy as np
    import pandas as pd

    if values.ndim == 1 and pd.api.types.infer_dtype(values, skipna=False) in _UNIFORM:
        codes, found = pd.factorize(values)
        return codes.astype(np.int32), [_plain(label) for label in found]
    distinct: dict[tuple[type, Any], int] = {}
    keys = ((type(value), value) for value in map(_plain, values.tolist()))  # 1 and True are different labels
    codes = np.fromiter((distinct.setdefault(key, len(distinct)) for key in keys), np.int32, len(values))
    return codes, [label for _, label in distinct]


def _plain(value: Any) -> Any:
    if hasattr(value, "item") and not isinstance(value, (str, bytes)):
        value = value.item()
    if isinstance(value, float) and math.isnan(value):
        return math.nan  # one object, which a dictionary finds again: it is not equal to itself
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    raise TypeError("a label of type " + type(value).__name__ + " cannot be sent")


def decode_labels(description: dict[str, Any], buffers: list[bytearray]) -> Any:
    """Return the array that `encode_labels` described."""
    import numpy as np

    if description["kind"] == "numbers":
        return _readable(_of_kind(read_array(description["values"], buffers), "biufU"))
    found = list(read_json(description["values"], buffers, ANSWER_TEXT_LIMIT))
    labels = [_plain(label) for label in found]
    "".join(label for label in labels if isinstance(label, str)).encode("utf-8")  # no half characters
    codes = _of_kind(read_array(description["codes"], buffers), "i")
    if codes.ndim != 1 or codes.min(initial=0) < 0:
        raise BadMessage("labels are not described properly")
    return np.array([*labels, None], dtype=object)[:-1][codes]


def _readable(values: Any) -> Any:
    """Return *values* if each of them that is text holds characters only: others cannot even be looked at."""
    import numpy as np

    if values.dtype.kind == "U" and values.size:
        points = values.reshape(-1).view(np.uint32)
        if not ((points < 0xD800) | ((points > 0xDFFF) & (points < 0x110000))).all():
            raise BadMessage("a label holds what is no character")
    return values


def _of_kind(values: Any, kinds: str) -> Any:
    if values.dtype.kind not in kinds:
        raise BadMessage("an answer is of type " + str(values.dtype))
    return values
