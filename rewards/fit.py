"""Fit: how likely the note that sounds is over the chord, against over any chord.

The log ratio, in lead sheets, of the note's interval above the chord's root given the chord's
quality, and of the pitch class above the tonic whatever the chord; apart for notes that began on a
beat and for others, since passing notes say less. It is paid for each sixteenth that a note sounds.
Bounds [-1, 1]; 0 is as likely over any chord. Ours; the counts are fitted (`melodyrl fit`).
"""

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rewards import likelihood
from rewards.tables import numbers

FloatArray = NDArray[np.float32]
Counts = NDArray[np.integer] | NDArray[np.floating]

QUALITIES = ("", "m", "7", "m7", "maj7", "m7b5", "dim7")
"""Rows of the counts of intervals above the root."""

SMOOTHING = 30.0
"""Sixteenths' worth of the tonic-relative distribution mixed into each quality's."""


SHARE = 0.4
"""Of a note's log ratio that each of its sixteenths pays. At 1 a quarter note said what four notes
say: notes in the chord .84, but half as many different accompaniments as people make."""

STRONGEST = 3.0
"""Nats that a note can say for or against a chord."""


def fit(quality: ArrayLike, root: ArrayLike, heard: ArrayLike, on_beat: ArrayLike) -> FloatArray:
    """Reward of a sixteenth of a note over a chord, in [-1, 1]; 0 in a rest. Shapes broadcast.

    quality: index into QUALITIES. root and heard: pitch classes above the tonic, heard -1 in a
    rest. on_beat: whether the note began on a beat.
    """
    note = np.asarray(heard, np.intp)
    beat = np.asarray(on_beat, np.intp)
    value = fitted()[beat, np.asarray(quality, np.intp), np.asarray(root, np.intp), note]
    return np.where(note < 0, np.float32(0.0), value)


@cache
def fitted() -> FloatArray:
    """The shipped table, (2, 7, 12, 12): on a beat, quality, root, pitch class."""
    return likelihood.reward(
        SHARE * ratio(numbers("fit", "above_root"), numbers("fit", "above_tonic"))
    )


@cache
def chances() -> NDArray[np.float64]:
    """P(interval above the root) by on a beat and quality, (2, 7, 12)."""
    return _smoothed(numbers("fit", "above_root"))


def ratio(above_root: Counts, above_tonic: Counts) -> NDArray[np.float64]:
    """Nats (2, 7, 12, 12) of sixteenths counted by interval (2, 7, 12) and pitch class (2, 12)."""
    over_chord = _smoothed(above_root)
    anywhere = (above_tonic + 1.0) / (above_tonic + 1.0).sum(axis=1, keepdims=True)
    interval = (np.arange(12)[None, :] - np.arange(12)[:, None]) % 12  # root, pitch class
    nats = np.log(over_chord[:, :, interval] / anywhere[:, None, None, :])
    return np.clip(nats, -STRONGEST, STRONGEST)


def _smoothed(above_root: Counts) -> NDArray[np.float64]:
    above_root = above_root.astype(np.float64)
    overall = above_root.sum(axis=1, keepdims=True) + 1.0
    mixed = above_root + SMOOTHING * overall / overall.sum(axis=2, keepdims=True)
    return mixed / mixed.sum(axis=2, keepdims=True)
