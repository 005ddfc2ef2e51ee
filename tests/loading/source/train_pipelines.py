"""Train pipelines in an old environment and save them with what they answer: python train_pipelines.py FOLDER."""

import pickle
import sys
import warnings
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import skops.io
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

warnings.simplefilter("ignore")
folder = Path(sys.argv[1])
random = np.random.RandomState(0)
frame = pd.DataFrame(
    {"age": random.randint(18, 80, 300).astype(float), "job": random.choice(["a", "b", "c"], 300)}
)
frame.loc[::17, "age"] = np.nan
frame.loc[::13, "job"] = np.nan
labels = np.where(frame["age"].fillna(0) > 40, "yes", "no")
frame.to_csv(folder / "data.csv", index=False)
MODELS = [
    LogisticRegression(),
    RandomForestClassifier(20, random_state=0, n_jobs=2),
    HistGradientBoostingClassifier(random_state=0),
    GradientBoostingClassifier(random_state=0),
    KNeighborsClassifier(),
]


def fitted(model, names):
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    words = make_pipeline(
        SimpleImputer(strategy="constant", fill_value="?"), OneHotEncoder(handle_unknown="ignore")
    )
    columns = ColumnTransformer([("numbers", numbers, names[:1]), ("words", words, names[1:])])
    return make_pipeline(columns, model).fit(frame, labels)


for model in MODELS:
    pipeline = fitted(model, frame.columns)  # an index, as people write it: the file holds a piece of pandas
    name = type(model).__name__
    joblib.dump(pipeline, folder / (name + ".joblib"))
    (folder / (name + ".pkl")).write_bytes(pickle.dumps(pipeline))
    skops.io.dump(fitted(model, list(frame.columns)), folder / (name + ".skops"))
    np.save(folder / (name + ".npy"), pipeline.predict_proba(frame))
    np.save(folder / (name + ".labels.npy"), pipeline.predict(frame).astype("U3"))
