"""Statistics of the line: intervals, range, direction, and what repeats from note to note.

Leaps and what follows them after Huron (2006).
"""

from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from melodyrl.env.tune import MAJOR, MINOR, Tune
from melodyrl.measure.stretches import UNKNOWN, Bools, Ints, intervals, share

EIGHT = 8
"""Notes that stand close enough to each other to sound like one figure."""

LEAP = 5
"""Semitones from which an interval is a leap."""


def repeated_notes(stretch: Tune) -> float:
    """Share of intervals that are unisons."""
    return share(intervals(stretch) == 0)


def steps(stretch: Tune) -> float:
    """Share of intervals of 1 or 2 semitones."""
    return _between(stretch, 1, 2)


def thirds(stretch: Tune) -> float:
    """Share of intervals of 3 or 4 semitones."""
    return _between(stretch, 3, 4)


def fourths_and_fifths(stretch: Tune) -> float:
    """Share of intervals of 5 to 7 semitones."""
    return _between(stretch, 5, 7)


def wider(stretch: Tune) -> float:
    """Share of intervals wider than a fifth."""
    return _between(stretch, 8, 127)


def mean_interval(stretch: Tune) -> float:
    """Mean size of an interval in semitones."""
    return float(np.abs(intervals(stretch)).mean())


def compass(stretch: Tune) -> float:
    """Semitones from the lowest to the highest note."""
    return float(stretch.pitch.max() - stretch.pitch.min())


def distinct_in_eight(stretch: Tune) -> float:
    """Mean number of different pitches in any eight successive notes."""
    windows = np.sort(sliding_window_view(stretch.pitch, EIGHT), axis=1)
    return float(1 + (np.diff(windows, axis=1) != 0).sum(axis=1).mean())


def class_entropy(stretch: Tune) -> float:
    """Entropy of the pitch classes in bits."""
    share = np.bincount(stretch.pitch % 12, minlength=12) / len(stretch.pitch)
    return float(-(share[share > 0] * np.log2(share[share > 0])).sum())


def classes(stretch: Tune) -> float:
    """How many pitch classes there are."""
    return float(len(np.unique(stretch.pitch % 12)))


def correlation(lag: int) -> Callable[[Tune], float]:
    """Correlation of the pitches with those so many notes later."""

    def measure(stretch: Tune) -> float:
        """Correlation of each pitch with the one so many notes later."""
        centred = stretch.pitch - stretch.pitch.mean()
        power = float((centred**2).sum())
        return float((centred[lag:] * centred[:-lag]).sum()) / power if power else UNKNOWN

    return measure


def long_runs(stretch: Tune) -> float:
    """Share of intervals that are part of four or more in one direction."""
    direction = np.sign(intervals(stretch))
    length = _run_lengths(direction)
    return share((length >= 4) & (direction != 0))


def longest_repeat(stretch: Tune) -> float:
    """How often a note is struck in a row, at most."""
    still = intervals(stretch) == 0
    return float(1 + (_run_lengths(still)[still].max() if still.any() else 0))


def leaps_turned(stretch: Tune) -> float:
    """Of the leaps, the share that the next interval turns back from."""
    return _after_leaps(stretch, lambda leap, after: np.sign(after) == -np.sign(leap))


def leaps_stepped_back(stretch: Tune) -> float:
    """Of the leaps, the share that the next interval turns back from by a step."""
    return _after_leaps(
        stretch, lambda leap, after: (np.sign(after) == -np.sign(leap)) & (np.abs(after) <= 2)
    )


def leaps_continued(stretch: Tune) -> float:
    """Of the leaps, the share that the next interval goes on from in the same direction."""
    return _after_leaps(stretch, lambda leap, after: np.sign(after) == np.sign(leap))


def step_inertia(stretch: Tune) -> float:
    """Of the steps that another note follows, the share that go on in their direction."""
    moves = intervals(stretch)
    step, after = moves[:-1], moves[1:]
    counts = (np.abs(step) >= 1) & (np.abs(step) <= 2) & (after != 0)
    return share(np.sign(step[counts]) == np.sign(after[counts]))


def alternation(stretch: Tune) -> float:
    """Share of the notes that end a pattern A B A B."""
    p = stretch.pitch
    return share((p[3:] == p[1:-2]) & (p[2:-1] == p[:-3]) & (p[3:] != p[2:-1]))


def outside_the_scale(stretch: Tune) -> float:
    """Share of the notes that are not of the key."""
    scale = np.isin((stretch.pitch - stretch.tonic) % 12, MINOR if stretch.minor else MAJOR)
    return share(~scale)


def _between(stretch: Tune, least: int, most: int) -> float:
    size = np.abs(intervals(stretch))
    return share((size >= least) & (size <= most))


def _run_lengths(values: NDArray[np.generic]) -> Ints:
    """Of each place, how long the run of equal values is that it is part of."""
    starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    lengths = np.diff(np.append(starts, len(values)))
    return np.repeat(lengths, lengths)


def _after_leaps(stretch: Tune, holds: Callable[[Ints, Ints], Bools]) -> float:
    moves = intervals(stretch)
    leaps = np.flatnonzero(np.abs(moves[:-1]) >= LEAP)
    return share(holds(moves[leaps], moves[leaps + 1]))
