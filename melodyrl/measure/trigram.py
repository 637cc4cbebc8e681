"""How surprising a melody is to somebody who has heard many: bits a note under a trigram.

The symbols are intervals in semitones, those wider than an octave counted as an octave. Each
context leans on the next shorter one, by as much as it has kinds of continuation (Witten and Bell
1991, method C).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from melodyrl.env.tune import Tune

WIDEST = 12
SYMBOLS = 2 * WIDEST + 1

Counts = NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Trigram:
    """Chances of the next interval after two others."""

    chance: NDArray[np.float64]
    """(25, 25, 25) of the last but one, the last, and the next interval plus WIDEST."""
    counts: Counts
    """What they were smoothed from."""

    def without(self, tunes: Iterable[Tune]) -> "Trigram":
        """What it would be, had it never read some of the tunes that it did."""
        return trigram(np.maximum(self.counts - count(tunes), 0))

    def bits(self, pitch: ArrayLike) -> float:
        """Mean surprise of the notes of a melody, bits; its first three only begin it."""
        moves = symbols(pitch)
        if len(moves) < 3:
            return float("nan")
        return float(-np.log2(self.chance[moves[:-2], moves[1:-1], moves[2:]]).mean())

    def after(self, recent: NDArray[np.integer]) -> NDArray[np.float64]:
        """Chances (N, 25) of the next interval after three pitches (N, 3)."""
        moves = symbols(recent)
        return self.chance[moves[:, 0], moves[:, 1]]


def trigram(counts: Counts) -> Trigram:
    """The smoothed chances of counts (25, 25, 25)."""
    chance = np.full(SYMBOLS, 1.0 / SYMBOLS)
    for seen in (counts.sum(axis=(0, 1)), counts.sum(axis=0), counts):
        kinds = (seen > 0).sum(axis=-1, keepdims=True)
        total = seen.sum(axis=-1, keepdims=True)
        known = np.maximum(total + kinds, 1)
        chance = np.where(total > 0, (seen + kinds * chance) / known, chance)
    return Trigram(chance, counts)


def count(tunes: Iterable[Tune]) -> NDArray[np.int64]:
    """How often each three intervals follow each other in tunes, (25, 25, 25)."""
    counts = np.zeros((SYMBOLS, SYMBOLS, SYMBOLS), np.int64)
    for tune in tunes:
        moves = symbols(tune.pitch)
        np.add.at(counts, (moves[:-2], moves[1:-1], moves[2:]), 1)
    return counts


def symbols(pitch: ArrayLike) -> NDArray[np.int64]:
    """Intervals (..., N - 1) of pitches (..., N), each plus WIDEST."""
    moves = np.diff(np.asarray(pitch, np.int64), axis=-1)
    return np.clip(moves, -WIDEST, WIDEST) + WIDEST
