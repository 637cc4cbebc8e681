"""What every method is tested on: unseen progressions whose best return is known exactly."""

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.presets import EIGHT_BAR
from melodyrl.env import baselines
from melodyrl.env.baselines import Strategy
from melodyrl.env.lanes import MelodyLanes
from melodyrl.env.optimum import Optimum
from melodyrl.env.players import eight_bar_plan
from melodyrl.env.progressions import test_progressions
from rewards.preference import PREFERENCES, weights

Floats = NDArray[np.float32]

EQUAL: Floats = weights(PREFERENCES["equal"], EIGHT_BAR.terms)
"""The one preference that all methods learn for, (K,)."""

PROGRESSIONS = 48


class Course:
    """Episodes over progressions that nobody trains on, played greedily."""

    def __init__(self, progressions: int = PROGRESSIONS) -> None:
        self._progressions = test_progressions(progressions, 0)

    @cached_property
    def best(self) -> float:
        """Mean return of the best melodies there are; takes some seconds to find."""
        solver = Optimum()
        return float(np.mean([solver.solve(row, EQUAL).value for row in self._progressions]))

    def earned(self, choose: Strategy) -> float:
        """Mean return, an undiscounted sum of w · r, of greedy play."""
        return float((baselines.play(self._lanes(), choose) @ EQUAL).mean())

    def levels(self) -> dict[str, float]:
        """Mean returns of players that learn nothing."""
        rng = np.random.default_rng(0)
        players = {"random": baselines.random_legal(rng), "one-step greedy": baselines.greedy}
        return {name: self.earned(choose) for name, choose in players.items()}

    def _lanes(self) -> MelodyLanes:
        plan = eight_bar_plan(self._progressions)
        rng: Any = np.random.default_rng(0)
        return MelodyLanes(EIGHT_BAR, len(self._progressions), rng, weights=EQUAL, plan=plan)


def training_lanes(count: int, seed: int) -> MelodyLanes:
    """Lanes of the training split."""
    return MelodyLanes(EIGHT_BAR, count, np.random.default_rng([seed, 1]), weights=EQUAL)
