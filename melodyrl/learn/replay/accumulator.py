"""n-step returns, added up from the ring when a batch is drawn."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from melodyrl.learn.replay.store import TERMINATED, TRUNCATED, Store

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """Transitions as the learner takes them; the immediate reward is in `judgement`."""

    features: Array
    """(B, D) float16."""
    judgement: Array
    """(B, A, K) float16."""
    mask: Array
    """(B, A) bool."""
    action: Array
    """(B,) int64."""
    later: Array
    """(B, K) float32: discounted rewards of steps 2 to n, per term."""
    bootstrap: Array
    """(B,) float32: the discount of the next state's value, 0 where the episode terminated."""
    next_features: Array
    next_judgement: Array
    next_mask: Array


def accumulate(store: Store, index_B: Array, steps: int, gamma: float) -> Batch:
    """Gather the transitions that start at these indices.

    later = sum over i in 1..n-1 of gamma^i r_i, ending with a termination; the value of the
    state n steps on counts gamma^n.
    """
    later_BK = np.zeros_like(store.reward(index_B))
    alive_B = np.ones(len(index_B), dtype=np.bool_)
    for i in range(steps):
        here_B = store.after(index_B, i)
        if i:
            later_BK += gamma**i * alive_B[:, None] * store.reward(here_B)
        alive_B &= store.ending(here_B) != TERMINATED
    next_B = store.after(index_B, steps)
    return Batch(
        features=store.features(index_B),
        judgement=store.judgement(index_B),
        mask=store.mask(index_B),
        action=store.action(index_B),
        later=later_BK,
        bootstrap=(gamma**steps * alive_B).astype(np.float32),
        next_features=store.features(next_B),
        next_judgement=store.judgement(next_B),
        next_mask=store.mask(next_B),
    )


def whole(store: Store, index_B: Array, steps: int) -> Array:
    """Whether the n steps from each index run without being cut off, (B,) bool."""
    alive_B = np.ones(len(index_B), dtype=np.bool_)
    cut_B = np.zeros(len(index_B), dtype=np.bool_)
    for i in range(steps):
        ending_B = store.ending(store.after(index_B, i))
        cut_B |= alive_B & (ending_B == TRUNCATED)
        alive_B &= ending_B != TERMINATED
    return ~cut_B
