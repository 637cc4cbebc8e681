"""Canvases painted stroke by stroke, many at once: the environment that a painter learns in."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.canvas import Easel, Size
from melodyrl.env.lanes import Bools, Floats, Observation, Step

SampleW = Callable[[np.random.Generator, int], Floats]


class Subject(Protocol):
    """What is painted: a picture, a drum pattern. All arrays have a leading axis of N lanes."""

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def size(self) -> Size:
        """Of every canvas."""
        ...

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the K reward terms."""
        ...

    @property
    def planes(self) -> int:
        """Pictures of the canvas that an observation has, P."""
        ...

    @property
    def strokes(self) -> int:
        """After so many an episode is cut off."""
        ...

    def begin(self, rng: np.random.Generator, count: int) -> Easel:
        """Canvases of new episodes."""
        ...

    def judge(self, easel: Easel) -> Floats:
        """Reward of every stroke now, by term, each in [-1, 1], (N, A, K)."""
        ...

    def see(self, easel: Easel) -> Floats:
        """All that the rewards depend on, (N, P, H, W)."""
        ...

    def is_done(self, easel: Easel) -> Bools:
        """Where nothing is left to do, (N,)."""
        ...

    def sample_w(self, rng: np.random.Generator, count: int) -> Floats:
        """Preferences to learn for, (count, K)."""
        ...


class CanvasLanes:
    """N canvases side by side; one that is done is replaced by a new one at once.

    A stroke that would change nothing, or a cell that is fixed, is not legal. An episode
    terminates when its canvas is done, and is truncated after so many strokes.
    """

    def __init__(
        self,
        subject: Subject,
        lanes: int,
        rng: np.random.Generator,
        *,
        weights: Floats | None = None,
        easel: Easel | None = None,
    ) -> None:
        """Take weights (K,) for fixed preferences, and an easel for canvases to begin with."""
        self.subject, self.lanes = subject, lanes
        self._rng, self._weights, self._given = rng, weights, easel
        self.w: Floats = np.empty((lanes, len(subject.terms)), np.float32)

    def reset(self) -> Observation:
        """Begin an episode in every lane."""
        everyone = np.arange(self.lanes)
        self.easel = self._begin(everyone)
        self.painted = np.zeros(self.lanes, np.intp)
        self.w = self._draw_weights(self.lanes)
        self._seen = self._see(self.easel)
        return self._seen

    def step(self, action: NDArray[np.int_]) -> Step:
        """Put one legal stroke on each canvas, (N,)."""
        everyone = np.arange(self.lanes)
        assert self._seen.mask[everyone, action].all(), "a stroke is not legal"
        reward = self._seen.judgement[everyone, action]
        self.easel.paint(self.subject.size, action)
        self.painted += 1
        final = self._see(self.easel)
        terminated = self.subject.is_done(self.easel)
        truncated = ~terminated & (self.painted >= self.subject.strokes)
        lanes = np.flatnonzero(terminated | truncated)
        self._seen = self._begin_anew(lanes, final) if len(lanes) else final
        return Step(self._seen, reward, terminated, truncated, final)

    def _begin(self, lanes: NDArray[np.intp]) -> Easel:
        if self._given is not None:
            return self._given.take(lanes)
        return self.subject.begin(self._rng, len(lanes))

    def _begin_anew(self, lanes: NDArray[np.intp], final: Observation) -> Observation:
        """New canvases in the lanes that ended."""
        fresh = self._begin(lanes)
        self.easel.put(lanes, fresh)
        self.painted[lanes] = 0
        self.w = self.w.copy()
        self.w[lanes] = self._draw_weights(len(lanes))
        return final.with_lanes(lanes, self._see(fresh))

    def _see(self, easel: Easel) -> Observation:
        planes = self.subject.see(easel)
        return Observation(
            planes.reshape(len(planes), -1),
            self.subject.judge(easel),
            easel.legal(self.subject.size),
        )

    def _draw_weights(self, count: int) -> Floats:
        if self._weights is None:
            return self.subject.sample_w(self._rng, count)
        return np.broadcast_to(self._weights, (count, len(self.subject.terms))).copy()
