"""Rhythm: when a note begins, is held, or gives way to a rest.

Two parts. What people do at this sixteenth of the bar, in the last bar of four or another, at this
age of the note, after this event one bar ago: the log2 ratio of its probability to that of an onset
(or of none) anywhere; half of it from the sixteenth of the bar alone, so that a melody shifted off
the beat is not at home there. And a controller that draws the density of onsets to its target; it
lets go while the density is near it, so that a phrase can breathe. Bounds [-1, 1].

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

RATIO_WEIGHT, RATIO_BOUND = 0.12, 0.35
"""Reward to a bit of likelihood ratio, and the most that it can come to."""

REST_WEIGHT, REST_BOUND = 0.04, 0.2
"""Charge to a bit by which people prefer holding, and the most that it can come to."""

PULL, PULL_BOUND = 2.0, 0.65
"""Reward to an onset a beat of missing density, and the most that it can come to."""

EASE = 0.15
"""Share of the target by which the density may stray before it is drawn back."""

SHARE = 0.5
"""A sixteenth without an onset feels this share of the controller, the other way."""

# Sixteenths since the last onset or since the rest began -> class 0, 1, 2, 3, 4, 5-7, 8-11, 12+.
AGE_CLASS = np.array([0, 1, 2, 3, 4, 5, 5, 5, 6, 6, 6, 6, 7], np.intp)


def rhythm(
    event: ArrayLike,
    step: ArrayLike,
    bar_steps: ArrayLike,
    age: ArrayLike,
    bar_ago_event: ArrayLike,
    density: ArrayLike,
    target: ArrayLike,
    closes: ArrayLike = False,
) -> FloatArray:
    """Reward of an event, in [-1, 1]. All shapes broadcast.

    event: 0 onset, 1 hold, 2 rest. step: sixteenth in the bar of bar_steps, 16 or 12. age:
    sixteenths since the last onset, or since the rest began; 0 at the very beginning.
    bar_ago_event: 0 none, 1 onset, 2 hold, 3 rest. density and target: onsets a beat. closes: it
    is the last bar of four.
    """
    happened = np.asarray(event, np.intp)
    kind_of_bar = (np.asarray(bar_steps, np.intp) == 12) * 2 + np.asarray(closes, np.bool_)
    aged = AGE_CLASS[np.minimum(np.asarray(age, np.intp), 12)]
    place = ((kind_of_bar * 16 + np.asarray(step, np.intp)) * 8 + aged) * 4 + np.asarray(
        bar_ago_event, np.intp
    )
    table: FloatArray = fitted().ravel()
    human = table[place * 3 + happened]
    astray: FloatArray = np.subtract(density, target, dtype=np.float32)
    ease = np.multiply(target, EASE, dtype=np.float32)
    excess = np.asarray(np.sign(astray) * np.maximum(np.abs(astray) - ease, 0.0), np.float32)
    pull = _bounded(np.multiply(excess, PULL, dtype=np.float32), PULL_BOUND)
    sign: FloatArray = _SIGN[happened]
    return _bounded(human + pull * sign, 1.0)


_SIGN = np.array([-1.0, SHARE, SHARE], np.float32)


@cache
def fitted() -> FloatArray:
    """The shipped table."""
    return ratio(numbers("rhythm", "human"))


def ratio(counts: FloatArray) -> FloatArray:
    """Reward table (2, 2, 16, 8, 4, 3) of counts.

    By meter, last bar of four or another, step, age class, event a bar ago, and event.
    """
    trials = counts.sum(axis=-1)
    onset = _backed_off(counts[..., ONSET], trials)
    by_place = onset[-1] ** 0.5 * onset[0] ** 0.5
    rest = _backed_off(counts[..., REST], counts[..., HOLD] + counts[..., REST])[-1]
    rate = counts[..., ONSET].sum(dtype=np.float64) / counts.sum(dtype=np.float64)
    begins = _weighed(np.log2(by_place / rate))
    none = (1.0 - onset[-1]) ** 0.5 * (1.0 - onset[0]) ** 0.5
    goes_on = _weighed(np.log2(none / (1.0 - rate)))
    charge = np.clip(REST_WEIGHT * np.log2((1.0 - rest) / rest), 0.0, REST_BOUND)
    return np.stack([begins, goes_on, goes_on - charge], axis=-1).astype(np.float32)


def _bounded(value: NDArray[np.floating], bound: float) -> FloatArray:
    return np.asarray(np.maximum(np.minimum(value, bound), -bound), np.float32)


def _weighed(bits: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.clip(RATIO_WEIGHT * bits, -RATIO_BOUND, RATIO_BOUND)


def _backed_off(hits: FloatArray, trials: FloatArray) -> list[NDArray[np.float64]]:
    """Probabilities by (meter, bar of four, step), by age as well, and by the event a bar ago too.

    Each is smoothed by the coarser one before it; all have the shape of hits.
    """
    overall = (hits.sum(dtype=np.float64) + 1.0) / (trials.sum(dtype=np.float64) + 2.0)
    chances = [np.full(hits.shape, overall)]
    for axes in ((3, 4), (4,), ()):
        found = hits.sum(axis=axes, keepdims=True, dtype=np.float64)
        tried = trials.sum(axis=axes, keepdims=True, dtype=np.float64)
        chances.append((found + SMOOTHING * chances[-1]) / (tried + SMOOTHING))
    return chances[1:]
