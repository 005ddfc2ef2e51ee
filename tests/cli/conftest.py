"""A trained model, its data, and a way to run the command line."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from aiaudit.__main__ import run


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str


@pytest.fixture
def aiaudit(capsys):
    """Run the command line in this process."""

    def call(*arguments):
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ran(code=code, out=captured.out, err=captured.err)

    return call


def people(n=600, seed=0):
    """Applicants whose score does not depend on their group."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "income": rng.normal(50, 10, n).round(2),
            "years": rng.integers(0, 30, n),
            "region": rng.choice(["north", "south"], n),
            "sex": rng.choice(["female", "male"], n),
            "age": rng.integers(18, 80, n),
            "decision": rng.choice(["hire", "reject"], n, p=[0.4, 0.6]),
        }
    )


@pytest.fixture
def table(tmp_path):
    """Return a function that writes a table and returns its path."""

    def write(frame=None, name="people.csv", **columns):
        path = tmp_path / name
        (people() if frame is None else frame).assign(**columns).to_csv(path, index=False)
        return path

    return write


@pytest.fixture(scope="session")
def saved_model(tmp_path_factory):
    """A whole pipeline on text and numbers, saved by joblib."""
    import joblib
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    frame = people(seed=1)
    encode = make_column_transformer((OneHotEncoder(), ["region"]), remainder="passthrough")
    model = make_pipeline(encode, LogisticRegression(max_iter=1000))
    path = tmp_path_factory.mktemp("model") / "model.joblib"
    joblib.dump(model.fit(frame[["income", "years", "region"]], frame["decision"]), path)
    return path
