"""Accompaniments of many tunes side by side: the environment that a chord policy learns in."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.chords.judge import TERMS, judge, legal
from melodyrl.core.policy.chords.observe import observe
from melodyrl.core.policy.chords.state import Scene, play
from melodyrl.env.lanes import Floats, Observation, Step
from melodyrl.env.singers import sing
from melodyrl.env.songs import Songs
from rewards.preference import sample

Draw = Callable[[np.random.Generator, int], Songs]


class ChordLanes:
    """N songs, each accompanied from its first note to its end; a new one then takes its place.

    A song has no end of its own for who plays it live: episodes are truncated, and learning must
    bootstrap from `Step.final`.
    """

    def __init__(
        self,
        lanes: int,
        rng: np.random.Generator,
        *,
        weights: Floats | None = None,
        draw: Draw = sing,
    ) -> None:
        """Take weights (K,) or (N, K) for fixed preferences, otherwise they are drawn."""
        self.lanes, self._rng, self._draw, self._weights = lanes, rng, draw, weights
        self.w: Floats = np.empty((lanes, len(TERMS)), np.float32)

    def reset(self) -> Observation:
        """Begin a song in every lane."""
        self.songs = self._draw(self._rng, self.lanes)
        self.scene = Scene.start(self.lanes)
        self.position = self.songs.first.astype(np.intp)
        self.w = self._draw_weights(self.lanes)
        self.songs.arrive(self.scene, self.position)
        self._seen = see(self.scene)
        return self._seen

    def step(self, action: NDArray[np.int_]) -> Step:
        """Take one legal action in each lane, (N,)."""
        everyone = np.arange(self.lanes)
        assert self._seen.mask[everyone, action].all(), "an action is not legal"
        reward = self._seen.judgement[everyone, action]
        play(self.scene, action)
        self.position += 1
        self.songs.arrive(self.scene, self.position)
        done = self.position >= self.songs.length
        final = see(self.scene)
        self._seen = self._begin_anew(np.flatnonzero(done), final) if done.any() else final
        return Step(self._seen, reward, np.zeros(self.lanes, np.bool_), done, final)

    def _begin_anew(self, lanes: NDArray[np.intp], final: Observation) -> Observation:
        """New songs in the lanes that ended."""
        songs, scene = self._draw(self._rng, len(lanes)), Scene.start(len(lanes))
        first = songs.first.astype(np.intp)
        songs.arrive(scene, first)
        self.songs.put(lanes, songs)
        self.scene.put(lanes, scene)
        self.position[lanes] = first
        self.w = self.w.copy()
        self.w[lanes] = self._draw_weights(self.lanes)[lanes]
        return final.with_lanes(lanes, see(scene))

    def _draw_weights(self, count: int) -> Floats:
        if self._weights is None:
            return sample(self._rng, count, TERMS).astype(np.float32)
        return np.broadcast_to(self._weights, (count, len(TERMS))).astype(np.float32)


def see(scene: Scene) -> Observation:
    """What lanes in any given scene would see."""
    return Observation(observe(scene), judge(scene), legal(scene))
