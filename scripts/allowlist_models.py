"""Fitted models of every estimator and of the settings that change what a file holds."""

from __future__ import annotations

import importlib
import warnings

import numpy as np
from allowlist_tables import tables


def _data():
    rng = np.random.RandomState(0)
    X = np.abs(rng.randn(60, 4)) + 0.1
    return X, (X[:, 0] > np.median(X[:, 0])).astype(int)


def _construct(estimator_class):
    try:
        from sklearn.utils._test_common.instance_generator import _construct_instances
    except ImportError:
        from sklearn.utils.estimator_checks import _construct_instance

        return _construct_instance(estimator_class)
    return next(iter(_construct_instances(estimator_class)))


def _target(estimator, y):
    from sklearn.utils import estimator_checks

    for name in ("_enforce_estimator_tags_y", "enforce_estimator_tags_y"):
        if hasattr(estimator_checks, name):
            return getattr(estimator_checks, name)(estimator, y)
    return y


def _input(estimator, X):
    from sklearn.utils import estimator_checks

    for name in ("_enforce_estimator_tags_X", "_pairwise_estimator_convert_X", "_enforce_estimator_tags_x"):
        if hasattr(estimator_checks, name):
            return getattr(estimator_checks, name)(estimator, X)
    return X


def _fit(estimator):
    X, y = _data()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return estimator.fit(_input(estimator, X), _target(estimator, y))


def _odd_inputs():
    """Estimators whose input is no matrix of numbers."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
    from sklearn.preprocessing import LabelBinarizer, LabelEncoder, MultiLabelBinarizer

    texts = ["a word here", "another word there"]
    yield "DictVectorizer", lambda: DictVectorizer().fit([{"a": 1.0}, {"b": 2.0}])
    for vectorizer in (CountVectorizer, HashingVectorizer, TfidfVectorizer):
        yield vectorizer.__name__, lambda v=vectorizer: v().fit(texts)
    for encoder in (LabelBinarizer, LabelEncoder):
        yield encoder.__name__, lambda e=encoder: e().fit(["a", "b"])
    yield "MultiLabelBinarizer", lambda: MultiLabelBinarizer().fit([["a"], ["b", "c"]])


def _settings():
    """Settings that bring other classes or functions into the file."""
    from sklearn import (
        calibration,
        cluster,
        ensemble,
        feature_selection,
        gaussian_process,
        linear_model,
        model_selection,
        neighbors,
        neural_network,
        preprocessing,
    )
    from sklearn.gaussian_process import kernels
    from sklearn.metrics import fbeta_score, make_scorer

    for loss in ("squared_error", "absolute_error", "poisson", "quantile", "gamma"):
        made = {"quantile": 0.5} if loss == "quantile" else {}
        yield "HGBR " + loss, lambda a=loss, b=made: _fit(ensemble.HistGradientBoostingRegressor(loss=a, **b))
    for loss in ("squared_error", "absolute_error", "huber", "quantile"):
        yield "GBR " + loss, lambda a=loss: _fit(ensemble.GradientBoostingRegressor(loss=a, n_estimators=3))
    for loss in ("log_loss", "exponential"):
        yield "GBC " + loss, lambda a=loss: _fit(ensemble.GradientBoostingClassifier(loss=a, n_estimators=3))
    losses = "hinge log_loss modified_huber squared_hinge perceptron squared_error huber"
    losses += " epsilon_insensitive squared_epsilon_insensitive"
    for loss in losses.split():
        yield "SGDC " + loss, lambda a=loss: _fit(linear_model.SGDClassifier(loss=a))
    for metric in ("manhattan", "chebyshev", "minkowski", "cosine"):
        algorithm = "brute" if metric == "cosine" else "ball_tree"
        yield (
            "KNN " + metric,
            lambda a=metric, b=algorithm: _fit(neighbors.KNeighborsClassifier(metric=a, algorithm=b)),
        )
    for solver in ("lbfgs", "sgd", "adam"):
        yield "MLP " + solver, lambda a=solver: _fit(neural_network.MLPClassifier(solver=a, max_iter=5))
    gp = gaussian_process.GaussianProcessRegressor
    for kernel in (
        kernels.Matern() + kernels.WhiteKernel(),
        kernels.RationalQuadratic() * kernels.DotProduct(),
        kernels.ExpSineSquared() ** 2,
        kernels.PairwiseKernel(),
    ):
        yield "GP " + str(kernel), lambda a=kernel: _fit(gp(a, optimizer=None))
    for function in (np.log1p, np.log, np.sqrt, np.exp, np.abs, np.square, None):
        yield "Function " + str(function), lambda a=function: _fit(preprocessing.FunctionTransformer(a))
    for name in (
        "f_classif",
        "f_regression",
        "chi2",
        "mutual_info_classif",
        "mutual_info_regression",
        "r_regression",
    ):
        function = getattr(feature_selection, name)
        yield "SelectKBest " + name, lambda a=function: _fit(feature_selection.SelectKBest(a, k=2))
    forest = ensemble.RandomForestClassifier(n_estimators=3)
    splitters = [
        model_selection.StratifiedKFold(3),
        model_selection.TimeSeriesSplit(3),
        model_selection.ShuffleSplit(3),
    ]
    splitters += [model_selection.RepeatedStratifiedKFold(n_splits=3, n_repeats=1)]
    for cv in splitters:
        yield (
            "GridSearch " + type(cv).__name__,
            lambda a=cv: _fit(
                model_selection.GridSearchCV(forest, {"max_depth": [1, 2]}, cv=a, scoring="roc_auc")
            ),
        )
    scorer = make_scorer(fbeta_score, beta=2)
    yield (
        "GridSearch scorer",
        lambda: _fit(model_selection.GridSearchCV(forest, {"max_depth": [1, 2]}, scoring=scorer)),
    )
    yield "RandomizedSearch scipy", lambda: _fit(_random_search(forest))
    yield "Isotonic", lambda: _fit(calibration.CalibratedClassifierCV(forest, method="isotonic", cv=2))
    yield "Agglomeration", lambda: _fit(cluster.FeatureAgglomeration(n_clusters=2))
    yield "Seeded", lambda: _fit(ensemble.RandomForestClassifier(2, random_state=np.random.RandomState(0)))
    yield "Mixed table", _mixed_table
    yield "Mixed table by index", lambda: _mixed_table(by_index=True)


def _random_search(forest):
    from scipy import stats
    from sklearn.model_selection import RandomizedSearchCV

    space = {"max_depth": stats.randint(1, 5), "min_samples_leaf": stats.uniform(0.05, 0.2)}
    return RandomizedSearchCV(forest, space, n_iter=2, random_state=0)


def _mixed_table(by_index=False):
    import pandas as pd
    from sklearn.compose import ColumnTransformer, make_column_selector
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    X, y = _data()
    frame = pd.DataFrame(X, columns=list("abcd")).assign(e=["x", "y"] * 30)
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    columns = ColumnTransformer(
        [
            ("n", numbers, frame.columns[:3] if by_index else make_column_selector(dtype_include="number")),
            ("t", OneHotEncoder(handle_unknown="ignore"), frame.columns[4:] if by_index else ["e"]),
        ],
        remainder="passthrough",
    )
    return make_pipeline(columns, LogisticRegression()).fit(frame, y)


def _companions():
    """Models of libraries that follow scikit-learn's conventions, where they are installed."""
    for name, classes in (
        ("xgboost", ("XGBClassifier", "XGBRegressor", "XGBRFClassifier", "XGBRFRegressor")),
        ("lightgbm", ("LGBMClassifier", "LGBMRegressor")),
    ):
        library = _optional(name)
        for cls in classes if library else ():
            yield cls, lambda a=library, b=cls: _fit(getattr(a, b)(n_estimators=3))
    if _optional("imblearn"):
        yield from _imbalanced()
    encoders = _optional("category_encoders")
    for name in getattr(encoders, "__all__", ()):
        if name.endswith("Encoder"):
            yield "category_encoders " + name, lambda a=name: _encoder_pipeline(getattr(encoders, a)())


