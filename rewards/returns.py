"""Returns: a piece keeps to its own chords, and to its own turns from chord to chord.

The log ratio of how often people, at a change, repeat the turn that they took last from this chord,
one that they took earlier, go to another chord of the piece, or to a new one, and how often changes
drawn by `function` alone would: apart for chords that the piece has left before and others. This is
what makes one piece's harmony differ from another's. Bounds [-1, 1]; it has no knob. Ours; the
counts are fitted (`melodyrl fit`).
"""

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rewards import likelihood
from rewards.tables import numbers

FloatArray = NDArray[np.float32]
Counts = NDArray[np.integer] | NDArray[np.floating]

NEW, KNOWN, EARLIER, LAST = range(4)
"""What a change is to the piece: a chord not heard in it, one that was, a turn taken before, and
the turn that was taken last."""

SPAN = 64
"""Changes after which a turn is forgotten: about as many as a lead sheet has, twice through."""

SMOOTHING = 5.0
"""Changes added to each kind."""


def returns(kind: ArrayLike, has_left: ArrayLike) -> FloatArray:
    """Reward of a change of a kind, in [-1, 1]; has_left: some turn from here was taken before."""
    return fitted()[np.asarray(has_left, np.intp), np.asarray(kind, np.intp)]


def kinds(turned: ArrayLike, sounded: ArrayLike, now: ArrayLike) -> NDArray[np.int8]:
    """NEW to LAST for each of C chords, (..., C).

    turned and sounded (..., C): the number of the change at which the turn from the present chord
    to this one was taken last, and at which this one last began, 0 for never. now (...): the
    number of changes so far.
    """
    number = np.asarray(now)[..., None]
    turn = np.where(number - turned < SPAN, turned, 0)
    heard = (np.asarray(sounded) > 0) & (number - sounded < SPAN)
    latest = (turn > 0) & (turn == turn.max(axis=-1, keepdims=True))
    return np.where(latest, LAST, np.where(turn > 0, EARLIER, heard)).astype(np.int8)


@cache
def fitted() -> FloatArray:
    """The shipped table, (2, 4): whether the chord was left before, kind."""
    return likelihood.reward(ratio(numbers("returns", "human"), numbers("returns", "chance")))


def ratio(human: Counts, chance: Counts) -> NDArray[np.float64]:
    """Nats (2, 4) of changes counted, and of changes expected."""
    nats = np.log((human + SMOOTHING) / (chance + SMOOTHING))
    # Who has never left the chord can repeat no turn.
    nats[0, EARLIER:] = 0.0
    return nats
