"""Answers: which bar before it a bar answers, and how.

With the same notes, with the same steps from another note, or with its rhythm alone. How often
people do which, in a feel, at this bar of eight and after what the bar before answered, is counted
in their tunes (melodyrl.env.recurrence): they mostly bring a bar back whole or not at all, bring
back the first two after four, and once a bar has come back, mostly the next one too.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.state import BARS, PAST, Context, FloatArray, Melody
from rewards import form
from rewards.tables import numbers

LAGS = np.array([1, 2, 4, 8])
"""Bars back that a bar can answer."""

SAME, MOVED, STRUCK = range(3)
"""Ways to answer: with the notes, with the steps, with the rhythm."""

WAYS = 3
"""How many ways there are."""

FRESH = 0
"""The answer to no bar."""

ANSWERS = 1 + WAYS * len(LAGS)
"""How many answers there are."""

MEANT = np.array([0.5, 0.6, 0.9, 1.0])
"""Share of the bars that come back with their notes, by LAGS, that are meant to. Ours: the others
have begun to, and are finished (policy.finish)."""

SMOOTHING = 20.0
"""Bars' worth of what either the place or the bar before says, mixed into what both say."""


def answer_of(way: int, lag: int) -> int:
    """The answer in a way to the bar that is the lag's of LAGS, counted from 0."""
    return 1 + way * len(LAGS) + lag


def all_of(way: int) -> slice:
    """The answers in a way, one to each of LAGS."""
    return slice(answer_of(way, 0), answer_of(way, len(LAGS)))


def answered(melody: Melody, context: Context) -> NDArray[np.intp]:
    """The answer (B,) that the bar before came to be, whatever it was meant to be.

    The closest answer counts, of the nearest bar; of the bar eight before it nothing is remembered.
    """
    lanes, bar = np.arange(melody.lanes)[:, None] * BARS, context.bar[:, None] - 1
    now, then = lanes + bar % BARS, lanes + (bar - LAGS[:-1]) % BARS
    past, move = (kept.reshape(-1, PAST // BARS) for kept in (melody.past, melody.past_move))
    pitch, pitch_then = past.take(now, axis=0), past.take(then, axis=0)
    began = pitch > form.UNHEARD
    struck = (began == (pitch_then > form.UNHEARD)).all(axis=2) & began.any(axis=2)
    if not struck.any():
        return np.full(melody.lanes, FRESH, np.intp)
    same = (pitch == pitch_then) | ~began
    # The first note of a sequence may come from anywhere.
    first = began & (np.cumsum(began, axis=2) == 1)
    moved = (move.take(now, axis=0) == move.take(then, axis=0)) | ~began | first
    several = began.sum(axis=2) > 1
    ways = struck & same.all(axis=2), struck & moved.all(axis=2) & several, struck
    told = np.concatenate(ways, axis=1)
    return np.where(told.any(axis=1), _TOLD.take(told.argmax(axis=1)), FRESH)


@cache
def chances() -> NDArray[np.float64]:
    """(1 + F, 2, 8, 13, 13) how often each answer is to be meant.

    By feel, in the first eight bars or later, by bar and the answer before.
    """
    counts = numbers("form", "bars").astype(np.float64)
    here, after = counts.sum(axis=2) + 0.01, counts.sum(axis=(0, 1)) + 0.01
    backed = counts + SMOOTHING * _shares(here[:, :, None] * _likelier(after))
    of_feel = _every_feel(numbers("feels", "answers")) + 0.01
    chance = _shares(_shares(backed) * _likelier(of_feel)[:, None, None, None])
    not_alike, alike = _every_feel(numbers("feels", "alike")).T
    meant = _meant(chance, alike / (not_alike + alike))
    meant[..., all_of(SAME)] *= MEANT
    return _shares(meant)


def _meant(chance: NDArray[np.float64], alike: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same chances (1 + F, ...) less what comes by itself: bars alike in rhythm.

    alike (1 + F,) are so where they answer none. Each distance is a draw of its own, the nearest
    first, so that of a chance s as much is meant as makes up the rest: m + (1 - m) alike = s.
    """
    struck = chance[..., all_of(STRUCK)]
    free = chance[..., :1] + struck.sum(axis=-1, keepdims=True)
    left = free + struck - np.cumsum(struck, axis=-1)
    by_itself = alike.reshape(-1, 1, 1, 1, 1)
    meant = np.maximum((struck / left - by_itself) / (1.0 - by_itself), 0.0)
    after = np.multiply.accumulate(1.0 - meant, axis=-1)
    before = np.concatenate([np.ones_like(free), after[..., :-1]], axis=-1)
    others = chance[..., 1 : all_of(STRUCK).start]
    return np.concatenate([free * after[..., -1:], others, free * before * meant], axis=-1)


def _every_feel(counts: FloatArray) -> NDArray[np.float64]:
    """Counts (F, ...) with those of everyone before them, (1 + F, ...)."""
    return np.concatenate([counts.sum(axis=0, keepdims=True), counts]).astype(np.float64)


def _likelier(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much likelier each answer is in each row than in all."""
    return _shares(counts) / _shares(counts.sum(axis=0))


def _shares(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    return counts / counts.sum(axis=-1, keepdims=True)


_TOLD = np.array([answer_of(way, lag) for way in range(WAYS) for lag in range(len(LAGS) - 1)])
