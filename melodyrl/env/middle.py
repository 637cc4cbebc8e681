"""How strongly tunes come back to their middle: one number, the one that makes them likeliest.

After von Hippel and Huron (2000), who found that what follows a skip is drawn to the middle of the
range, not back where it came from.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.habit import KNOWN_BY
from melodyrl.env.tune import Tune
from rewards import smoothness

Floats = NDArray[np.float64]

BARS = 8
"""Bars back that the middle is the mean of."""

ROUNDS = 12


def middle(tunes: Sequence[Tune], chances: Floats) -> float:
    """Nats against a note for each squared semitone from the mean of the bars before it.

    chances are those of intervals whatever the middle, (2, 12, 8, 27), see `smoothness.chances`.
    The likelihood of a family of one exponent has one summit; Newton's method climbs it.
    """
    parts = [_notes(tune, chances) for tune in tunes]
    usual, squared, taken = (np.concatenate(each) for each in zip(*parts, strict=True))
    found, pull = np.take_along_axis(squared, taken[:, None], axis=1)[:, 0], 0.0
    for _ in range(ROUNDS):
        share = usual * np.exp(-pull * squared)
        share /= share.sum(axis=1, keepdims=True)
        expected = (share * squared).sum(axis=1)
        spread = (share * squared**2).sum(axis=1) - expected**2
        pull += float((expected - found).mean() / spread.mean())
    return pull


def _notes(tune: Tune, chances: Floats) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Of each note: chances of all intervals and their squared distances (N, 27), and its own."""
    pitch, moved = tune.offsets.astype(np.int64), np.diff(tune.offsets)
    at = np.arange(2, len(pitch))
    first = np.searchsorted(tune.onset, tune.onset[at] - BARS * tune.bar_steps)
    at, first = at[at - first >= KNOWN_BY], first[at - first >= KNOWN_BY]
    total = np.concatenate([[0], np.cumsum(pitch)])
    mean = (total[at] - total[first]) / np.maximum(at - first, 1)
    intervals = np.arange(-smoothness.WIDEST, smoothness.WIDEST + 1)
    usual = chances[int(tune.minor), pitch[at - 1] % 12, smoothness.classes(moved[at - 2])]
    squared = np.square((pitch[at - 1] - mean)[:, None] + intervals)
    return usual, squared, smoothness.column(moved[at - 1]).astype(np.intp)
