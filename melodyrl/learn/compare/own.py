"""Our own learner, one switch at a time.

But for the last method it is put where all others are: it hears one number, the weighted sum of
what was earned, and not what other actions would have earned.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from melodyrl.env.lanes import MelodyLanes, Observation
from melodyrl.learn.compare.course import training_lanes
from melodyrl.learn.compare.referee import Referee
from melodyrl.learn.config import TrainConfig
from melodyrl.learn.tasks import task_of
from melodyrl.learn.train import trainer_of

Floats = NDArray[np.float32]

PLAIN: dict[str, Any] = {"double": False, "dueling": False, "known_reward": False}


def learn_q(referee: Referee, seed: int, **switches: Any) -> None:  # noqa: ANN401
    """DQN with some switches on; each step of all lanes is followed by one gradient step."""
    config = TrainConfig(seed=seed, threads=1, **(PLAIN | switches))
    task = replace(
        task_of(config.preset),
        lanes=lambda count, rng: OneNumber(training_lanes(count, seed)),
        sample_w=lambda rng, count: np.ones((count, 1), np.float32),
    )
    trainer = trainer_of(config, task)

    def choose(lanes: MelodyLanes, seen: Observation) -> NDArray[np.int64]:
        return trainer.choose(OneNumber(lanes), summed(seen, lanes.w))

    while referee.goes_on(trainer.steps, choose):
        trainer.step(referee.progress)


def learn_as_shipped(referee: Referee, seed: int) -> None:
    """What `melodyrl train` does, which is told the reward of every action, by term."""
    config = TrainConfig(seed=seed, threads=1, preference="equal")
    trainer = trainer_of(config, task_of(config.preset, config.preference))
    while referee.goes_on(trainer.steps, trainer.choose):
        trainer.step(referee.progress)


@dataclass(frozen=True, slots=True)
class Seen:
    """An observation whose judgement is one number an action."""

    features: Floats
    judgement: Floats
    """(N, A, 1) w · r."""
    mask: NDArray[np.bool_]


def summed(seen: Observation, w_NK: Floats) -> Seen:
    """The observation with its terms added up."""
    return Seen(seen.features, np.einsum("nak,nk->na", seen.judgement, w_NK)[..., None], seen.mask)


@dataclass(frozen=True, slots=True)
class SummedStep:
    """A step whose reward is one number."""

    observation: Seen
    reward: Floats
    """(N, 1) w · r."""
    terminated: NDArray[np.bool_]
    truncated: NDArray[np.bool_]


class OneNumber:
    """Lanes whose reward has one term, the weighted sum, of weight 1."""

    def __init__(self, lanes: MelodyLanes) -> None:
        self._lanes = lanes
        self.w: Floats = np.ones((lanes.lanes, 1), np.float32)

    def reset(self) -> Seen:
        """Begin everywhere."""
        return summed(self._lanes.reset(), self._lanes.w)

    def step(self, action: NDArray[np.int_]) -> SummedStep:
        """Take one action in each lane."""
        w_NK = self._lanes.w
        step = self._lanes.step(action)
        reward_N1 = (step.reward * w_NK).sum(1, keepdims=True)
        seen = summed(step.observation, self._lanes.w)
        return SummedStep(seen, reward_N1, step.terminated, step.truncated)
