"""Pace: harmonic rhythm, when a chord gives way to another.

The log-likelihood in lead sheets of a change, or of none, at this sixteenth of the bar when the
chord has so many sixteenths behind it. Bounds [-1, 0]: what people would do nearly surely costs
nearly nothing. Ours; the counts are fitted (`melodyrl fit`).
"""

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rewards import likelihood
from rewards.tables import numbers

FloatArray = NDArray[np.float32]
Counts = NDArray[np.integer] | NDArray[np.floating]

STAY, CHANGE = 0, 1

OLDEST = 64
"""Sixteenths after which a chord no longer grows older: four bars."""

# Sixteenths -> class 0, 1, 2-3, 4-5, 6-7, 8-11, 12-15, 16-23, 24-31, 32 and more.
AGE_CLASS = np.repeat(np.arange(10), [1, 1, 2, 2, 2, 4, 4, 8, 8, OLDEST - 31])

SMOOTHING = 4.0
"""Sixteenths' worth of the place in the bar mixed into each age, and of any place into each."""


def pace(step: ArrayLike, bar_steps: ArrayLike, age: ArrayLike) -> FloatArray:
    """Rewards (..., 2) of STAY and of CHANGE, in [-1, 0]. Shapes broadcast.

    step: sixteenth in the bar of bar_steps, 16 or 12. age: sixteenths since the last change, at
    most OLDEST; 0 before the first chord.
    """
    meter = (np.asarray(bar_steps) == 12).astype(np.intp)
    return fitted()[meter, np.asarray(step, np.intp), AGE_CLASS[np.asarray(age, np.intp)]]


@cache
def fitted() -> FloatArray:
    """The shipped table, (2, 16, 10, 2)."""
    return likelihood.reward(np.log(chances()))


@cache
def chances() -> NDArray[np.float64]:
    """P(STAY), P(CHANGE) by meter, sixteenth and class of age, (2, 16, 10, 2)."""
    return smoothed(numbers("pace", "human"))


def smoothed(counts: Counts) -> NDArray[np.float64]:
    """Probabilities of what was counted, each class of age leaning on its sixteenth of the bar."""
    counts = counts.astype(np.float64)
    anywhere = counts.sum(axis=(0, 1, 2)) + 1.0
    place = counts.sum(axis=2, keepdims=True) + SMOOTHING * anywhere / anywhere.sum()
    mixed = counts + SMOOTHING * place / place.sum(axis=3, keepdims=True)
    return mixed / mixed.sum(axis=3, keepdims=True)
