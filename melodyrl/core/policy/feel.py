"""Feels: the ways of moving in time and in line that people's tunes fall into, as they were found.

`melodyrl fit` parts the tunes by how they move, knowing nothing of where they come from
(melodyrl.env.feels); the names were given afterwards. A tune keeps to one: counted together, as if
all were of one kind, people would seem to play neither long notes nor running ones, and what is
drawn from such a mean is told from people by that alone.
"""

from functools import cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.actions import ONSET
from rewards import rhythm, smoothness
from rewards.tables import numbers

FloatArray = NDArray[np.float32]

FeelName = Literal["hymn", "reel", "air", "ballad", "song", "hornpipe"]
"""Even quarters by step; running eighths over the chord; in between, with dots; long notes; off the
beat, with rests; dotted and wide."""

FEELS: tuple[FeelName, ...] = get_args(FeelName)
"""From the most common to the rarest."""

EVERYONE = 0
"""The row of all people together; feel n of FEELS is row n + 1."""

SPARSEST, BUSIEST = np.float32(0.25), np.float32(4.0)
"""Onsets a beat that no feel takes a density beyond."""


@cache
def shares() -> NDArray[np.float64]:
    """How common each feel is, (F,), every corpus counting alike."""
    counted = numbers("feels", "shares").astype(np.float64)
    return counted / counted.sum()


@cache
def events() -> NDArray[np.float64]:
    """Chance of an onset, a hold and a rest, (1 + F, 2, 2, 16, 8, 3), see `rhythm.chances`."""
    return np.stack([rhythm.chances(each) for each in _events()])


@cache
def events_anywhere() -> NDArray[np.float64]:
    """Everyone's by the age alone, wherever in the bar, (8, 3)."""
    counts = _events()[EVERYONE].sum(axis=(0, 1, 2), dtype=np.float64) + 1.0
    return counts / counts.sum(axis=-1, keepdims=True)


@cache
def rates() -> NDArray[np.float64]:
    """Onsets a beat of each row, (1 + F,)."""
    counts = _events().astype(np.float64)
    everywhere = tuple(range(1, counts.ndim))
    return 4.0 * counts[..., ONSET].sum(axis=everywhere[:-1]) / counts.sum(axis=everywhere)


def pace(density: FloatArray, row: NDArray[np.integer]) -> FloatArray:
    """The density to play at where so much is wanted (B,), in the feel of each lane (B,)."""
    return np.maximum(np.minimum(density * _paces().take(row), BUSIEST), SPARSEST)


@cache
def _paces() -> FloatArray:
    """What a wanted density is multiplied by in each row, (1 + F,); 1 on the whole."""
    rate = rates()
    faster = rate / (shares() * rate[1:]).sum()
    faster[EVERYONE] = 1.0
    return faster.astype(np.float32)


@cache
def moves() -> NDArray[np.float64]:
    """Chance of an interval, (1 + F, 2, 12, 8, 27): that of all people, leaning to the feel's own.

    By mode, pitch class left, class of the interval before, and interval, see `smoothness.chances`.
    """
    return leaning(numbers("feels", "moves"), smoothness.chances())


def leaning(moves: NDArray[np.number], chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same of any counts of intervals by feel, (F, 8, 27), and any chances of all people."""
    counts = moves.astype(np.float64)
    everyone = counts.sum(axis=0) + 1.0
    everyone /= everyone.sum(axis=-1, keepdims=True)
    own = counts + smoothness.SMOOTHING * everyone
    ratio = own / own.sum(axis=-1, keepdims=True) / everyone
    ratio = np.concatenate([np.ones_like(ratio[:1]), ratio])
    chance = chances * ratio[:, None, None]
    return chance / chance.sum(axis=-1, keepdims=True)


@cache
def _events() -> NDArray[np.float32]:
    """Counts of events, everyone's first."""
    return np.concatenate([numbers("rhythm", "human")[None], numbers("feels", "events")])
