"""Acting, remembering and learning: one vector step beside one gradient step."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from math import nan
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from melodyrl.learn.config import TrainConfig
from melodyrl.learn.learner import STATISTICS, Learner, Lesson, Outcome
from melodyrl.learn.networks import MakeNetwork, dense
from melodyrl.learn.replay.accumulator import accumulate
from melodyrl.learn.replay.sampler import PrioritizedSampler, Sampler, UniformSampler
from melodyrl.learn.replay.store import Store
from melodyrl.learn.schedule import epsilon_decay, epsilon_ladder, linear
from melodyrl.learn.spent import Spent

Array = npt.NDArray[Any]
SampleW = Callable[[np.random.Generator, int], Array]
"""Draws preference vectors: (generator, how many) -> (n, K)."""


class Observation(Protocol):
    """What N lanes see: features (N, D), judgement (N, A, K) and mask (N, A)."""

    @property
    def features(self) -> Array: ...  # noqa: D102
    @property
    def judgement(self) -> Array: ...  # noqa: D102
    @property
    def mask(self) -> Array: ...  # noqa: D102


class Step(Protocol):
    """What N actions led to; where an episode ended, the observation begins the next."""

    @property
    def observation(self) -> Observation: ...  # noqa: D102
    @property
    def reward(self) -> Array: ...  # noqa: D102
    @property
    def terminated(self) -> Array: ...  # noqa: D102
    @property
    def truncated(self) -> Array: ...  # noqa: D102


class Lanes(Protocol):
    """Environments that step together, see melodyrl.env.lanes."""

    @property
    def w(self) -> Array:
        """Preferences of the episode that each lane is in, (N, K)."""
        ...

    def reset(self) -> Observation:
        """Begin an episode in every lane."""
        ...

    def step(self, action: Array) -> Step:
        """Take one action in each lane, (N,)."""
        ...


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the next gradient step is taken on, and where in the replay it came from."""

    lesson: Lesson
    index: Array
    """(B,) int64."""


