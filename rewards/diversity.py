"""Diversity: how new a note's pitch class is against the last seven notes.

The surprise -log2(7p) of the pitch class under a histogram of the window that fades by 0.85 a
note and holds one note's mass spread over the seven degrees. Bounds [-1, 1]; 0.1 is the mean over
human tunes, and an often heard note is negative: the knob pays for variety and charges for the
want of it. Ours; a reward for distinct notes capped at the human mean was measured to be a dead
knob.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rewards.tables import numbers

FloatArray = NDArray[np.float32]

NONE = -128
"""A place in the window before the first note."""

WINDOW = 7
FADE = 0.85
CENTRE = 0.1
RISE, FALL = 5.0, 2.5
"""Bits of surprise to a reward of 1 above and below the human mean: to be stale costs more than
to be new earns, else the best melodies are busier than any that people play."""

# Weight of each place of the window, oldest first.
_WEIGHTS = FADE ** np.arange(WINDOW - 1, -1, -1, dtype=np.float32)


def novelty(window: ArrayLike, candidate: ArrayLike) -> FloatArray:
    """Reward of each candidate against a window, in [-1, 1].

    window (..., 7) semitone offsets, newest last, NONE before the first note; candidate (...)
    offsets; the leading shapes broadcast. 0 while nothing has been played.
    """
    bits = surprise(window, candidate)
    empty = np.asarray(window)[..., -1] == NONE
    return np.where(empty, np.float32(0.0), scaled(bits - numbers("diversity", "human_mean")))


def scaled(excess: FloatArray) -> FloatArray:
    """Reward of a surprise that exceeds the human mean by so many bits."""
    slope = np.where(excess > 0, np.float32(1 / RISE), np.float32(1 / FALL))
    return np.clip(excess * slope + np.float32(CENTRE), -1.0, 1.0)


def surprise(window: ArrayLike, candidate: ArrayLike) -> FloatArray:
    """-log2(7p) of a candidate's pitch class, in bits; shapes as in `novelty`."""
    notes = np.asarray(window, np.int16)
    wanted = np.asarray(candidate, np.int16) % 12
    heard = notes != NONE
    # A place without a note gets a class that no candidate has.
    pitch_class = np.where(heard, notes % 12, np.int16(12))
    mass = np.zeros(np.broadcast_shapes(notes.shape[:-1], wanted.shape), np.float32)
    for place in range(WINDOW):
        mass += _WEIGHTS[place] * (pitch_class[..., place] == wanted)
    total = heard @ _WEIGHTS + np.float32(1.0)
    return -np.log2(np.float32(WINDOW) * mass + np.float32(1.0)) + np.log2(total)
