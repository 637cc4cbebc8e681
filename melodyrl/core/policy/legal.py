"""Which actions are allowed now."""

from functools import cache

import numpy as np

from melodyrl.core.policy.actions import Actions
from melodyrl.core.policy.line import OFFSETS, code, interval
from melodyrl.core.policy.state import NONE, BoolArray, Context, Melody

WIDEST = 12
"""Semitones: no melodic interval is wider than an octave."""


def legal(melody: Melody, context: Context, actions: Actions) -> BoolArray:
    """Mask of allowed actions, (B, A); every lane has at least one.

    A note can be held only while it sounds. A new note lies in the scale or in the chord,
    where either is known, and within an octave of the last note. Where a change of tonic
    has left no note within reach and there is no rest to take, every pitch is allowed.
    """
    known = context.scale | context.chord
    known |= ~known.any(axis=1, keepdims=True)
    pitches = known.take(actions.classes, axis=1)
    pitches &= _reach(actions).take(code(melody.recent[:, -1]), axis=0)
    if actions.rest is None:
        pitches |= ~pitches.any(axis=1, keepdims=True)
    mask = np.ones((melody.lanes, actions.count), np.bool_)
    mask[:, actions.first_pitch :] = pitches
    if actions.hold is not None:
        mask[:, actions.hold] = melody.sounding
    return mask


@cache
def _reach(actions: Actions) -> BoolArray:
    """Whether each pitch is within reach, by the code of the last note, (256, P)."""
    away = np.abs(interval(OFFSETS[:, None], actions.pitches))
    return (away <= WIDEST) | (OFFSETS[:, None] == NONE)
