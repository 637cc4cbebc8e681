"""When notes begin in the bar, and how long notes and rests last: whole distributions, no means."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melodyrl.env.tune import Tune
from melodyrl.measure.stretches import BARS

Floats = NDArray[np.float64]

STEPS = 16
LONGEST = 16
"""Sixteenths; what lasts longer is counted here."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Of stretches in 4/4."""

    onsets: tuple[float, ...]
    """(16,) chance that a note begins at each sixteenth of the bar."""
    first_bar: tuple[float, ...]
    """(16,) the same in the first bar of stretches."""
    lengths: tuple[float, ...]
    """(16,) shares of notes of 1, 2, ... sixteenths."""
    rests: tuple[float, ...]
    """(16,) the same of the rests between notes."""


def profile(stretches: Sequence[Tune]) -> Profile:
    """The profile of stretches, each counted by its notes."""
    onsets, first = np.zeros(STEPS), np.zeros(STEPS)
    lengths, rests = np.zeros(LONGEST), np.zeros(LONGEST)
    for part in stretches:
        onsets += np.bincount(part.onset % STEPS, minlength=STEPS)
        first += np.bincount(part.onset[part.onset < STEPS], minlength=STEPS)
        lengths += _lengths(part.duration)
        gaps = part.onset[1:] - part.onset[:-1] - part.duration[:-1]
        rests += _lengths(gaps[gaps > 0])
    count = max(len(stretches), 1)
    return Profile(
        _listed(onsets / (BARS * count)), _listed(first / count), _shares(lengths), _shares(rests)
    )


def _lengths(values: NDArray[np.integer]) -> Floats:
    return np.bincount(np.minimum(values, LONGEST), minlength=LONGEST + 1)[1:].astype(np.float64)


def _shares(counts: Floats) -> tuple[float, ...]:
    return _listed(counts / max(counts.sum(), 1.0))


def _listed(values: Floats) -> tuple[float, ...]:
    return tuple(values.tolist())
