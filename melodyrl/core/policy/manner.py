"""Manner: how wide a melody leaps, and how often it strikes a note again, each in its own way.

Two numbers that each tune has of its own beside its feel, normally distributed among people's: how
many nats a move is likelier for each semitone that it spans, and for staying where it is. How much
tunes differ in them is fitted (melodyrl.env.manners). Without, all tunes of a feel leapt alike, and
that told them from people's.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.actions import Actions
from melodyrl.core.policy.line import OFFSETS, code, interval
from rewards import smoothness
from rewards.tables import numbers

FloatArray = NDArray[np.float32]

TRAITS = 2
"""Numbers that a manner is made of."""

FARTHEST = 12
"""Semitones: wider moves count as so wide."""

MOST = 2.0
"""Standard deviations that a drawn manner keeps within."""

LOUDER = np.float32(1.6)
"""How much further apart manners are drawn than people's are: the rewards, which pull all alike,
draw what is played together again. At 1 tunes' mean intervals spread by .46, people's by .73."""

MEAN = np.array([0.05, 0.2], np.float32)
"""The mean manner: the rewards want narrower moves than people make, and other notes than the last
one, which people strike again in .116 of the cases."""


def plain(lanes: int) -> FloatArray:
    """The manner of nobody in particular, (B, 2)."""
    return np.zeros((lanes, TRAITS), np.float32)


def draw(lanes: int, rng: np.random.Generator) -> FloatArray:
    """Manners (B, 2), so that what is played differs as people's tunes do."""
    drawn = np.clip(rng.standard_normal((lanes, TRAITS)), -MOST, MOST)
    return np.asarray(MEAN + drawn @ _spread().T, np.float32)


def traits(moved: NDArray[np.integer]) -> NDArray[np.floating]:
    """What each number of a manner is multiplied by for moves in semitones, (..., 2)."""
    wide = np.minimum(np.abs(moved.astype(np.int16)), FARTHEST)
    return np.stack([wide, wide == 0], axis=-1) * (moved != smoothness.NONE)[..., None]


def leaning(manner: FloatArray, last: NDArray[np.int8], actions: Actions) -> FloatArray:
    """Nats of each pitch (B, P) in manners (B, 2) after last notes (B,)."""
    wide, again = _traits(actions)
    row = code(last)
    nats = wide.take(row, axis=0) * manner[:, :1]
    nats += again.take(row, axis=0) * manner[:, 1:]
    return nats


@cache
def _spread() -> FloatArray:
    """What two numbers drawn apart become a manner by, (2, 2)."""
    return np.asarray(LOUDER * np.linalg.cholesky(numbers("feels", "manner")), np.float32)


@cache
def _traits(actions: Actions) -> tuple[FloatArray, FloatArray]:
    """Each number's, by the code of the last note and by pitch, (256, P)."""
    wide, again = np.moveaxis(traits(interval(OFFSETS[:, None], actions.pitches)), -1, 0)
    return wide.astype(np.float32), again.astype(np.float32)
