"""Rhythm: when a note begins, is held, or gives way to a rest.

Three parts. What people do at this sixteenth of the bar, in the last bar of four or another, at
this age of the note: the log2 ratio of its probability to that of an onset (or of none) anywhere;
half of it from the sixteenth of the bar alone, so that a melody shifted off the beat is not at home
there. A controller that draws the density of onsets to its target. And variety: an onset after a
gap that was heard too often of late costs, else the best rhythm would be an even stream. Bounds
[-1, 1].

A rest is judged as the absence of an onset, less a charge for how seldom people would rest rather
than hold: so silence can never be the cheap way to be unpredictable.
"""

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rewards.tables import numbers

FloatArray = NDArray[np.float32]

ONSET, HOLD, REST = 0, 1, 2

SMOOTHING = 20.0
"""Sixteenths' worth of the coarser distribution mixed into each finer one."""

RATIO_WEIGHT, RATIO_BOUND = 0.15, 0.4
"""Reward to a bit of likelihood ratio, and the most that it can come to."""

REST_WEIGHT, REST_BOUND = 0.04, 0.2
"""Charge to a bit by which people prefer holding, and the most that it can come to."""

PULL, PULL_BOUND = 3.0, 0.65
"""Reward to an onset a beat of missing density, and the most that it can come to."""

GAP_CLASSES = 8
"""Classes of the gap before an onset: those of an age."""

GAP_FADE = 0.8
"""What a gap still counts for after another: about a bar and a half of quarters."""

VARIETY, VARIETY_BOUND = 0.25, 0.4
"""Reward to a bit by which a gap surprises more or less than people's, and its bound downward."""

FRESHEST = 0.1
"""What variety can add at most: a new gap is no merit by itself."""

EASE = 0.05
"""Share of the target by which the density may stray before it is drawn back."""

SHARE = 0.5
"""A sixteenth without an onset feels this share of the controller, the other way."""

PLACES = 2 * 2 * 16 * 8
"""Rows of the tables by `place`."""

# Sixteenths since the last onset or since the rest began -> class 0, 1, 2, 3, 4, 5-7, 8-11, 12+.
AGE_CLASS = np.array([0, 1, 2, 3, 4, 5, 5, 5, 6, 6, 6, 6, 7], np.intp)


def rhythm(
    step: ArrayLike,
    bar_steps: ArrayLike,
    age: ArrayLike,
    density: ArrayLike,
    target: ArrayLike,
    closes: ArrayLike,
    since: ArrayLike,
    gaps: ArrayLike,
) -> FloatArray:
    """Rewards (..., 3) of ONSET, HOLD and REST, in [-1, 1]. All shapes broadcast.

    step: sixteenth in the bar of bar_steps, 16 or 12. age: sixteenths since the last onset, or
    since the rest began; 0 at the very beginning. density and target: onsets a beat. closes: it is
    the last bar of four. since: sixteenths since the last onset; 0 before there was one.
    gaps (..., 8): how much of late was heard of each class of gap between onsets, see
    `follow_gaps`.
    """
    value = fitted().reshape(-1, 3).take(place(step, bar_steps, age, closes), axis=0)
    value = value + _pull(density, target)[..., None] * _SIGN
    fresh = variety(age_class(since), gaps)
    value[..., ONSET] += np.where(np.asarray(since) > 0, fresh, np.float32(0.0))
    return _bounded(value, 1.0)


def place(
    step: ArrayLike, bar_steps: ArrayLike, age: ArrayLike, closes: ArrayLike
) -> NDArray[np.intp]:
    """Row of a table (2, 2, 16, 8, ...), as those of `ratio` and `chances`; arguments as above."""
    kind_of_bar = (np.asarray(bar_steps) == 12) * np.intp(2) + closes
    return (kind_of_bar * 16 + step) * 8 + age_class(age)


def age_class(age: ArrayLike) -> NDArray[np.intp]:
    """Class 0-7 of an age or a gap in sixteenths, any shape."""
    return AGE_CLASS.take(np.asarray(age), mode="clip")


def variety(gap: ArrayLike, gaps: ArrayLike) -> FloatArray:
    """Reward of an onset after a gap of a class (...), by the gaps of late (..., 8)."""
    excess = VARIETY * (surprise(gap, gaps) - numbers("rhythm", "surprise"))
    return np.maximum(np.minimum(excess, np.float32(FRESHEST)), np.float32(-VARIETY_BOUND))


