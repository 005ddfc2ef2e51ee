"""Read the trees of fitted ensembles, as arrays that can be followed for many rows at once."""

from __future__ import annotations

import json
from typing import Any

from .coalitions import Tree
from .ownership import Unfit

#: More leaves than this are not even looked at: the exact computation would take too long.
_LEAVES = 2_000_000


def trees_of(final: Any, favoured: list[bool] | None) -> list[Tree] | None:
    """Return the trees whose sum, up to a constant, is what *final* computes; None if it has no trees.

    Parameters
    ----------
    final : object
        The deciding estimator, without its preparing steps.
    favoured : list of bool or None
        For each class, whether it helps the person; None for a regression.

    Raises
    ------
    Unfit
        It has trees, but its output is no sum of them.
    """
    if hasattr(final, "_predictors"):
        return _histogram(final, favoured)
    if hasattr(final, "estimators_") and hasattr(final, "learning_rate") and hasattr(final, "init_"):
        sign = sign_of(favoured)
        parts = [tree for stage in final.estimators_ for tree in stage]
        if final.estimators_.shape[1] != 1:
            raise Unfit("boosting of several classes has no one sum of trees")
        return [_plain(tree, None, sign * final.learning_rate) for tree in parts]
    if hasattr(final, "booster_"):
        return _lightgbm(final, favoured)
    if hasattr(final, "get_booster"):
        return _xgboost(final, favoured)
    return _averaged(final, favoured)


def sign_of(favoured: list[bool] | None) -> float:
    """Return 1 where a higher margin favours the person, -1 where a lower one does."""
    if favoured is None:
        return 1.0
    if sorted(favoured) != [False, True]:
        raise Unfit("with more than two classes, or none favoured, there is no one margin")
    return 1.0 if favoured[1] else -1.0


def _averaged(final: Any, favoured: list[bool] | None) -> list[Tree] | None:
    kind = type(final).__name__
    if hasattr(final, "tree_"):
        return [_plain(final, favoured, 1.0)]
    if not kind.startswith(("RandomForest", "ExtraTrees")) or not hasattr(final, "estimators_"):
        return None
    found = list(final.estimators_)
    if sum(tree.tree_.n_leaves for tree in found) > _LEAVES:
        raise Unfit("its trees are too many and too deep to be followed exactly")
    return [_plain(tree, favoured, 1.0 / len(found)) for tree in found]


def _plain(estimator: Any, favoured: list[bool] | None, scale: float) -> Tree:
    """Return a tree of scikit-learn's own."""
    import numpy as np

    tree = estimator.tree_
    if tree.value.shape[1] != 1:
        raise Unfit("it has several outputs")
    value = tree.value[:, 0, :]
    if favoured is not None:
        value = value / value.sum(axis=1, keepdims=True)
        value = value[:, np.array(favoured)].sum(axis=1)
    else:
        value = value[:, 0]
    missing_left = getattr(tree, "missing_go_to_left", np.zeros(tree.node_count, np.uint8))
    threshold, column = tree.threshold, tree.feature

    def goes_left(rows: Any, node: int) -> Any:
        # scikit-learn compares in single precision.
        values = rows[:, column[node]].astype(np.float32)
        return (values <= threshold[node]) | (np.isnan(values) & bool(missing_left[node]))

    return Tree(tree.children_left, tree.children_right, column, value * scale, goes_left)


def _histogram(final: Any, favoured: list[bool] | None) -> list[Tree]:
    sign = sign_of(favoured)
    if any(len(stage) != 1 for stage in final._predictors):
        raise Unfit("boosting of several classes has no one sum of trees")
    return [_predictor(stage[0], sign) for stage in final._predictors]


def _predictor(predictor: Any, sign: float) -> Tree:
    import numpy as np

    nodes, bitsets = predictor.nodes, predictor.raw_left_cat_bitsets
    leaf = nodes["is_leaf"].astype(bool)
    left, right = (np.where(leaf, -1, nodes[side].astype(np.int64)) for side in ("left", "right"))
    column = nodes["feature_idx"].astype(np.int64)

    def goes_left(rows: Any, node: int) -> Any:
        values = rows[:, column[node]]
        missing = np.isnan(values)
        if nodes["is_categorical"][node]:
            code = np.where(missing, 0, values).astype(np.int64)
            chosen = bitsets[nodes["bitset_idx"][node]]
            goes = ((chosen[code // 32] >> (code % 32).astype(np.uint32)) & 1).astype(bool)
        else:
            goes = values <= nodes["num_threshold"][node]
        return np.where(missing, bool(nodes["missing_go_to_left"][node]), goes)

    return Tree(left, right, column, nodes["value"] * sign, goes_left)


def _lightgbm(final: Any, favoured: list[bool] | None) -> list[Tree]:
    sign = sign_of(favoured)
    told = final.booster_.dump_model()
    if told.get("num_tree_per_iteration") != 1 or told.get("average_output"):
        raise Unfit("boosting of several classes has no one sum of trees")
    return [_dumped(info["tree_structure"], sign) for info in told["tree_info"]]


def _dumped(structure: dict[str, Any], sign: float) -> Tree:
    """Return a tree of LightGBM, from its description."""
    import numpy as np

    nodes: list[dict[str, Any]] = []
    links: list[list[int]] = []
    waiting = [(structure, -1, 0)]
    while waiting:
        node, parent, side = waiting.pop()
        if parent >= 0:
            links[parent][side] = len(nodes)
        nodes.append(node)
        links.append([-1, -1])
        if "split_feature" in node:
            if node["decision_type"] != "<=" or node["missing_type"] == "Zero":
                raise Unfit("its trees ask about categories in a way that is not followed")
            waiting += [(node["left_child"], len(nodes) - 1, 0), (node["right_child"], len(nodes) - 1, 1)]
    children = np.array(links)
    column = np.array([node.get("split_feature", -1) for node in nodes])
    value = np.array([node.get("leaf_value", 0.0) for node in nodes])

    def goes_left(rows: Any, node: int) -> Any:
        told, values = nodes[node], rows[:, column[node]]
        missing = np.isnan(values)
        absent = told["default_left"] if told["missing_type"] == "NaN" else told["threshold"] >= 0
        return np.where(missing, bool(absent), values <= told["threshold"])

    return Tree(children[:, 0], children[:, 1], column, value * sign, goes_left)


def _xgboost(final: Any, favoured: list[bool] | None) -> list[Tree]:
    sign = sign_of(favoured)
    model = json.loads(bytes(final.get_booster().save_raw("json")))["learner"]["gradient_booster"]["model"]
    if set(model["tree_info"]) - {0}:
        raise Unfit("boosting of several classes has no one sum of trees")
    return [_raw(tree, sign) for tree in model["trees"]]


def _raw(tree: dict[str, Any], sign: float) -> Tree:
    """Return a tree of XGBoost, which compares in single precision and strictly."""
    import numpy as np

    left, right, column = (
        np.array(tree[name]) for name in ("left_children", "right_children", "split_indices")
    )
    if any(tree["split_type"]):
        raise Unfit("its trees ask about categories in a way that is not followed")
    threshold = np.array(tree["split_conditions"], np.float32)
    missing_left = np.array(tree["default_left"], bool)

    def goes_left(rows: Any, node: int) -> Any:
        values = rows[:, column[node]].astype(np.float32)
        return np.where(np.isnan(values), missing_left[node], values < threshold[node])

    return Tree(left, right, column, np.where(left < 0, threshold, 0).astype(np.float64) * sign, goes_left)
