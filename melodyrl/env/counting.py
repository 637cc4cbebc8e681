"""Counting what happens in tunes: events in time, intervals in line."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.actions import HOLD, ONSET, REST
from melodyrl.env.optima import Melody
from melodyrl.env.tune import Tune
from rewards import rhythm, smoothness

Counts = NDArray[np.int64]


def timeline(tune: Tune) -> NDArray[np.int_]:
    """ONSET, HOLD or REST at each sixteenth from the first note to the end of the last."""
    first, last = int(tune.onset[0]), int(tune.onset[-1] + tune.duration[-1])
    event = np.full(last - first, REST)
    for at, held in zip(tune.onset - first, tune.duration, strict=True):
        event[at : at + held] = HOLD
    event[tune.onset - first] = ONSET
    return event


def ages(event: NDArray[np.int_]) -> NDArray[np.intp]:
    """Before each event, sixteenths since the last onset or since the rest began; 0 at first."""
    rests = event == REST
    begins = (event == ONSET) | (rests & ~np.concatenate([[False], rests[:-1]]))
    place = np.arange(len(event))
    since = place + 1 - np.maximum.accumulate(np.where(begins, place, 0))
    return np.concatenate([[0], since[:-1]])


def rhythm_counts(tunes: Iterable[Tune]) -> Counts:
    """Events (2, 2, 16, 8, 3) by meter, last bar of four, step, age class, and event."""
    counts = np.zeros((2, 2, 16, 8, 3), np.int64)
    for tune in tunes:
        event = timeline(tune)
        bar, step = np.divmod(np.arange(len(event)) + int(tune.onset[0]), tune.bar_steps)
        closes = ((bar - tune.first_bar) % 4 == 3).astype(np.intp)
        meter, age = int(tune.bar_steps == 12), rhythm.age_class(ages(event))
        np.add.at(counts[meter], (closes, step, age, event), 1)
    return counts


def gap_surprise(tunes: Iterable[Tune]) -> float:
    """Mean surprise, in bits, of the gaps between people's onsets under those just before."""
    means: list[float] = []
    for tune in tunes:
        gap = rhythm.age_class(np.diff(tune.onset))
        late, bits = np.zeros((1, rhythm.GAP_CLASSES), np.float32), []
        for each in gap[:, None]:
            bits.append(float(rhythm.surprise(each, late)[0]))
            late = rhythm.follow_gaps(late, each, np.array([True]))
        means.append(float(np.mean(bits)))
    return float(np.mean(means))


def interval_counts(melodies: Iterable[Melody]) -> Counts:
    """Intervals (2, 12, 8, 27) by mode, pitch class left, class of the one before, and size."""
    counts = np.zeros((2, 12, len(smoothness.CLASSES), 2 * smoothness.WIDEST + 1), np.int64)
    for minor, notes in melodies:
        moved = np.diff(notes)
        before = np.concatenate([[smoothness.NONE], moved[:-1]])
        column = np.clip(moved, -smoothness.WIDEST, smoothness.WIDEST) + smoothness.WIDEST
        np.add.at(counts[int(minor)], (notes[:-1] % 12, smoothness.classes(before), column), 1)
    return counts