class Trainer:
    """Everything that a training run is, between two steps; `state` and `restore` carry it over.

    Actions come from epsilon-greedy lanes, each with the preferences of its episode. What is
    replayed is relabelled with fresh preferences: rewards do not depend on them.

    While one batch is learned from, the next is gathered: with a second thread at the same time.
    Either way it is gathered with the networks as they were before, so the bytes are the same.
    """

    def __init__(
        self,
        config: TrainConfig,
        lanes: Lanes,
        sample_w: SampleW,
        make_network: MakeNetwork = dense,
        bits: Array | None = None,
    ) -> None:
        """`bits` (D,) says which features are only ever 0 or 1, so that replay keeps bits."""
        self.config, self.lanes = config, lanes
        self._sample_w = sample_w
        streams = np.random.SeedSequence(config.seed).spawn(3)
        self._explore, self._draw, self._relabel = map(np.random.default_rng, streams)
        self.observation = lanes.reset()
        count, features = self.observation.features.shape
        _, actions, terms = self.observation.judgement.shape
        self.learner = Learner(
            make_network(config, features, actions, terms),
            double=config.double,
            tau=config.tau,
            scalar_weight=config.scalar_weight,
        )
        rows = config.capacity // count
        self._store = Store(rows, count, features, actions, terms, bits)
        sampler = PrioritizedSampler if config.replay == "prioritized" else UniformSampler
        self._sampler: Sampler = sampler(self._store, config.n_step, self._draw)
        self._hands = ThreadPoolExecutor(1, "gather") if config.threads > 1 else None
        self._drawn: Drawn | None = None
        self.steps = 0
        self.updates = 0
        self.loss = 0.0
        self.reward = 0.0
        self.reward_K = np.zeros(terms)
        self.spent = Spent()

    def step(self, progress: float) -> None:
        """One step of every lane, and one gradient step once enough is remembered."""
        gathering = self._gathering(progress)
        drawn = self._drawn
        with self.spent.on("learn"):
            outcome = self._learn(drawn, progress) if drawn else None
        with self.spent.on("wait"):
            self._drawn = gathering()
        if drawn and outcome:
            self._sampler.update(drawn.index, outcome.error)
            self.learner.publish()

    def choose(self, lanes: Lanes, seen: Observation) -> Array:
        """Greedy actions of the network as it is now, in any lanes."""
        return self.learner.act(seen.features, lanes.w, seen.judgement, seen.mask)

    def statistics(self) -> dict[str, float]:
        """What is going on, for people to watch; changes nothing."""
        figures = {"reward": self.reward, "loss": self.loss}
        figures["epsilon"] = float(np.mean(self._epsilon()))
        if self._drawn is None:
            return figures | dict.fromkeys(STATISTICS, nan)
        return figures | self.learner.statistics(self._drawn.lesson)

    def state(self) -> dict[str, Any]:
        """All that a resumed run needs to go on bit for bit, lanes included."""
        return {
            "learner": self.learner.state(),
            "store": self._store.state(),
            "sampler": self._sampler.state(),
            "generators": [r.bit_generator.state for r in self._generators()],
            "lanes": self.lanes,
            "observation": self.observation,
            "drawn": self._drawn,
            "counters": (self.steps, self.updates, self.loss, self.reward, self.reward_K),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a saved state."""
        self.learner.restore(state["learner"])
        self._store.restore(state["store"])
        self._sampler.restore(state["sampler"])
        for generator, saved in zip(self._generators(), state["generators"], strict=True):
            generator.bit_generator.state = saved
        self.lanes, self.observation = state["lanes"], state["observation"]
        self._drawn = state["drawn"]
        self.steps, self.updates, self.loss, self.reward, self.reward_K = state["counters"]

    def _generators(self) -> tuple[np.random.Generator, ...]:
        return self._explore, self._draw, self._relabel

    def _act(self) -> None:
        seen, w_NK = self.observation, np.array(self.lanes.w, dtype=np.float32)
        with self.spent.on("act"):
            action_N = self.learner.act(seen.features, w_NK, seen.judgement, seen.mask)
            stray_N = self._explore.random(len(action_N)) < self._epsilon()
            action_N = np.where(stray_N, _any_legal(self._explore, seen.mask), action_N)
        with self.spent.on("environment"):
            step = self.lanes.step(action_N)
        row = self._store.append(
            seen.features,
            seen.judgement,
            seen.mask,
            action_N,
            step.terminated,
            step.truncated,
        )
        self._sampler.stored(row)
        self.observation = step.observation
        self.steps += len(action_N)
        # Slow means, of w . r and of each term, to watch.
        self.reward += 0.01 * (float((step.reward * w_NK).sum(1).mean()) - self.reward)
        self.reward_K += 0.01 * (step.reward.mean(0) - self.reward_K)

    def _epsilon(self) -> Array | float:
        if self.config.epsilon == "ladder":
            return epsilon_ladder(len(self.observation.features))
        return epsilon_decay(self.steps)

    def _gathering(self, progress: float) -> Callable[[], Drawn | None]:
        """Begin to gather, beside what comes next where there are hands for it."""
        if self._hands is None:
            gathered = self._gather(progress)
            return lambda: gathered
        future: Future[Drawn | None] = self._hands.submit(self._gather, progress)
        return future.result

    def _gather(self, progress: float) -> Drawn | None:
        """Act, and make the next batch ready once enough is remembered."""
        self._act()
        config = self.config
        if self._store.filled <= config.n_step or self.steps < config.warmup:
            return None
        with self.spent.on("sample"):
            index_B, importance_B = self._sampler.sample(config.batch, min(progress, 1.0))
            batch = accumulate(self._store, index_B, config.n_step, config.gamma)
            w_BK = self._sample_w(self._relabel, config.batch).astype(np.float32)
        with self.spent.on("targets"):
            return Drawn(self.learner.prepare(batch, w_BK, importance_B), index_B)

    def _learn(self, drawn: Drawn, progress: float) -> Outcome:
        config = self.config
        rate = linear(config.learning_rate, config.last_learning_rate, progress)
        outcome = self.learner.learn(drawn.lesson, rate)
        self.updates += 1
        self.loss += 0.01 * (outcome.loss - self.loss)
        return outcome


def _any_legal(rng: np.random.Generator, mask_NA: Array) -> Array:
    """One legal action for each lane, all equally likely, (N,)."""
    return np.where(mask_NA, rng.random(mask_NA.shape), -1.0).argmax(1)
