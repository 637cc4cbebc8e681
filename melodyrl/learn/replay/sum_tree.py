"""A sum tree in which a whole batch is set or found level by level."""

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


class SumTree:
    """Non-negative priorities whose leaf i is drawn in proportion to its priority.

    Node 1 is the root, node n has the children 2n and 2n + 1, and leaf i is node capacity + i.
    A parent is always recomputed from its children, never moved by a difference: rounding does
    not pile up, and an index that comes twice in a batch is safe (the last one wins).
    """

    def __init__(self, size: int) -> None:
        self.capacity = 1 << max(size - 1, 1).bit_length()
        self.nodes = np.zeros(2 * self.capacity, dtype=np.float64)

    @property
    def total(self) -> float:
        """The sum of all priorities."""
        return float(self.nodes[1])

    def get(self, leaf_B: IntArray) -> FloatArray:
        """Priorities of these leaves, (B,)."""
        return self.nodes[leaf_B + self.capacity]

    def set(self, leaf_B: IntArray, priority_B: FloatArray) -> None:
        """Set leaves, then recompute their ancestors from below; both (B,)."""
        nodes = self.nodes
        node_B = leaf_B + self.capacity
        nodes[node_B] = priority_B
        for _ in range(self.capacity.bit_length() - 1):
            node_B = node_B >> 1
            nodes[node_B] = nodes[2 * node_B] + nodes[2 * node_B + 1]

    def find(self, mass_B: FloatArray) -> IntArray:
        """The leaf under which each running mass in [0, total) falls, (B,) -> (B,).

        A leaf of priority 0 is never found while the total is above 0, rounding included.
        """
        nodes = self.nodes
        mass_B = mass_B.copy()
        node_B = np.ones(len(mass_B), dtype=np.int64)
        for _ in range(self.capacity.bit_length() - 1):
            left_B = 2 * node_B
            below_B = nodes[left_B]
            right_B = (mass_B >= below_B) & (nodes[left_B + 1] > 0)
            mass_B -= np.where(right_B, below_B, 0.0)
            node_B = left_B + right_B
        return node_B - self.capacity
