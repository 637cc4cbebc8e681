"""Smoothness: how human an interval is, from this place in the key and after the one before it.

Half the log2 likelihood ratio, people against strategies that game a reward, of the interval given
the mode, the pitch class that it leaves and the class of the interval before it. This carries step
inertia, the reversal after a skip and the pull of leading tones (Narmour 1990, Schellenberg 1997,
Huron 2006) as they are found in the tunes, not as rules. Without the place in the key, people's
tunes outranked their own notes shuffled at .85; with it, at .92.
Bounds [-1, 1]; 0 is the mean over human tunes, so that playing more notes earns nothing by itself.
"""

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rewards.tables import numbers

FloatArray = NDArray[np.float32]
Counts = NDArray[np.integer] | NDArray[np.floating]

NONE = -128
"""No interval: fewer than two notes."""

WIDEST = 13
"""Wider intervals count as this many semitones."""

CLASSES = ("none", "repeat", "step up", "step down", "skip up", "skip down", "leap up", "leap down")
"""Classes of the interval before: steps are 1-2 semitones, skips 3-4, leaps 5 and more."""

SMOOTHING = 30.0
"""Notes' worth of the coarser distribution mixed into each finer one."""


def classes(interval: ArrayLike) -> NDArray[np.intp]:
    """Index into CLASSES of an interval in semitones, any shape."""
    wide = np.asarray(interval, np.int16)
    return _CLASS_OF[np.where(wide == NONE, 2 * WIDEST + 1, column(wide))]


def smoothness(
    minor: ArrayLike, last: ArrayLike, previous_interval: ArrayLike, interval: ArrayLike
) -> FloatArray:
    """Reward of a melodic step, in [-1, 1]; 0 for the first note. Shapes broadcast.

    minor is the mode; last is the note that is left, semitones above a tonic, of no use where
    interval is NONE.
    """
    return lookup(fitted(), minor, last, previous_interval, interval)


def lookup(
    table: FloatArray,
    minor: ArrayLike,
    last: ArrayLike,
    previous_interval: ArrayLike,
    interval: ArrayLike,
) -> FloatArray:
    """The same, from a (2, 12, 8, 27) table."""
    wide = np.asarray(interval, np.int16)
    place = np.asarray(minor, np.intp) * 12 + np.asarray(last, np.int16) % 12
    row = (place * len(CLASSES) + classes(previous_interval)) * (2 * WIDEST + 1)
    value = table.ravel().take(row + column(wide))
    return np.where(wide == NONE, np.float32(0.0), value)


def column(interval: NDArray[np.int16]) -> NDArray[np.int16]:
    """Where the tables have an interval in semitones, any shape."""
    bounded = np.maximum(np.minimum(interval, np.int16(WIDEST)), np.int16(-WIDEST))
    return bounded + np.int16(WIDEST)


@cache
def fitted() -> FloatArray:
    """The shipped table."""
    return ratio(numbers("smoothness", "human"), numbers("smoothness", "reference"))


def ratio(human: Counts, reference: Counts) -> FloatArray:
    """Reward table (2, 12, 8, 27) of counts.

    By mode, pitch class left, class of the previous interval, and interval.
    """
    value = np.clip(0.5 * np.log2(smoothed(human) / smoothed(reference)), -1.0, 1.0)
    centre = (human * value).sum() / human.sum()
    return np.clip(value - centre, -1.0, 1.0).astype(np.float32)


@cache
def chances() -> NDArray[np.float64]:
    """P(interval | mode, pitch class, class before) in people's tunes, (2, 12, 8, 27)."""
    return smoothed(numbers("smoothness", "human"))


def smoothed(counts: Counts) -> NDArray[np.float64]:
    """The same of any counts (2, 12, 8, 27).

    Each place in the key leans on the class of the interval before, and that on all intervals.
    """
    anywhere = counts.sum(axis=(0, 1, 2)) + 1.0
    after = _leaning(counts.sum(axis=(0, 1)), anywhere / anywhere.sum())
    return _leaning(counts, after)


def _leaning(counts: Counts, coarser: NDArray[np.float64]) -> NDArray[np.float64]:
    return (counts + SMOOTHING * coarser) / (counts.sum(axis=-1, keepdims=True) + SMOOTHING)


def _class(interval: int) -> int:
    size = abs(interval)
    if size == 0:
        return 1
    width = 2 if size <= 2 else 4 if size <= 4 else 6
    return width + (interval < 0)


_CLASS_OF = np.array([*(_class(i) for i in range(-WIDEST, WIDEST + 1)), 0], np.intp)
