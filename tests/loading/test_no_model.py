"""Files that hold no model, and models that decide several things: named before anything is asked of them."""

import pickle

import pytest
from sklearn.tree import DecisionTreeClassifier

from aiaudit.errors import IncompleteError, UsageError
from aiaudit.loading.models import open_model

NOT_A_MODEL = {
    "empty": (b"", "the file is empty"),
    "csv": (b"age,job\n1,a\n", "not a complete pickle"),
    "html": (b"<html></html>", "an HTML or XML document"),
    "json": (b'{"a": 1}', "a JSON document"),
    "npy": (b"\x93NUMPY\x01\x00", "a NumPy array"),
    "zip": (b"PK\x03\x04rest", "damaged"),
    "cut": (pickle.dumps([1, 2, 3] * 10)[:-5], "not a complete pickle"),
    "two": (pickle.dumps(1) + pickle.dumps(2), "bytes after the end"),
    "list": (pickle.dumps([1, 2]), "a list cannot predict"),
    "several": (pickle.dumps(DecisionTreeClassifier().fit([[0]], [["a", "b"]])), "decides several things"),
    "lz4": (b"\x04\x22\x4d\x18rest", "lz4"),
}


@pytest.mark.parametrize(
    # The tree alone has to be loaded before it shows.
    "case",
    [pytest.param(c, marks=pytest.mark.slow) if c == "several" else c for c in NOT_A_MODEL],
)
def test_what_is_no_model_is_named(case, tmp_path):
    content, expected = NOT_A_MODEL[case]
    path = tmp_path / "model.pkl"
    path.write_bytes(content)
    with pytest.raises(IncompleteError) as caught:
        open_model(path)
    assert expected in caught.value.message
    assert caught.value.hint


def test_a_missing_file_and_a_folder_are_usage_errors(tmp_path):
    with pytest.raises(UsageError, match="no such model file"):
        open_model(tmp_path / "absent.pkl")
    with pytest.raises(UsageError, match="a folder"):
        open_model(tmp_path)
