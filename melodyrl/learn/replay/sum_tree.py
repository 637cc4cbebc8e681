"""A sum tree in which a whole batch is set or found level by level."""

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

TOP = 1 << 11
"""Width of the highest level: to add so few up at once takes less than to climb the rest."""


class SumTree:
    """Non-negative priorities whose leaf i is drawn in proportion to its priority.

    `levels` go from the top, of at most TOP nodes, down to the leaves; node n of a level has the
    children 2n and 2n + 1 of the next. A parent is always recomputed from its children, never moved
    by a difference: rounding does not pile up, and an index that comes twice in a batch is safe
    (the last one wins).
    """

    def __init__(self, size: int) -> None:
        width = 1 << max(size - 1, 1).bit_length()
        self.levels = [np.zeros(width, dtype=np.float64)]
        while len(self.levels[0]) > TOP:
            self.levels.insert(0, np.zeros(len(self.levels[0]) // 2, dtype=np.float64))
        # A pair of children lies together in memory, and is fetched as one.
        self._pairs = [level.reshape(-1, 2) for level in self.levels[1:]]

    @property
    def total(self) -> float:
        """The sum of all priorities."""
        return float(np.cumsum(self.levels[0])[-1])

    def get(self, leaf_B: IntArray) -> FloatArray:
        """Priorities of these leaves, (B,)."""
        return self.levels[-1][leaf_B]

    def set(self, leaf_B: IntArray, priority_B: FloatArray) -> None:
        """Set leaves, then recompute their ancestors from below; both (B,)."""
        self.levels[-1][leaf_B] = priority_B
        node_B = leaf_B
        for level, pairs in zip(self.levels[-2::-1], self._pairs[::-1], strict=True):
            node_B = node_B >> 1
            pair_B2 = pairs.take(node_B, axis=0)
            level[node_B] = pair_B2[:, 0] + pair_B2[:, 1]

    def find(self, mass_B: FloatArray) -> IntArray:
        """The leaf under which each running mass in [0, total) falls, (B,) -> (B,).

        A leaf of priority 0 is never found while the total is above 0, rounding included.
        """
        above = np.cumsum(self.levels[0])
        mass_B = np.minimum(mass_B, np.nextafter(above[-1], 0.0))
        node_B = np.searchsorted(above, mass_B, side="right")
        mass_B -= np.where(node_B > 0, above[node_B - 1], 0.0)
        for pairs in self._pairs:
            pair_B2 = pairs.take(node_B, axis=0)
            right_B = (mass_B >= pair_B2[:, 0]) & (pair_B2[:, 1] > 0)
            mass_B -= pair_B2[:, 0] * right_B
            node_B = 2 * node_B + right_B
        return node_B
