"""Stretches of eight bars: what tunes are cut into to be measured, and what all statistics read."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.music.meter import METERS
from melodyrl.env.plan import LEVELS
from melodyrl.env.tune import Tune

BARS = 8
"""Bars of a stretch."""

FEWEST_NOTES = 12
"""A stretch with fewer notes says little."""

UNKNOWN = float("nan")
"""What a stretch cannot tell."""

Ints = NDArray[np.integer]
Bools = NDArray[np.bool_]


def stretches(tune: Tune, first_bar: int | None = None) -> Iterator[Tune]:
    """The tune cut into stretches of eight bars side by side; what is left at its end is none.

    They begin at its first whole bar, after a pickup, where no other is given. The names are the
    tune's.
    """
    length = BARS * tune.bar_steps
    begin = (tune.first_bar if first_bar is None else first_bar) * tune.bar_steps
    for start in range(begin, int(tune.onset[-1]) + tune.bar_steps - length + 1, length):
        inside = (tune.onset >= start) & (tune.onset < start + length)
        if inside.sum() < FEWEST_NOTES:
            continue
        onset = tune.onset[inside] - start
        chords = _chords_from(tune.chords, start, start + length)
        held = np.minimum(tune.duration[inside], length - onset)
        yield replace(tune, onset=onset, duration=held, pitch=tune.pitch[inside], chords=chords)


def intervals(stretch: Tune) -> Ints:
    """Semitones from each note to the next, (N - 1,)."""
    return np.diff(stretch.pitch.astype(np.int64))


def share(flags: Bools) -> float:
    """How many are true, 0 to 1; UNKNOWN of none."""
    return float(flags.mean()) if len(flags) else UNKNOWN


def levels(stretch: Tune) -> Ints:
    """Of each note, the metric level of its onset."""
    return level_of_steps(stretch)[stretch.onset]


def level_of_steps(stretch: Tune) -> Ints:
    """The metric level of each sixteenth up to the last onset."""
    step = np.arange(int(stretch.onset[-1]) + 1) % stretch.bar_steps
    return LEVELS[METERS.index(stretch.meter)][step]


def _chords_from(
    chords: tuple[tuple[int, int], ...], start: int, end: int
) -> tuple[tuple[int, int], ...]:
    """The chords of a stretch of time, the one that sounds at its beginning included."""
    before = [mask for at, mask in chords if at <= start]
    first = [(0, before[-1])] if before else []
    return (*first, *((at - start, mask) for at, mask in chords if start < at < end))
