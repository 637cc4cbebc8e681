"""What replay keeps: a ring of vector steps, each observation stored once."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
RUNS_ON, TERMINATED, TRUNCATED = 0, 1, 2


class Store:
    """A time-major ring of `rows` steps of N lanes, addressed by index = row * N + lane.

    The state after n steps is the entry n * N further on, so that nothing is stored twice. After
    an ending the next row holds a new episode: a termination needs no next state, and a
    transition that was cut off (truncated) is left out when drawing: one in 256 on the grid.
    The reward needs no array either: it is the judgement of the action taken.
    Floats are kept as float16 (features and judgements are within a few units of zero).
    """

    def __init__(self, rows: int, lanes: int, features: int, actions: int, terms: int) -> None:
        size = rows * lanes
        self.rows, self.lanes, self.size = rows, lanes, size
        self.features = np.zeros((size, features), dtype=np.float16)
        self.judgement = np.zeros((size, actions, terms), dtype=np.float16)
        self.mask = np.zeros((size, actions), dtype=np.bool_)
        self.action = np.zeros(size, dtype=np.int64)
        self.ending = np.zeros(size, dtype=np.uint8)
        self.head = 0
        self.filled = 0

    def append(
        self,
        features_ND: Array,
        judgement_NAK: Array,
        mask_NA: Array,
        action_N: Array,
        terminated_N: Array,
        truncated_N: Array,
    ) -> int:
        """Keep one vector step and return its row."""
        row = self.head
        here = slice(row * self.lanes, (row + 1) * self.lanes)
        self.features[here] = features_ND
        self.judgement[here] = judgement_NAK
        self.mask[here] = mask_NA
        self.action[here] = action_N
        self.ending[here] = np.where(terminated_N, TERMINATED, TRUNCATED * truncated_N)
        self.head = (row + 1) % self.rows
        self.filled = min(self.filled + 1, self.rows)
        return row

    def after(self, index_B: Array, steps: int) -> Array:
        """Indices `steps` vector steps later in the ring, (B,)."""
        return (index_B + steps * self.lanes) % self.size

    def state(self) -> dict[str, Any]:
        """All that a resumed run needs; rows not yet written are left out."""
        used = self.filled * self.lanes
        arrays = ("features", "judgement", "mask", "action", "ending")
        kept = {name: getattr(self, name)[:used] for name in arrays}
        return {"head": self.head, "filled": self.filled, **kept}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a saved state."""
        self.head, self.filled = state["head"], state["filled"]
        used = self.filled * self.lanes
        for name in ("features", "judgement", "mask", "action", "ending"):
            getattr(self, name)[:used] = state[name]
