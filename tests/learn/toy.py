"""A toy with a known best policy: two doors, one paying a little now and one a lot later."""

from dataclasses import dataclass

import numpy as np
from safetensors.numpy import save_file

from melodyrl.learn.task import Task

LENGTH = 4
"""Decisions of an episode."""
TERMS = ("now", "later")


@dataclass
class Seen:
    features: np.ndarray
    judgement: np.ndarray
    mask: np.ndarray


@dataclass
class Taken:
    observation: Seen
    reward: np.ndarray
    terminated: np.ndarray
    truncated: np.ndarray


class Corridor:
    """Door 0 pays .3 of `now` at once; door 1 pays 1 of `later` at the last step.

    Action 2 always promises the most and is never legal. After the first step all legal
    actions are alike. Greedy takes door 0; the best policy takes door 1 unless w says now.
    """

    def __init__(self, lanes: int, rng: np.random.Generator, w=None, truncate=False) -> None:
        self.rng, self.fixed, self.truncate = rng, w, truncate
        self.position = np.zeros(lanes, int)
        self.door = np.zeros(lanes, int)
        self.w = self._draw(lanes)

    def _draw(self, lanes: int) -> np.ndarray:
        if self.fixed is not None:
            return np.tile(np.asarray(self.fixed, np.float32), (lanes, 1))
        return sample_w(self.rng, lanes)

    def reset(self) -> Seen:
        self.position[:] = 0
        self.w = self._draw(len(self.position))
        return self.see()

    def see(self) -> Seen:
        count = len(self.position)
        features = np.zeros((count, LENGTH + 2), np.float32)
        features[np.arange(count), self.position] = 1
        features[np.arange(count), LENGTH + self.door] = self.position > 0
        judgement = np.zeros((count, 3, 2), np.float32)
        judgement[:, 2] = 1
        judgement[self.position == 0, 0, 0] = 0.3
        paid = (self.position == LENGTH - 1) & (self.door == 1)
        judgement[paid, :2, 1] = 1
        mask = np.tile([True, True, False], (count, 1))
        return Seen(features, judgement, mask)

    def step(self, action: np.ndarray) -> Taken:
        assert (action < 2).all(), "an illegal action was taken"
        reward = self.see().judgement[np.arange(len(action)), action]
        self.door = np.where(self.position == 0, action, self.door)
        self.position = self.position + 1
        done = self.position == LENGTH
        self.position[done] = 0
        self.w[done] = self._draw(int(done.sum()))
        never = np.zeros(len(action), bool)
        over, cut = (never, done) if self.truncate else (done, never)
        return Taken(self.see(), reward, over, cut)


def sample_w(rng: np.random.Generator, n: int) -> np.ndarray:
    share = rng.random((n, 1))
    return np.concatenate([share, 1 - share], axis=1).astype(np.float32)


def toy_task() -> Task:
    def save(path, network, config, figures) -> None:
        tensors = {name: value.numpy() for name, value in network.state_dict().items()}
        save_file(tensors, path, {"figures": repr(sorted(figures.items()))})

    return Task(
        terms=TERMS,
        lanes=Corridor,
        test=lambda: Corridor(16, np.random.default_rng(0)),
        sample_w=sample_w,
        save=save,
    )
