"""How transitions are drawn from the store: evenly, or by their TD error."""

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from melodyrl.learn.replay.accumulator import whole
from melodyrl.learn.replay.store import Store
from melodyrl.learn.replay.sum_tree import SumTree

Array = npt.NDArray[Any]


class Sampler(Protocol):
    """Draws indices of transitions that are whole."""

    def stored(self, row: int) -> None:
        """Hear that a row was written."""
        ...

    def sample(self, batch: int, progress: float) -> tuple[Array, Array]:
        """Indices (B,) int64 and importance weights (B,) float32 of at most 1."""
        ...

    def update(self, index_B: Array, error_B: Array) -> None:
        """Hear the absolute TD errors of a drawn batch, both (B,)."""
        ...

    def state(self) -> dict[str, Any]:
        """All that a resumed run needs."""
        ...

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a saved state."""
        ...


class UniformSampler:
    """Every whole transition is as likely as any other."""

    def __init__(self, store: Store, steps: int, rng: np.random.Generator) -> None:
        self._store, self._steps, self._rng = store, steps, rng

    def stored(self, row: int) -> None:
        """Nothing to note."""

    def sample(self, batch: int, progress: float) -> tuple[Array, Array]:
        """Draw, and draw again in place of transitions that were cut off."""
        index_B = self._draw(batch)
        while len(cut_C := np.flatnonzero(~whole(self._store, index_B, self._steps))):
            index_B[cut_C] = self._draw(len(cut_C))
        return index_B, np.ones(batch, dtype=np.float32)

    def update(self, index_B: Array, error_B: Array) -> None:
        """Nothing to note."""

    def state(self) -> dict[str, Any]:
        """Nothing to keep."""
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Nothing to take up."""

    def _draw(self, count: int) -> Array:
        store = self._store
        # Age 0 is the newest row; the n newest have no next state yet.
        age_B = self._rng.integers(self._steps, store.filled, count)
        row_B = (store.head - 1 - age_B) % store.rows
        return row_B * store.lanes + self._rng.integers(store.lanes, size=count)


class PrioritizedSampler:
    """Proportional prioritized replay.

    P(i) = p_i / sum p with p_i = (|error_i| + 1e-3)^alpha; importance weight (N P(i))^-beta over
    the greatest in the batch, beta rising linearly from .4 to 1.
    Source: Schaul et al. 2016, Prioritized Experience Replay, section 3.
    """

    ALPHA = 0.6
    FIRST_BETA = 0.4
    FLOOR = 1e-3

    def __init__(self, store: Store, steps: int, rng: np.random.Generator) -> None:
        self._store, self._steps, self._rng = store, steps, rng
        self._tree = SumTree(store.size)
        self._greatest = 1.0

    def stored(self, row: int) -> None:
        """Give the row that has just become whole the greatest priority seen so far.

        The new row itself has no next state yet and cannot be drawn.
        """
        store, lane_N = self._store, np.arange(self._store.lanes)
        self._tree.set(row * store.lanes + lane_N, np.zeros(store.lanes))
        if store.filled > self._steps:
            index_N = (row - self._steps) % store.rows * store.lanes + lane_N
            self._tree.set(index_N, self._greatest * whole(store, index_N, self._steps))

    def sample(self, batch: int, progress: float) -> tuple[Array, Array]:
        """Draw one index from each of `batch` equal slices of the priority mass."""
        total = self._tree.total
        slice_B = np.arange(batch) + self._rng.random(batch)
        index_B = self._tree.find(slice_B * (total / batch))
        beta = self.FIRST_BETA + (1 - self.FIRST_BETA) * progress
        weight_B = (self._tree.get(index_B) / total) ** -beta
        return index_B, (weight_B / weight_B.max()).astype(np.float32)

    def update(self, index_B: Array, error_B: Array) -> None:
        """Set new priorities from the absolute TD errors."""
        priority_B = (error_B.astype(np.float64) + self.FLOOR) ** self.ALPHA
        self._greatest = max(self._greatest, float(priority_B.max()))
        self._tree.set(index_B, priority_B)

    def state(self) -> dict[str, Any]:
        """The priorities, and the greatest seen."""
        return {"priorities": self._tree.levels[-1], "greatest": self._greatest}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a saved state."""
        priorities = state["priorities"]
        self._tree.set(np.arange(len(priorities)), priorities)
        self._greatest = state["greatest"]
