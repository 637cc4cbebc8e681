"""Diversity: how new a note's pitch class is against the last seven notes.

The surprise -log2(7p) of the pitch class under a histogram of the window that fades by 0.7 a
note and holds one note's mass spread over the seven degrees. Bounds [-1, 1]; 0.1 is the mean over
human tunes, and an often heard note is negative: the knob pays for variety and charges for the
want of it. New enough is enough: above the mean it grows ever more slowly, else the best melodies
go round all seven notes. Ours; a reward for distinct notes capped at the human mean was measured
to be a dead knob, and one without a cap to be busier than any people play.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rewards.tables import numbers

FloatArray = NDArray[np.float32]

NONE = -128
"""A place in the window before the first note."""

WINDOW = 7
FADE = 0.7
CENTRE = 0.1
RISE, FALL = 5.0, 3.5
"""Bits of surprise to a reward of 1 just above and below the human mean: to be stale costs more
than to be new earns."""

MOST = 0.25
"""What a surprise above the human mean can add at most."""


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
    fresh = MOST * -np.expm1(np.minimum(-excess, 0.0) / (MOST * RISE))
    value = np.where(excess > 0, fresh, excess / FALL) + CENTRE
    return np.clip(value, -1.0, 1.0).astype(np.float32)


def surprise(window: ArrayLike, candidate: ArrayLike) -> FloatArray:
    """-log2(7p) of a candidate's pitch class, in bits; shapes as in `novelty`."""
    notes = np.asarray(window, np.int16)
    wanted = np.asarray(candidate, np.int16) % 12
    heard = notes != NONE
    # A place without a note gets a class that no candidate has.
    pitch_class = np.where(heard, notes % 12, np.int16(12))
    same = np.packbits(pitch_class == wanted[..., None], axis=-1)[..., 0] >> 1
    return _TOTAL_BITS[heard.sum(axis=-1)] - _MASS_BITS.take(same)


def _mass_bits() -> FloatArray:
    """log2(7m + 1) of the faded mass m of each set of places; the newest is the lowest bit."""
    places = np.arange(128)[:, None] >> np.arange(WINDOW) & 1
    mass = places @ FADE ** np.arange(WINDOW)
    return np.log2(WINDOW * mass + 1.0).astype(np.float32)


_MASS_BITS = _mass_bits()
# By how many notes have been heard, 0 to 7.
_TOTAL_BITS = np.log2(1.0 + np.append(0.0, np.cumsum(FADE ** np.arange(WINDOW)))).astype(np.float32)
