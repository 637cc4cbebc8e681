"""Melodies over simulated players, thousands at once: the environment that learning sees."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.actions import Actions
from melodyrl.core.policy.judge import judge
from melodyrl.core.policy.legal import legal
from melodyrl.core.policy.observe import observe
from melodyrl.core.policy.presets import Preset
from melodyrl.core.policy.state import NONE, Context, Melody, advance, shift
from melodyrl.env.plan import Plan
from melodyrl.env.players import preset_plan
from melodyrl.env.progressions import Split
from rewards.preference import sample

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

REWEIGH_RATE = 0.1
"""Chance that a bar of the full preset begins with other preferences: knobs are turned live."""

SPARSEST, BUSIEST = 0.4, 3.0
"""Onsets a beat between which the density target is drawn, evenly in its logarithm."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What N lanes see before they act."""

    features: Floats
    """(N, D) everything that a reward can depend on."""
    judgement: Floats
    """(N, A, K) reward of every action, by term."""
    mask: Bools
    """(N, A) actions that are allowed."""

    def with_lanes(self, lanes: NDArray[np.intp], other: "Observation") -> "Observation":
        """A copy where some lanes are replaced by those of other."""
        copies = self.features.copy(), self.judgement.copy(), self.mask.copy()
        for mine, theirs in zip(copies, (other.features, other.judgement, other.mask), strict=True):
            mine[lanes] = theirs
        return Observation(*copies)


@dataclass(frozen=True, slots=True)
class Step:
    """What N actions led to. Where an episode ended, the observation begins the next one."""

    observation: Observation
    reward: Floats
    """(N, K) by term."""
    terminated: Bools
    truncated: Bools
    final: Observation
    """The true next state, before any reset: the same object where no episode ended."""

    @property
    def done(self) -> Bools:
        """(N,) the episode ended, either way."""
        return self.terminated | self.truncated

    @property
    def final_features(self) -> Floats:
        """(N, D) features of the true next state."""
        return self.final.features

    @property
    def final_judgement(self) -> Floats:
        """(N, A, K) judgement of the true next state."""
        return self.final.judgement

    @property
    def final_mask(self) -> Bools:
        """(N, A) mask of the true next state."""
        return self.final.mask


