"""Tables and their parts, which encoders and transformers keep in their state."""

from __future__ import annotations


def tables():
    """Yield (label, function that returns a table) for every kind of column, index and single value."""
    import pandas as pd

    for name, values in [*_plain_columns(), *_dates(), *_arrow_columns()]:
        yield "table of " + name, lambda a=name, b=values: pd.DataFrame({a: b})
        yield "index of " + name, lambda b=values: pd.Index(b)
    index = pd.MultiIndex.from_tuples([("a", 1), ("b", 2)])
    yield "table with two indexes", lambda: pd.DataFrame({"x": [1, 2]}, index=index)
    yield "table with labels", lambda: pd.DataFrame({"x": [1, 2]}, index=["a", "b"])
    yield "table of types", lambda: pd.DataFrame({"x": [1.0], "y": ["a"]}).dtypes
    yield (
        "table of single values",
        lambda: [pd.NaT, pd.NA, pd.Timestamp(0), pd.Timedelta(1), pd.Interval(0, 1)],
    )
    yield "table of periods", lambda: pd.period_range("2024", periods=2, freq="M").to_series()


def _plain_columns():
    import pandas as pd

    yield "numbers", pd.Series([1.5, 2.0])
    yield "whole numbers", pd.Series([1, 2])
    yield "truths", pd.Series([True, False])
    yield "text", pd.Series(["a", "b"])
    yield "objects", pd.Series(["a", None], dtype=object)
    yield "categories", pd.Series(["a", "b"], dtype="category")
    yield "bins", pd.cut(pd.Series([1.0, 2.0, 3.0]), 2)
    yield "nullable", pd.Series([1, None], dtype="Int64")
    yield "nullable fractions", pd.Series([1.5, None], dtype="Float64")
    yield "nullable truths", pd.Series([True, None], dtype="boolean")
    yield "strings", pd.Series(["a", None], dtype="string[python]")
    yield "strings as categories", pd.Series(["a", "b"], dtype="string[python]").astype("category")
    yield "sparse", pd.Series([0.0, 0.0, 1.0]).astype("Sparse[float]")


def _dates():
    import pandas as pd

    dates = pd.to_datetime(pd.Series(["2024-01-01", "2024-01-02"]))
    yield "dates", dates
    yield "dates in UTC", dates.dt.tz_localize("UTC")
    yield "days", pd.Series(pd.date_range("2024-01-01", periods=2))
    yield "durations", dates - dates[0]
    for offset in ("D", "B", "W", "MS", "YS", "h", "min", "s"):
        try:
            index = pd.date_range("2024-01-01", periods=2, freq=offset)
        except ValueError:  # older releases call it otherwise
            continue
        yield "dates by " + offset, index


def _arrow_columns():
    import pandas as pd

    try:
        import pyarrow as pa
    except ImportError:
        return
    yield "strings of Arrow", pd.Series(["a", None], dtype="string[pyarrow]")
    dictionary = pa.array(["a", "b"]).dictionary_encode()
    for values in (
        pa.array([1, None]),
        pa.array([1.5, None]),
        pa.array([True, None]),
        pa.array(["a", None]),
        pa.array(["a", None], pa.large_string()),
        pa.array([0, 1], pa.timestamp("ns")),
        pa.array([0, 1], pa.date32()),
        pa.array([0, 1], pa.duration("s")),
        dictionary,
    ):
        yield f"Arrow {values.type}", pd.Series(values.tolist()).astype(pd.ArrowDtype(values.type))
