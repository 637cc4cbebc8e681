"""A tune sixteenth by sixteenth, above home: what an accompaniment hears, and what people played.

Home is the major tonic of the key signature (melodyrl.core.policy.chords.actions).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.music import Key
from melodyrl.core.policy.chords.actions import nearest_row
from melodyrl.core.policy.chords.state import REST
from melodyrl.env.chord_line import NO_CHORD, chords_of
from melodyrl.env.plan import LEVELS
from melodyrl.env.tune import Tune

ON_BEAT = 2
"""Metric levels up to this one are beats."""


@dataclass(frozen=True, slots=True)
class Frames:
    """T sixteenths from the bar in which the tune begins; a pickup is preceded by rests."""

    pitch_class: NDArray[np.int8]
    """(T,) above home, REST where nothing sounds."""
    onset: NDArray[np.bool_]
    """(T,) a note begins."""
    chord: NDArray[np.int16]
    """(T,) 12-bit mask above home of the chord that people wrote, NO_CHORD before the first."""
    meter: int
    """Row of METERS."""
    first: int
    """The sixteenth of the first note."""

    @property
    def level(self) -> NDArray[np.int8]:
        """(T,) metric level of each sixteenth."""
        return LEVELS[self.meter, np.arange(len(self.onset)) % self.bar_steps]

    @property
    def is_beat(self) -> NDArray[np.bool_]:
        """(T,) a beat begins."""
        return self.level <= ON_BEAT

    @property
    def on_beat(self) -> NDArray[np.bool_]:
        """(T,) the last note began on a beat."""
        began = np.maximum.accumulate(np.where(self.onset, np.arange(len(self.onset)), 0))
        return self.level[began] <= ON_BEAT

    @property
    def bar_steps(self) -> int:
        """Sixteenths of a bar."""
        return 16 if self.meter == 0 else 12


def frames_of(tune: Tune) -> Frames:
    """The sixteenths of a tune, to the end of its last note."""
    end = int(tune.onset[-1] + tune.duration[-1])
    home = home_of(tune)
    pitch_class = np.full(end, REST, np.int8)
    for at, held, pitch in zip(tune.onset, tune.duration, tune.pitch, strict=True):
        pitch_class[at : at + held] = (pitch - home) % 12
    onset = np.zeros(end, np.bool_)
    onset[tune.onset] = True
    chord = chords_of(tune, home).astype(np.int16)
    meter = 0 if tune.bar_steps == 16 else 2 if tune.beat_steps == 6 else 1
    return Frames(pitch_class, onset, chord, meter, int(tune.onset[0]))


def home_of(tune: Tune) -> int:
    """The major tonic of the key signature, 0-11."""
    return Key(tune.tonic, tune.minor).home


def rows_of(chord: NDArray[np.int16]) -> NDArray[np.int8]:
    """The chords of the table that come nearest to some masks, -1 for none."""
    masks, inverse = np.unique(chord, return_inverse=True)
    rows = [-1 if mask == NO_CHORD else nearest_row(int(mask)) for mask in masks]
    return np.array(rows, np.int8)[inverse]


def changes(chord: NDArray[np.integer], none: int) -> NDArray[np.intp]:
    """Sixteenths at which another chord begins, the first chord's included."""
    before = np.concatenate([[none], chord[:-1]])
    return np.flatnonzero((chord != before) & (chord != none))
