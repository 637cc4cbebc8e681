"""What an accompaniment can do at one step: keep its chord, or change to one of those of the key.

Chords are counted from home, the major tonic of the key signature: minor keys are heard as their
relative major, as lead sheets write them. So one table serves all keys.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.music.chord import Chord, parse_progression
from melodyrl.core.music.pitch import pitch_classes
from rewards import fit

NONE = -1
"""No chord yet."""

SYMBOLS = (
    "C G7 F D7 Dm7 A7 Am C7 G E7 Am7 Dm Cmaj7 B7 Em7 Em Bb7 Fm F7 Ab7 Dm7b5 E D Gm7 Fmaj7 Bb "
    "Cdim7 Eb7 Eb Cm A Gm Db7 F#m7b5 Cm7 Fm7 Bm7b5 Em7b5 C#dim7 Db Emaj7 Ab Am7b5 F#m7 F#7 Abmaj7 "
    "Bm7 Bm"
)
"""The 48 chords that sound 99.1 % of the time in lead sheets, over the home C, commonest first.
Ninths and altered sevenths count as the seventh; suspended chords are one sixteenth in 10,000."""


@dataclass(frozen=True, slots=True, eq=False)
class ChordActions:
    """Action 0 keeps the chord; action 1 + row changes to a chord of the table."""

    chords: tuple[Chord, ...]
    """(C,) above home."""
    hold: int = 0

    @property
    def count(self) -> int:
        """How many actions there are."""
        return 1 + len(self.chords)


def _chords() -> tuple[Chord, ...]:
    return tuple(chord for chord in parse_progression(SYMBOLS) if chord is not None)


ACTIONS = ChordActions(_chords())
COUNT = len(ACTIONS.chords)

ROOTS = np.array([chord.root for chord in ACTIONS.chords], np.int8)
"""(C,) pitch classes above home."""

QUALITIES = np.array([fit.QUALITIES.index(chord.quality) for chord in ACTIONS.chords], np.int8)
"""(C,) indices into rewards.fit.QUALITIES."""


def _tones() -> NDArray[np.bool_]:
    tones = np.zeros((COUNT + 1, 12), np.bool_)
    for row, chord in enumerate(ACTIONS.chords):
        tones[row, list(chord.pitch_classes)] = True
    return tones


TONES = _tones()
"""(C + 1, 12) pitch classes above home; the last row is no chord, so that NONE finds it."""


MASKS = (TONES @ (1 << np.arange(12))).astype(np.int16)
"""(C + 1,) the same as 12-bit masks."""


def nearest_row(mask: int) -> int:
    """The chord of the table that shares most of its tones with a pitch-class set above home."""
    wanted = np.zeros(12, np.bool_)
    wanted[list(pitch_classes(mask))] = True
    shared = (TONES[:-1] & wanted).sum(axis=1)
    return int((shared / (TONES[:-1] | wanted).sum(axis=1)).argmax())


def _moved() -> NDArray[np.int8]:
    moved = np.full((12, COUNT + 1), NONE, np.int8)
    for up in range(12):
        for row, chord in enumerate(ACTIONS.chords):
            moved[up, row] = nearest_row(chord.transposed(up).mask)
    return moved


MOVED = _moved()
"""(12, C + 1) row of the chord so many semitones higher, or of the nearest one; NONE stays."""