def surprise(gap: ArrayLike, gaps: ArrayLike) -> FloatArray:
    """Bits of a class of gap under those of late, to which one gap of no class is added."""
    late = np.asarray(gaps, np.float32)
    mine = (late * _IS_CLASS.take(np.asarray(gap), axis=0)).sum(axis=-1)
    share = (mine + 1 / GAP_CLASSES) / (late.sum(axis=-1) + 1.0)
    return np.asarray(-np.log2(share), np.float32)


def follow_gaps(gaps: FloatArray, gap: NDArray[np.intp], onset: NDArray[np.bool_]) -> FloatArray:
    """The gaps of late (B, 8) after a sixteenth: an onset after a class of gap (B,), or none."""
    after = GAP_FADE * gaps + _IS_CLASS.take(gap, axis=0)
    return np.where(onset[:, None], after, gaps)


def _pull(density: ArrayLike, target: ArrayLike) -> FloatArray:
    """What the controller gives an onset, by how far the density is astray beyond the ease."""
    astray: FloatArray = np.subtract(density, target, dtype=np.float32)
    ease = np.multiply(target, EASE, dtype=np.float32)
    excess = astray - np.maximum(np.minimum(astray, ease), -ease)
    return _bounded(np.multiply(excess, -PULL, dtype=np.float32), PULL_BOUND)


_IS_CLASS = np.eye(GAP_CLASSES, dtype=np.float32)
_SIGN = np.array([1.0, -SHARE, -SHARE], np.float32)


@cache
def fitted() -> FloatArray:
    """The shipped table."""
    return ratio(numbers("rhythm", "human"))


def ratio(counts: FloatArray) -> FloatArray:
    """Reward table (2, 2, 16, 8, 3) of counts.

    By meter, last bar of four or another, step, age class, and event.
    """
    onset, rest = _onsets(counts), _rests(counts)
    by_place = onset[-1] ** 0.5 * onset[0] ** 0.5
    rate = counts[..., ONSET].sum(dtype=np.float64) / counts.sum(dtype=np.float64)
    begins = _weighed(np.log2(by_place / rate))
    none = (1.0 - onset[-1]) ** 0.5 * (1.0 - onset[0]) ** 0.5
    goes_on = _weighed(np.log2(none / (1.0 - rate)))
    charge = np.clip(REST_WEIGHT * np.log2((1.0 - rest) / rest), 0.0, REST_BOUND)
    return np.stack([begins, goes_on, goes_on - charge], axis=-1).astype(np.float32)


def chances(counts: FloatArray) -> NDArray[np.float64]:
    """Chance of each event (2, 2, 16, 8, 3) of counts, by the same places."""
    onset, rest = _onsets(counts)[-1], _rests(counts)
    return np.stack([onset, (1.0 - onset) * (1.0 - rest), (1.0 - onset) * rest], axis=-1)


def _onsets(counts: FloatArray) -> list[NDArray[np.float64]]:
    return _backed_off(counts[..., ONSET], counts.sum(axis=-1))


def _rests(counts: FloatArray) -> NDArray[np.float64]:
    """Chance of a rest where no note begins."""
    return _backed_off(counts[..., REST], counts[..., HOLD] + counts[..., REST])[-1]


def _bounded(value: NDArray[np.floating], bound: float) -> FloatArray:
    return np.asarray(np.maximum(np.minimum(value, bound), -bound), np.float32)


def _weighed(bits: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.clip(RATIO_WEIGHT * bits, -RATIO_BOUND, RATIO_BOUND)


def _backed_off(hits: FloatArray, trials: FloatArray) -> list[NDArray[np.float64]]:
    """Probabilities by (meter, bar of four, step), and by age as well.

    Each is smoothed by the coarser one before it; all have the shape of hits.
    """
    overall = (hits.sum(dtype=np.float64) + 1.0) / (trials.sum(dtype=np.float64) + 2.0)
    chances = [np.full(hits.shape, overall)]
    for axes in ((3,), ()):
        found = hits.sum(axis=axes, keepdims=True, dtype=np.float64)
        tried = trials.sum(axis=axes, keepdims=True, dtype=np.float64)
        chances.append((found + SMOOTHING * chances[-1]) / (tried + SMOOTHING))
    return chances[1:]
