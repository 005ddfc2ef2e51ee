"""List what a scikit-learn installation may put into a model file (runs inside that installation).

Writes JSON: the names that are allowed by kind, those seen in the files of fitted models, and the version.
"""

from __future__ import annotations

import _compat_pickle
import importlib
import inspect
import io
import json
import pickle
import pkgutil
import sys
import warnings

from allowlist_reviewed import INERT_MODULES, PURE_MODULES

# A class is listed when it derives from one of these: its constructor only stores what it is given, and
# its state is plain data. The names are tried in each release; one that a release lacks is skipped.
KINDS = (
    "sklearn.base.BaseEstimator",
    "sklearn.gaussian_process.kernels.Kernel",
    "sklearn.model_selection._split.BaseCrossValidator",
    "sklearn.model_selection._split.BaseShuffleSplit",
    "sklearn.model_selection._split._RepeatedSplits",
    "sklearn.metrics._scorer._BaseScorer",
    "sklearn._loss.link.BaseLink",
    "sklearn._loss.loss.BaseLoss",
    "sklearn._loss._loss.CyLossFunction",
    "sklearn.ensemble._gb_losses.LossFunction",
    "sklearn.linear_model._sgd_fast.LossFunction",
    "sklearn.metrics._dist_metrics.DistanceMetric",
    "sklearn.metrics._dist_metrics.DistanceMetric32",
    "sklearn.metrics._dist_metrics.DistanceMetric64",
    "sklearn.neighbors._ball_tree.BinaryTree",
    "sklearn.neighbors._ball_tree.BinaryTree32",
    "sklearn.neighbors._ball_tree.BinaryTree64",
    "sklearn.neighbors._kd_tree.BinaryTree",
    "sklearn.neighbors._kd_tree.BinaryTree32",
    "sklearn.neighbors._kd_tree.BinaryTree64",
    "sklearn.neural_network._stochastic_optimizers.BaseOptimizer",
)

SKIPPED = ("tests", "externals", "datasets", "conftest", "setup", "_mocking", "_testing", "estimator_checks")
SKIPPED += (
    "_test_common",
    "_build",
    "tests_common",
    "testing",
    "spark",
    "dask",
    "experimental",
    "keras",
    "tensorflow",
)


#: Libraries whose estimators are listed, where they are installed.
PACKAGES = ("sklearn", "imblearn", "category_encoders", "xgboost", "lightgbm")


def modules(packages=PACKAGES):
    """Yield every importable module of *packages* that is not there for tests, data or building."""
    for package in filter(None, map(_module, packages)):
        yield package
        for info in pkgutil.walk_packages(
            package.__path__, package.__name__ + ".", onerror=lambda name: None
        ):
            if not any(part in SKIPPED or part.startswith("test_") for part in info.name.split(".")):
                yield from filter(None, [_module(info.name)])


def _find(full):
    module, _, name = full.rpartition(".")
    try:
        return getattr(importlib.import_module(module), name, None)
    except ImportError:
        return None


def by_kind(packages=PACKAGES):
    """Return the names of all classes of the listed kinds in *packages*."""
    kinds = tuple(kind for kind in map(_find, KINDS) if kind is not None)
    names = set()
    for module in modules(packages):
        for value in vars(module).values():
            if inspect.isclass(value) and issubclass(value, kinds) and _is_of(value, module):
                names.add(value.__module__ + "." + value.__qualname__)
                rebuild = "__pyx_unpickle_" + value.__name__
                if hasattr(module, rebuild):
                    names.add(value.__module__ + "." + rebuild)
    return names


def _is_of(value, module):
    """Tell whether a class belongs to a library; some compiled ones name their module without its package."""
    parts = value.__module__.split(".")
    own = parts[0] in PACKAGES and not any(part in SKIPPED for part in parts)
    return own or value.__module__ == module.__name__.rpartition(".")[2]


def pure_functions():
    """Return the public functions of the modules that only compute."""
    names = set()
    for module in filter(None, map(_module, PURE_MODULES)):
        for name, value in vars(module).items():
            if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_"):
                names.add(module.__name__ + "." + name)
    return names


def distributions():
    """Return the classes behind scipy's distributions."""
    found = filter(None, map(_module, INERT_MODULES))
    return {
        module.__name__ + "." + name for module in found for name in vars(module) if name.endswith("_gen")
    }


def _module(name):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(name)
    except ImportError:
        return None


class _Reader(pickle._Unpickler):
    """Note each name on the way."""

    def __init__(self, file, names):
        super().__init__(file)
        self._names = names

    def find_class(self, module, name):
        if self.proto < 3:
            renamed = _compat_pickle.NAME_MAPPING.get((module, name))
            module, name = renamed or (_compat_pickle.IMPORT_MAPPING.get(module, module), name)
        self._names.add(module + "." + name)
        return super().find_class(module, name)


def names_in(model):
    """Return every name in the pickle of *model*, in an old and in a new protocol."""
    names = set()
    for protocol in (2, pickle.HIGHEST_PROTOCOL):
        _Reader(io.BytesIO(pickle.dumps(model, protocol)), names).load()
    return names


def main():
    """Write the collection as JSON to the path given."""
    import sklearn
    from allowlist_models import fitted_models

    warnings.simplefilter("ignore")
    seen, skipped = {}, {}
    for label, make in fitted_models():
        try:
            for name in names_in(make()):
                seen.setdefault(name, label)
        except Exception as error:  # noqa: BLE001 - a model that cannot be made is listed with its reason
            skipped[label] = type(error).__name__ + ": " + str(error)[:100]
    result = {
        "version": sklearn.__version__,
        "kind": sorted(by_kind()),
        "pure": sorted(pure_functions()),
        "inert": sorted(distributions()),
        "seen": seen,
        "skipped": skipped,
    }
    with open(sys.argv[1], "w") as file:
        json.dump(result, file, indent=1, sort_keys=True)


if __name__ == "__main__":
    main()
