"""Loops: chords that come round and round, held against how soon people leave a loop.

A change goes on with a loop when it returns to a chord from as many changes ago as the change
before it did. The log likelihood ratio of going on, and of leaving, people against strategies that
game a reward (alternation, loops of three and four chords, changes drawn one by one), given how
many changes have gone on already. Bounds [-1, 1]; it has no knob. Ours; the counts are fitted
(`melodyrl fit`).
"""

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rewards import likelihood
from rewards.tables import numbers

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.integer]
Counts = NDArray[np.integer] | NDArray[np.floating]

WINDOW = 8
"""Chords that are remembered, the present one included."""

NEW = WINDOW + 1
"""Distance of a chord that is none of these."""

LEAVE, GO_ON = 0, 1

LONGEST = 8
"""Changes in a row that are counted."""

# Changes in a row at one distance -> class 0, 1, 2, 3-4, 5 and more.
RUN_CLASS = np.array([0, 1, 2, 3, 3, 4, 4, 4, 4])
CLASSES = 5

SMOOTHING = 2.0
"""Changes added to each outcome of each class of runs."""

STRONGEST = 2.0
"""Nats that a change can come to, for or against."""


def loops(run: ArrayLike, period: ArrayLike, away: ArrayLike) -> FloatArray:
    """Reward of a change to a chord at a distance, in [-1, 1]. Shapes broadcast.

    run and period: changes in a row that came round at one distance, and that distance, 0 and 0
    for none. away: `distance` of the chord that is changed to.
    """
    goes_on = (np.asarray(away) == np.asarray(period)).astype(np.intp)
    return fitted()[RUN_CLASS[np.asarray(run, np.intp)], goes_on]


def distance(window: ArrayLike, chord: ArrayLike) -> NDArray[np.intp]:
    """Changes back to the same chord, 2 to 8, or NEW; 1 is the chord that sounds already.

    window (..., 8), newest last; chord (...). The leading shapes broadcast.
    """
    same = np.asarray(window) == np.asarray(chord)[..., None]
    return np.where(same.any(axis=-1), same[..., ::-1].argmax(axis=-1) + 1, NEW)


def follow(run: IntArray, period: IntArray, away: IntArray) -> tuple[IntArray, IntArray]:
    """Run and period after a change to a chord at this distance, all (...)."""
    again = np.minimum(np.where(away == period, run + 1, 1), LONGEST)
    return np.where(away == NEW, 0, again), np.where(away == NEW, 0, away)


@cache
def fitted() -> FloatArray:
    """The shipped table, (5, 2): class of the run; LEAVE, GO_ON."""
    return likelihood.reward(ratio(numbers("loops", "human"), numbers("loops", "gaming")))


def ratio(human: Counts, gaming: Counts) -> NDArray[np.float64]:
    """Nats (5, 2) of changes counted by class of the run and outcome; 0 where there is no run."""
    nats = np.log(_smoothed(human) / _smoothed(gaming))
    nats[0] = 0.0
    return np.clip(nats, -STRONGEST, STRONGEST)


def _smoothed(counts: Counts) -> NDArray[np.float64]:
    mixed = counts + SMOOTHING
    return mixed / mixed.sum(axis=1, keepdims=True)
