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
    Floats are kept as float16 (features and judgements are within a few units of zero), the mask
    and the features that are only ever 0 or 1 as bits.
    """

    def __init__(
        self,
        rows: int,
        lanes: int,
        features: int,
        actions: int,
        terms: int,
        bits: Array | None = None,
    ) -> None:
        """`bits` (D,) says which features are only ever 0 or 1; None: it is known of none."""
        size = rows * lanes
        self.rows, self.lanes, self.size = rows, lanes, size
        is_bit_D = np.zeros(features, np.bool_) if bits is None else bits
        self._bits, self._others = np.flatnonzero(is_bit_D), np.flatnonzero(~is_bit_D)
        self._actions = actions
        self.arrays: dict[str, Array] = {
            "bits": np.zeros((size, -(-len(self._bits) // 8)), dtype=np.uint8),
            "others": np.zeros((size, len(self._others)), dtype=np.float16),
            "judgement": np.zeros((size, actions, terms), dtype=np.float16),
            "mask": np.zeros((size, -(-actions // 8)), dtype=np.uint8),
            "action": np.zeros(size, dtype=np.int16),
            "ending": np.zeros(size, dtype=np.uint8),
        }
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
        kept = {
            "bits": np.packbits(features_ND[:, self._bits] != 0, axis=1),
            "others": features_ND[:, self._others],
            "judgement": judgement_NAK,
            "mask": np.packbits(mask_NA, axis=1),
            "action": action_N,
            "ending": np.where(terminated_N, TERMINATED, TRUNCATED * truncated_N),
        }
        for name, value_N in kept.items():
            self.arrays[name][row * self.lanes : (row + 1) * self.lanes] = value_N
        self.head = (row + 1) % self.rows
        self.filled = min(self.filled + 1, self.rows)
        return row

    def features(self, index_B: Array) -> Array:
        """What was seen, (B, D) float16."""
        seen_BD = np.empty((len(index_B), len(self._bits) + len(self._others)), np.float16)
        bits_BX = self.arrays["bits"].take(index_B, axis=0)
        seen_BD[:, self._bits] = np.unpackbits(bits_BX, axis=1, count=len(self._bits))
        seen_BD[:, self._others] = self.arrays["others"].take(index_B, axis=0)
        return seen_BD

    def judgement(self, index_B: Array) -> Array:
        """What each action would have earned, (B, A, K) float16."""
        return self.arrays["judgement"].take(index_B, axis=0)

    def mask(self, index_B: Array) -> Array:
        """What was legal, (B, A) bool."""
        bits_BX = self.arrays["mask"].take(index_B, axis=0)
        return np.unpackbits(bits_BX, axis=1, count=self._actions).view(np.bool_)

    def action(self, index_B: Array) -> Array:
        """What was done, (B,) int64."""
        return self.arrays["action"].take(index_B).astype(np.int64)

    def reward(self, index_B: Array) -> Array:
        """What the action taken earned, (B, K) float32."""
        return self.arrays["judgement"][index_B, self.action(index_B)].astype(np.float32)

    def ending(self, index_B: Array) -> Array:
        """RUNS_ON, TERMINATED or TRUNCATED, (B,)."""
        return self.arrays["ending"][index_B]

    def after(self, index_B: Array, steps: int) -> Array:
        """Indices `steps` vector steps later in the ring, (B,)."""
        return (index_B + steps * self.lanes) % self.size

    def state(self) -> dict[str, Any]:
        """All that a resumed run needs; rows not yet written are left out."""
        used = self.filled * self.lanes
        kept = {name: array[:used] for name, array in self.arrays.items()}
        return {"head": self.head, "filled": self.filled, **kept}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a saved state."""
        self.head, self.filled = state["head"], state["filled"]
        used = self.filled * self.lanes
        for name, array in self.arrays.items():
            array[:used] = state[name]
