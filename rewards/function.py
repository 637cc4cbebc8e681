"""Function: how likely a chord is after the one before it, in the key.

The log-likelihood of the change in lead sheets, chords counted from the tonic, each row of counts
leaning on how often a chord comes at all. Paid when the chord changes. Bounds [-1, 0]: every change
costs what it surprises. Ours; the counts are fitted (`melodyrl fit`).
"""

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rewards import likelihood
from rewards.tables import numbers

FloatArray = NDArray[np.float32]
Counts = NDArray[np.integer] | NDArray[np.floating]

SMOOTHING = 15.0
"""Changes' worth of the overall distribution mixed into each row."""


def function(before: ArrayLike) -> FloatArray:
    """Reward of changing to each of the C chords, (..., C), after a chord: -1 for none yet."""
    return fitted()[np.asarray(before, np.intp)]


@cache
def fitted() -> FloatArray:
    """The shipped table, (C + 1, C); the last row is a beginning."""
    with np.errstate(divide="ignore"):  # the same chord again is no change
        return likelihood.reward(np.log(chances()))


@cache
def chances() -> NDArray[np.float64]:
    """P(chord | chord before), (C + 1, C); the last row is a beginning."""
    return smoothed(numbers("function", "changes"))


def smoothed(counts: Counts) -> NDArray[np.float64]:
    """Probabilities of the changes that were counted (C + 1, C); to itself no chord changes."""
    counts = counts.astype(np.float64)
    overall = counts[:-1].sum(axis=0) + 1.0
    mixed = counts + SMOOTHING * overall / overall.sum()
    np.fill_diagonal(mixed, 0.0)
    return mixed / mixed.sum(axis=1, keepdims=True)
