"""Shapley values of tree ensembles against background rows, exactly, with columns of the table as players."""

from __future__ import annotations

from functools import lru_cache
from math import factorial
from typing import TYPE_CHECKING, Any, NamedTuple

from .ownership import Unfit

if TYPE_CHECKING:
    from collections.abc import Callable

#: Nanoseconds, about, after which the exact computation is given up.
WORK = 8_000_000_000
#: Pairs of rows up to which it is followed through the tree which of them can still meet at a leaf.
_PAIRS = 1 << 13
_BATCH_CELLS = 1 << 22


class Tree(NamedTuple):
    """One tree: for each node its children (-1 at a leaf), the column it asks about, and a leaf's value.

    `goes_left` takes prepared rows (n, q) and a node, and says which rows go left, shape (n,).
    """

    left: Any
    right: Any
    column: Any
    value: Any
    goes_left: Callable[[Any, int], Any]


def tree_values(trees: list[Tree], rows: Any, background: Any, owner: Any, players: int) -> Any:
    """Return the exact Shapley values of *rows* for the sum of *trees*, shape (n, players).

    The game of a row and a background row: a coalition of columns takes its values from the row, the others
    from the background row. Whether a leaf is reached depends, for every column on its path, on whether the
    row's value and the background row's value pass all that the path asks of that column. With *a* columns
    that only the row passes and *b* that only the background row passes, the leaf's value counts
    (a-1)! b! / (a+b)! for each of the first and minus a! (b-1)! / (a+b)! for each of the others. Columns made
    of the same column of the table pass or fail together, so that encoded ones need no adding up afterwards.

    Parameters
    ----------
    trees : list of Tree
        Their sum is explained.
    rows, background : ndarray of float, shapes (n, q) and (m, q)
        Prepared rows.
    owner : ndarray of int, shape (q,)
        The player that each prepared column belongs to, -1 where it never changes.
    players : int
        Their number.

    Raises
    ------
    Unfit
        It would take too long.

    Notes
    -----
    Laberge and Pequignot (2022), arXiv:2209.15123, has the grouping of encoded columns.
    """
    import numpy as np

    sums = _Sums(len(rows), len(background), players)
    both = np.concatenate([rows, background])
    for done, tree in enumerate(trees, 1):
        # One tree may be several times as large as the others, but not as large as all.
        sums.limit = min(WORK, sums.work + 8 * WORK // len(trees))
        for leaf_players, passed, alive, value in _leaves(tree, both, len(rows), owner):
            sums.add(leaf_players, passed, alive, value)
        if sums.work / done * len(trees) > WORK:
            raise Unfit("its trees are too many and too deep to be followed exactly")
    sums.flush()
    return sums.values.T


def _leaves(tree: Tree, both: Any, n: int, owner: Any) -> Any:
    """Yield each leaf that some mixture of rows reaches: players, who passes (d, n + m), pairs, value."""
    import numpy as np

    m = len(both) - n
    follow = n * m <= _PAIRS
    stack: list[Any] = [(0, {}, np.ones((n, m), bool) if follow else None)]
    while stack:
        node, passed, alive = stack.pop()
        if tree.left[node] < 0:
            yield sorted(passed), passed, alive, float(tree.value[node])
            continue
        player = int(owner[tree.column[node]])
        left = tree.goes_left(both, node)
        for child, goes in ((tree.left[node], left), (tree.right[node], ~left)):
            mine = goes & passed[player] if player in passed else goes
            if not mine.any():
                continue
            pairs = alive if alive is None else alive & (mine[:n, None] | mine[None, n:])
            if pairs is not None and not pairs.any():
                continue
            # A column that never changes is nobody's: it only leads the way.
            stack.append((child, passed if player < 0 else {**passed, player: mine}, pairs))


class _Sums:
    """Collect leaves by their number of players and add up what each is worth to every row."""

    def __init__(self, n: int, m: int, players: int) -> None:
        import numpy as np

        self.n, self.m = n, m
        self.values = np.zeros((players, n))
        self.work, self.limit = 0, WORK
        self._waiting: dict[int, list[Any]] = {}

    def add(self, players: list[int], passed: dict[int, Any], alive: Any, value: float) -> None:
        """Take in a leaf."""
        import numpy as np

        players = [p for p in players if not passed[p].all()]
        d = len(players)
        self.work += 100_000 + d * (self.n + self.m) + (0 if alive is None else 10 * alive.size)
        if not d or not value:
            return
        pairs = None if alive is None else np.nonzero(alive)
        if pairs is not None and len(pairs[0]) < 2**d:
            self.work += 30 * d * len(pairs[0])
            self._directly(players, passed, pairs, value)
            return
        self.work += 3 * d * 2**d * ((d + 1) // 2)
        if self.work > self.limit:
            raise Unfit("its trees are too many and too deep to be followed exactly")
        codes = np.zeros(self.n + self.m, np.intp)
        for bit, p in enumerate(players):
            codes |= passed[p].astype(np.intp) << bit
        self._waiting.setdefault(d, []).append((players, codes, value))
        if len(self._waiting[d]) * d * 2**d > _BATCH_CELLS:
            self._by_patterns(d, self._waiting.pop(d))

    def flush(self) -> None:
        """Work off what waits."""
        for d in sorted(self._waiting):
            self._by_patterns(d, self._waiting[d])
        self._waiting = {}

    def _directly(self, players: list[int], passed: dict[int, Any], pairs: Any, value: float) -> None:
        import numpy as np

        row, other = pairs
        mine = np.array([passed[p][row] for p in players])
        theirs = np.array([passed[p][self.n + other] for p in players])
        wants, lacks = mine & ~theirs, theirs & ~mine
        gain, loss = _weights(len(players))
        a, b = wants.sum(axis=0), lacks.sum(axis=0)
        shares = wants * gain[a, b] - lacks * loss[a, b]
        for position, p in enumerate(players):
            self.values[p] += np.bincount(row, shares[position], self.n) * (value / self.m)

    def _by_patterns(self, d: int, leaves: list[Any]) -> None:
        import numpy as np

        counts = np.array([np.bincount(codes[self.n :], minlength=2**d) for _, codes, _ in leaves])
        worth = pattern_values(counts / self.m)
        for position, (players, codes, value) in enumerate(leaves):
            self.values[players] += worth[position][:, codes[: self.n]] * value


@lru_cache(128)
def _weights(d: int) -> tuple[Any, Any]:
    import numpy as np

    gain, loss = np.zeros((d + 1, d + 1)), np.zeros((d + 1, d + 1))
    for a in range(d + 1):
        for b in range(d + 1 - a):
            if a:
                gain[a, b] = factorial(a - 1) * factorial(b) / factorial(a + b)
            if b:
                loss[a, b] = factorial(a) * factorial(b - 1) / factorial(a + b)
    return gain, loss


def pattern_values(shares: Any) -> Any:
    """Return what a leaf worth 1 gives to each of its d columns, for every pattern of passes of a row.

    Averaging over all background rows with a pattern costs no more than one of them: with t the chance that a
    column comes from the row, the leaf is reached with a probability that is a product over its columns, and
    the Shapley value is the integral over t of its derivative. Gauss's rule is exact for polynomials.

    Parameters
    ----------
    shares : ndarray of float, shape (leaves, 2**d)
        Share of the background rows that show each pattern (bit j: passes column j).

    Returns
    -------
    ndarray of float, shape (leaves, d, 2**d)

    Notes
    -----
    Owen (1972), "Multilinear extensions of games", Management Science 18.
    """
    import numpy as np

    count, size = shares.shape
    d = size.bit_length() - 1
    worth = np.zeros((count, d, size))
    nodes, weights = np.polynomial.legendre.leggauss((d + 1) // 2)
    for position in range(len(nodes)):
        t, weight = (nodes[position] + 1) / 2, weights[position] / 2
        reached = shares.copy()
        for bit in range(d):
            cut = reached.reshape(count, -1, 2, 2**bit)
            fails, passes = cut[:, :, 0].copy(), cut[:, :, 1].copy()
            cut[:, :, 0] = (1 - t) * passes
            cut[:, :, 1] = t * fails + passes
        for bit in range(d):
            cut = reached.reshape(count, -1, 2, 2**bit)
            out = worth[:, bit].reshape(count, -1, 2, 2**bit)
            without = cut[:, :, 0] / (1 - t)
            out[:, :, 0] -= weight * without
            out[:, :, 1] += weight * (cut[:, :, 1] - without) / t
    return worth
