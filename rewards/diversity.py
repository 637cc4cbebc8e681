"""Diversity: how new a note's pitch class is against the last seven notes.

The surprise -log2(7p) of the pitch class under a histogram of the window that fades by 0.7 a
note and holds one note's mass spread over the seven degrees. Bounds [-1, 1]; 0.1 is the mean over
human tunes, and an often heard note is negative: the knob pays for variety and charges for the
want of it. New enough is enough: above the mean it grows ever more slowly, else the best melodies
go round all seven notes. Ours; a reward for distinct notes capped at the human mean was measured
to be a dead knob, and one without a cap to be busier than any people play.
"""

from functools import cache

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
    return _novelty().take(_heard(window, candidate))


def scaled(excess: FloatArray) -> FloatArray:
    """Reward of a surprise that exceeds the human mean by so many bits."""
    fresh = MOST * -np.expm1(np.minimum(-excess, 0.0) / (MOST * RISE))
    value = np.where(excess > 0, fresh, excess / FALL) + CENTRE
    return np.clip(value, -1.0, 1.0).astype(np.float32)


def surprise(window: ArrayLike, candidate: ArrayLike) -> FloatArray:
    """-log2(7p) of a candidate's pitch class, in bits; shapes as in `novelty`."""
    return _BITS.take(_heard(window, candidate))


def _heard(window: ArrayLike, candidate: ArrayLike) -> NDArray[np.intp]:
    """Where the tables have a candidate: by how many notes were heard, and where its class was."""
    notes = np.asarray(window, np.int16)
    wanted = np.asarray(candidate, np.int16) % 12
    known = notes != NONE
    # A place without a note gets a class that no candidate has.
    pitch_class = np.where(known, notes % 12, np.int16(12))
    same = np.packbits(pitch_class == wanted[..., None], axis=-1)[..., 0] >> 1
    return known.sum(axis=-1) * 128 + same


def _bits() -> FloatArray:
    """Surprise by how many notes were heard, 0 to 7, and the set of places that are of the class.

    The newest place is the lowest bit of a set.
    """
    places = np.arange(128)[:, None] >> np.arange(WINDOW) & 1
    mass = places @ FADE ** np.arange(WINDOW)
    total = 1.0 + np.append(0.0, np.cumsum(FADE ** np.arange(WINDOW)))
    mass_bits = np.log2(WINDOW * mass + 1.0).astype(np.float32)
    return np.log2(total).astype(np.float32)[:, None] - mass_bits


@cache
def _novelty() -> FloatArray:
    """Reward by the same; 0 where nothing was heard."""
    reward = scaled(_BITS - numbers("diversity", "human_mean"))
    reward[0] = 0.0
    return reward


_BITS = _bits()
