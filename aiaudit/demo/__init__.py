"""The embedded example: a lender's loan decisions, and a model trained on them when the demo runs."""

from __future__ import annotations

from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

SEED = 0
TARGET, FAVORABLE = "decision", "approved"
PROTECTED = ("race", "sex")
#: Columns that a lender knows but the model is not given.
WITHHELD = ("applicant_id", *PROTECTED, TARGET)

CONFIG = """\
# Read by 'aiaudit check' in this folder. Change a line and run it again.
version: 1
model:
  path: model.skops
data:
  path: holdout.csv            # loans that the model has not seen
  target: decision             # what the lender decided
  favorable: approved          # the label that helps the person
  sensitive: [race, sex]       # compared, singly and together; not given to the model
  drop: [applicant_id]
policy: [smb-baseline]
card: system-card.yaml
output: [record.json, report.html]
"""


def loans() -> pd.DataFrame:
    """Return the 1,989 loan applications (Boston, 1990; see NOTICE)."""
    import pandas as pd

    with files("aiaudit.demo").joinpath("loans.csv").open("rb") as file:
        return pd.read_csv(file)


def train(table: pd.DataFrame) -> Any:
    """Return a pipeline fitted on *table* without its protected columns."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    features = table.drop(columns=list(WITHHELD))
    numeric = list(features.select_dtypes("number"))
    encode = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numeric),
            ("words", OneHotEncoder(handle_unknown="ignore"), [c for c in features if c not in numeric]),
        ]
    )
    # Balanced: this lender would rather refuse a good loan than grant a bad one.
    model = LogisticRegression(max_iter=1000, class_weight="balanced")
    return make_pipeline(encode, model).fit(features, table[TARGET])


def lay_out(folder: Path, today: date) -> None:
    """Write the example into *folder*: a model trained now on one half, the other half, config and card."""
    import numpy as np
    import skops.io

    table = loans()
    order = np.random.default_rng(SEED).permutation(len(table))
    half = len(table) // 2
    skops.io.dump(train(table.iloc[order[:half]]), folder / "model.skops")
    table.iloc[np.sort(order[half:])].to_csv(folder / "holdout.csv", index=False)
    (folder / "aiaudit.yaml").write_text(CONFIG, encoding="utf-8")
    card = files("aiaudit.demo").joinpath("system-card.yaml").read_text(encoding="utf-8")
    (folder / "system-card.yaml").write_text(dated(card, today), encoding="utf-8")


def dated(card: str, today: date) -> str:
    """Return the example's card as if it had been written two months before *today*."""
    written = today - timedelta(days=61)
    return card.replace("{written}", written.isoformat()).replace(
        "{expires}", (written + timedelta(days=365)).isoformat()
    )