class MelodyLanes:
    """N episodes of a preset side by side; an ended one is replaced by a new one at once.

    An eight-bar episode is terminated by its last note. A full one has no end of its own: it is
    truncated after sixteen bars, and learning must bootstrap from `Step.final`.
    """

    def __init__(
        self,
        preset: Preset,
        lanes: int,
        rng: np.random.Generator,
        *,
        split: Split = "train",
        weights: Floats | None = None,
        density: Floats | float | None = None,
        plan: Plan | None = None,
    ) -> None:
        """Draw what is not given anew for each episode.

        weights (K,) or (N, K) are fixed preferences, density () or (N,) fixed targets; with a
        plan every episode of a lane is over the plan's.
        """
        self.preset, self.lanes = preset, lanes
        self._rng = rng
        self._split: Split = split
        self._weights, self._density, self._given = weights, density, plan
        self.w: Floats = np.empty((lanes, len(preset.terms)), np.float32)
        self.density: Floats = np.empty(lanes, np.float32)

    def reset(self) -> Observation:
        """Begin an episode in every lane."""
        everyone = np.arange(self.lanes)
        self.position = np.zeros(self.lanes, np.intp)
        self.plan = self._draw_plan(everyone)
        self.context = self.plan.at(self.position)
        self.w, self.density = self._draw_weights(self.lanes), self._draw_density(everyone)
        self.melody = Melody.start(self.lanes, self.density)
        self._seen = self._observe(everyone)
        return self._seen

    def step(self, action: NDArray[np.int_]) -> Step:
        """Take one legal action in each lane, (N,)."""
        everyone = np.arange(self.lanes)
        assert self._seen.mask[everyone, action].all(), "an action is not legal"
        reward = self._seen.judgement[everyone, action]
        advance(self.melody, self.context, self.preset.actions, action)
        self.position += 1
        self.context = self.plan.at(self.position)
        moved = self.plan.shift[everyone, self.position]
        follow_tonic(self.melody, moved, self.preset.actions)
        done = self.position >= self.plan.length
        final = self._observe(everyone)
        self._seen = self._begin_anew(done, final) if done.any() else final
        self._reweigh()
        never = np.zeros(self.lanes, np.bool_)
        terminated, truncated = (never, done) if self.preset.is_full else (done, never)
        return Step(self._seen, reward, terminated, truncated, final)

    def with_state(self, melody: Melody, context: Context, density: Floats) -> Observation:
        """What lanes in any given state would see."""
        return Observation(
            observe(melody, context, density, self.preset),
            judge(melody, context, density, self.preset),
            legal(melody, context, self.preset.actions),
        )

    def _observe(self, lanes: NDArray[np.intp]) -> Observation:
        if len(lanes) == self.lanes:
            return self.with_state(self.melody, self.context, self.density)
        return self.with_state(
            self.melody.take(lanes), self.context.take(lanes), self.density[lanes]
        )

    def _begin_anew(self, done: Bools, final: Observation) -> Observation:
        """Reset the lanes that ended, and see all lanes as they are now."""
        lanes = np.flatnonzero(done)
        count = len(lanes)
        self.position[lanes] = 0
        self.plan.put(lanes, self._draw_plan(lanes))
        self.density[lanes] = self._draw_density(lanes)
        self.melody.put(lanes, Melody.start(count, self.density[lanes]))
        self.context = self.plan.at(self.position)
        self.w = self.w.copy()
        self.w[lanes] = self._draw_weights(self.lanes)[lanes]
        fresh = self._observe(lanes)
        return fresh if count == self.lanes else final.with_lanes(lanes, fresh)

    def _reweigh(self) -> None:
        """Turn the knobs of a few lanes where a bar begins."""
        if not self.preset.is_full or self._weights is not None:
            return
        turned = (self.context.step == 0) & (self._rng.random(self.lanes) < REWEIGH_RATE)
        lanes = np.flatnonzero(turned)
        if len(lanes):
            self.w = self.w.copy()
            self.w[lanes] = sample(self._rng, len(lanes), self.preset.terms)

    def _draw_plan(self, lanes: NDArray[np.intp]) -> Plan:
        if self._given is not None:
            return self._given.take(lanes)
        return preset_plan(self.preset, self._rng, len(lanes), self._split)

    def _draw_weights(self, count: int) -> Floats:
        if self._weights is None:
            return sample(self._rng, count, self.preset.terms).astype(np.float32)
        shape = (count, len(self.preset.terms))
        return np.broadcast_to(self._weights, shape).astype(np.float32)

    def _draw_density(self, lanes: NDArray[np.intp]) -> Floats:
        if self._density is not None:
            return np.broadcast_to(self._density, self.lanes)[lanes].astype(np.float32)
        if not self.preset.is_full:
            return np.ones(len(lanes), np.float32)
        logs = self._rng.uniform(np.log(SPARSEST), np.log(BUSIEST), len(lanes))
        return np.exp(logs).astype(np.float32)


def follow_tonic(melody: Melody, up: NDArray[np.int8], actions: Actions) -> None:
    """Where the tonic moves up (N,), keep the pitches: their offsets change the other way.

    The new base is the nearest one, or an octave from it where the last note would leave the
    range of the actions.
    """
    lanes = np.flatnonzero(up)
    if not len(lanes):
        return
    semitones = -((up[lanes].astype(np.int16) + 5) % 12 - 5)
    last = melody.recent[lanes, -1].astype(np.int16)
    after = last + semitones
    octave = np.where(after < 0, 12, np.where(after > int(actions.offsets.max()), -12, 0))
    shift(melody, lanes, semitones + np.where(last == NONE, 0, octave))
