"""How well a policy does: per-term means of its greedy play over episodes kept from training."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from melodyrl.learn.trainer import Lanes, Observation

Array = npt.NDArray[Any]
Choose = Callable[[Observation, Array], Array]
"""A policy over lanes: (observation, w (N, K)) -> actions (N,)."""


@dataclass(frozen=True, slots=True)
class Score:
    """What was earned in one episode of each lane."""

    terms: Array
    """(K,): mean reward a step of each term."""
    returns: Array
    """(N,): undiscounted sum of w . r of each lane's episode."""
    per_step: float
    """Mean of w . r a step."""


def evaluate(lanes: Lanes, choose: Choose) -> Score:
    """Play every lane from a fresh start to its first ending; lanes that end early wait."""
    seen = lanes.reset()
    count, _, terms = seen.judgement.shape
    sum_NK, returns_N = np.zeros((count, terms)), np.zeros(count)
    running_N, played = np.ones(count, dtype=np.bool_), 0
    while running_N.any():
        w_NK = np.array(lanes.w, dtype=np.float32)
        step = lanes.step(choose(seen, w_NK))
        reward_NK = step.reward * running_N[:, None]
        sum_NK += reward_NK
        returns_N += (reward_NK * w_NK).sum(1)
        played += int(running_N.sum())
        running_N &= ~(step.terminated | step.truncated)
        seen = step.observation
    return Score(sum_NK.sum(0) / played, returns_N, float(returns_N.sum() / played))


def one_step_greedy(seen: Observation, w_NK: Array) -> Array:
    """The action whose reward now is the greatest: the bar that learning has to clear."""
    score_NA = np.einsum("nak,nk->na", seen.judgement, w_NK)
    return np.where(seen.mask, score_NA, -np.inf).argmax(1)
