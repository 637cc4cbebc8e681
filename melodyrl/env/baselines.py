"""Players without learning: what a trained policy has to beat.

A strategy is a function of the lanes and of what they see; it reads the melody and the chord
from the lanes and returns one legal action for each. In the full preset those that know no
rhythm play a note on every beat and hold it.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.state import NONE
from melodyrl.env.lanes import MelodyLanes, Observation

Actions = NDArray[np.int_]
Floats = NDArray[np.float64]
Strategy = Callable[[MelodyLanes, Observation], Actions]

_FAR = 1000.0
_BEAT = 2
"""Metric levels up to this one are beats."""


def play(lanes: MelodyLanes, strategy: Strategy) -> NDArray[np.float64]:
    """Rewards by term of one episode of each lane from a fresh start, summed: (N, K)."""
    seen = lanes.reset()
    total = np.zeros(lanes.w.shape)
    running = np.ones(lanes.lanes, np.bool_)
    while running.any():
        step = lanes.step(strategy(lanes, seen))
        total += step.reward * running[:, None]
        running &= ~step.done
        seen = step.observation
    return total


def random_legal(rng: np.random.Generator) -> Strategy:
    """Any legal action, all equally likely."""

    def choose(lanes: MelodyLanes, seen: Observation) -> Actions:
        return np.where(seen.mask, rng.random(seen.mask.shape), -1.0).argmax(axis=1)

    return choose


def random_chord_tone(rng: np.random.Generator) -> Strategy:
    """Any legal tone of the chord."""

    def choose(lanes: MelodyLanes, seen: Observation) -> Actions:
        scene = _Scene(lanes)
        return scene.on_beats(seen, rng.random(scene.shape) + _FAR * ~scene.tones)

    return choose


def nearest_chord_tone(lanes: MelodyLanes, seen: Observation) -> Actions:
    """The tone of the chord next to the last note, or that note again."""
    scene = _Scene(lanes)
    return scene.on_beats(seen, np.abs(scene.moves) + _FAR * ~scene.tones)


def arpeggio(lanes: MelodyLanes, seen: Observation) -> Actions:
    """The chord upward tone by tone within an octave, over and over."""
    scene = _Scene(lanes)
    upward = (scene.moves - 1) % scene.span
    return scene.on_beats(seen, upward + _FAR * (~scene.tones | scene.outside))


def scale(lanes: MelodyLanes, seen: Observation) -> Actions:
    """The scale up to the top of an octave and down again."""
    scene = _Scene(lanes)
    onward = scene.moves * scene.direction > 0
    cost = np.abs(scene.moves) + _FAR / 4 * ~onward + _FAR / 2 * (scene.moves == 0)
    return scene.on_beats(seen, cost + _FAR * scene.outside)


def alternation(lanes: MelodyLanes, seen: Observation) -> Actions:
    """Two tones of the chord in turn, the lowest two of an octave."""
    scene = _Scene(lanes)
    usable = scene.tones & ~scene.outside
    order = np.cumsum(usable, axis=1)
    at_first = ((order == 1) & usable & (scene.moves == 0)).any(axis=1, keepdims=True)
    wanted = np.where(at_first, 2, 1)
    return scene.on_beats(seen, _FAR * ~(usable & (order == wanted)) + np.abs(scene.moves))


def greedy(lanes: MelodyLanes, seen: Observation) -> Actions:
    """The action whose reward now is the greatest: one step ahead, no further."""
    return best_legal(seen.judgement, lanes.w, seen.mask)


def best_legal(
    value_NAK: NDArray[np.floating], w: NDArray[np.floating], mask_NA: NDArray[np.bool_]
) -> Actions:
    """The legal action of the greatest w · value in each lane, (N,); w is (N, K)."""
    score_NA = np.einsum("nak,nk->na", value_NAK, w)
    return np.where(mask_NA, score_NA, -np.inf).argmax(axis=1)


class _Scene:
    """The lanes as a simple strategy sees them: arrays (N, P) over the pitches."""

    def __init__(self, lanes: MelodyLanes) -> None:
        melody, context = lanes.melody, lanes.context
        self._actions, self._context = lanes.preset.actions, context
        pitches = self._actions.pitches
        # The octave to stay in: the only one, or the middle one of three.
        low = 12 if lanes.preset.is_full else 0
        known = np.where(context.chord.any(axis=1, keepdims=True), context.chord, context.scale)
        self.tones = np.take(known, pitches % 12, axis=1)
        recent = melody.recent.astype(np.int16)
        last = np.where(recent[:, -1:] == NONE, low - 1, recent[:, -1:])
        before = np.where(recent[:, -2:-1] == NONE, low - 2, recent[:, -2:-1])
        self.shape = self.tones.shape
        self.moves = pitches[None, :] - last
        """Semitones from the last note to each pitch."""
        self.outside = np.broadcast_to((pitches < low) | (pitches > low + 12), self.shape)
        self.span = 12
        self.direction = np.where(last < before, -1, 1)

    def on_beats(self, seen: Observation, cost: NDArray[np.floating]) -> Actions:
        """The legal pitch that costs least where a note is due, otherwise hold or rest."""
        first = self._actions.first_pitch
        cost = np.where(seen.mask[:, first:], cost, np.inf)
        action = first + cost.argmin(axis=1)
        if self._actions.hold is None or self._actions.rest is None:
            return action
        can_play = np.isfinite(cost).any(axis=1)
        wait = np.where(seen.mask[:, self._actions.hold], self._actions.hold, self._actions.rest)
        return np.where(can_play & (self._context.level <= _BEAT), action, wait)
