"""A player that only imitates: people's rhythms and intervals, with no ear for chords."""

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.actions import HOLD, ONSET
from melodyrl.core.policy.state import NONE
from melodyrl.env.baselines import Strategy
from melodyrl.env.draws import draw
from melodyrl.env.lanes import MelodyLanes, Observation
from melodyrl.measure.events import OLDEST, STEPS
from melodyrl.measure.people import People
from melodyrl.measure.trigram import SYMBOLS, WIDEST, Trigram

Ints = NDArray[np.int_]

MIDDLE = 16
"""Offset that it begins near: in the middle of its three octaves."""


def imitator(people: People, rng: np.random.Generator) -> Strategy:
    """Draw each event as people do at that sixteenth, and each interval as they do after two."""

    def choose(lanes: MelodyLanes, seen: Observation) -> Ints:
        first = lanes.preset.actions.first_pitch
        age = np.minimum(lanes.melody.age, OLDEST)
        habit = people.events[lanes.context.step % STEPS, age]
        kind = draw(rng, habit * _possible(seen, first) + 1e-9)
        chance = _pitch_chances(lanes, people.trigram) * seen.mask[:, first:]
        pitch = first + draw(rng, chance + 1e-9 * seen.mask[:, first:])
        hold, rest = lanes.preset.actions.hold, lanes.preset.actions.rest
        assert hold is not None
        assert rest is not None
        still = np.where(seen.mask[:, hold] & (kind == HOLD), hold, rest)
        return np.where((kind == ONSET) & seen.mask[:, first:].any(axis=1), pitch, still)

    return choose


def _possible(seen: Observation, first: int) -> NDArray[np.bool_]:
    """Whether an onset, a hold and a rest are legal, (N, 3)."""
    hold = seen.mask[:, 0]
    return np.stack([seen.mask[:, first:].any(axis=1), hold, np.ones_like(hold)], axis=1)


def _pitch_chances(lanes: MelodyLanes, model: Trigram) -> NDArray[np.float64]:
    """(N, P) of each pitch after the last three; at first all near the middle are alike."""
    recent = lanes.melody.recent[:, -3:].astype(np.int64)
    pitches = lanes.preset.actions.pitches
    known = np.where(
        recent == NONE, np.where(recent[:, -1:] == NONE, MIDDLE, recent[:, -1:]), recent
    )
    moves = np.clip(pitches[None, :] - known[:, -1:], -WIDEST, WIDEST) + WIDEST
    assert moves.max() < SYMBOLS
    return np.take_along_axis(model.after(known), moves, axis=1)
