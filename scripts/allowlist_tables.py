"""Tables, which encoders and transformers keep in their state."""

from __future__ import annotations


def tables():
    """Yield (label, function that returns a table) for every kind of column and index."""
    import pandas as pd

    columns = {
        "numbers": pd.Series([1.5, 2.0]),
        "text": pd.Series(["a", "b"]),
        "objects": pd.Series(["a", None], dtype=object),
        "categories": pd.Series(["a", "b"], dtype="category"),
        "dates": pd.to_datetime(pd.Series(["2024-01-01", "2024-01-02"])),
        "nullable": pd.array([1, None], dtype="Int64"),
        "strings": pd.array(["a", None], dtype="string[python]"),
    }
    for name, values in columns.items():
        yield "table of " + name, lambda a=name, b=values: pd.DataFrame({a: b})
    index = pd.MultiIndex.from_tuples([("a", 1), ("b", 2)])
    yield "table with two indexes", lambda: pd.DataFrame({"x": [1, 2]}, index=index)
    yield "table with labels", lambda: pd.DataFrame({"x": [1, 2]}, index=["a", "b"])
