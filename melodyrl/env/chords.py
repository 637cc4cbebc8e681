"""The chords that simulated players know, as a table: a chord is a row number, so plans are small.

Row 0 is no chord. Row 1 + 12 q + r is quality q of `QUALITY_NAMES` on the root r, relative to
the tonic.
"""

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.music.chord import QUALITIES

Array = NDArray[np.int16]

QUALITY_NAMES = ("", "m", "dim", "7", "maj7", "m7", "m7b5", "dim7", "sus4", "sus2")
NO_CHORD = 0


def chord_row(root: int, quality: str) -> int:
    """The row of a chord with a root 0-11 above the tonic."""
    return 1 + 12 * QUALITY_NAMES.index(quality) + root % 12


def _tones() -> NDArray[np.bool_]:
    tones = np.zeros((1 + 12 * len(QUALITY_NAMES), 12), np.bool_)
    for quality in QUALITY_NAMES:
        for root in range(12):
            for interval in QUALITIES[quality]:
                tones[chord_row(root, quality), (root + interval) % 12] = True
    tones.setflags(write=False)
    return tones


TONES = _tones()
"""(rows, 12) pitch classes above the tonic of each chord."""

SEVENTH_OF = np.arange(len(TONES), dtype=np.int16)
"""(rows,) the seventh chord that a triad is filled up to; others stay."""
for _triad, _seventh in {"": "maj7", "m": "m7", "dim": "m7b5"}.items():
    for _root in range(12):
        SEVENTH_OF[chord_row(_root, _triad)] = chord_row(_root, _seventh)


def root_of(row: NDArray[np.integer]) -> Array:
    """Pitch class of the root above the tonic; of no use for NO_CHORD."""
    return ((row - 1) % 12).astype(np.int16)


def moved(row: NDArray[np.integer], semitones: NDArray[np.integer] | int) -> Array:
    """The same chords on roots so many semitones higher; no chord stays no chord."""
    quality = (row - 1) // 12
    higher = 1 + 12 * quality + (row - 1 + semitones) % 12
    return np.where(row == NO_CHORD, NO_CHORD, higher).astype(np.int16)


_MAJOR_TRIADS = ((0, ""), (2, "m"), (4, "m"), (5, ""), (7, ""), (9, "m"), (11, "dim"))
# The dominant of minor is major, as it is in the music that the transitions are of.
_MINOR_TRIADS = ((0, "m"), (2, "dim"), (3, ""), (5, "m"), (7, ""), (8, ""), (10, ""))

TRIADS = np.array(
    [[chord_row(*chord) for chord in triads] for triads in (_MAJOR_TRIADS, _MINOR_TRIADS)],
    np.int16,
)
"""(2, 7) rows of the triads on the seven degrees, of major and of minor."""
