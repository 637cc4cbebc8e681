"""Colour: how seldom a chord is, so that not every tune comes to the same three.

A share of the surprise -log P(chord) in lead sheets, wherever it stands, less its mean over the
changes that people make: 0 is as colourful as people on the whole. Paid when the chord changes.
`function` asks for the likeliest chord and alone would give every tune the same few (the effective
number of different accompaniments was .6 of people's). Bounds [-1, 1]. Ours; counts are fitted.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from rewards import likelihood
from rewards.tables import numbers

FloatArray = NDArray[np.float32]
Counts = NDArray[np.integer] | NDArray[np.floating]

SHARE = 0.5
"""Of the surprise that is paid. At .3 the effective number is people's; at .5 it was twice that,
and notes outside the chord twice as many."""


@cache
def colour() -> FloatArray:
    """Reward of changing to each of the C chords, (C,)."""
    return likelihood.reward(SHARE * excess(numbers("function", "changes")))


def excess(changes: Counts) -> NDArray[np.float64]:
    """Surprise of each chord above the mean, nats (C,), of changes counted (C + 1, C)."""
    counted = changes.sum(axis=0)
    share = (counted + 1.0) / (counted + 1.0).sum()
    return -np.log(share) + (counted * np.log(share)).sum() / counted.sum()