def _optional(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _imbalanced():
    from imblearn import over_sampling, pipeline, under_sampling
    from imblearn.ensemble import (
        BalancedBaggingClassifier,
        BalancedRandomForestClassifier,
        EasyEnsembleClassifier,
    )
    from sklearn.linear_model import LogisticRegression

    for cls in (BalancedBaggingClassifier, BalancedRandomForestClassifier, EasyEnsembleClassifier):
        yield cls.__name__, lambda a=cls: _fit(a(n_estimators=3))
    for sampler in (
        over_sampling.SMOTE(),
        over_sampling.RandomOverSampler(),
        under_sampling.RandomUnderSampler(),
    ):
        name = "imblearn " + type(sampler).__name__
        yield name, lambda a=sampler: _fit(pipeline.make_pipeline(a, LogisticRegression()))


def _encoder_pipeline(encoder):
    import pandas as pd
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    _, y = _data()
    frame = pd.DataFrame({"job": ["x", "y", "z"] * 20, "town": ["p", "q"] * 30})
    return make_pipeline(encoder, LogisticRegression()).fit(frame, y)


def fitted_models():
    """Yield (label, function that returns a fitted model) for everything this release can fit."""
    from sklearn.utils import all_estimators

    odd = dict(_odd_inputs())
    for name, estimator_class in all_estimators():
        yield name, odd.get(name) or (lambda cls=estimator_class: _fit(_construct(cls)))
    yield from _settings()
    yield from _companions()
    yield from tables()
