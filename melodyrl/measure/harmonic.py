"""Statistics of the melody against the chords, and of where its phrases end.

CTnCTR after Yeh et al. (2021).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.music.meter import BEAT, MID_BAR
from melodyrl.env.tune import Tune
from melodyrl.measure.stretches import (
    BARS,
    UNKNOWN,
    Bools,
    Ints,
    intervals,
    levels,
    share,
)


def phrase_ends_stable(stretch: Tune) -> float:
    """Of the two phrases of four bars, the share that ends on the key's triad or on the chord.

    A phrase ends on the note that sounds, or sounded last, at the last strong beat of its fourth
    bar; what follows leads into the next one.
    """
    return share((_on_triad(stretch) | (_on_chord(stretch) == 1))[_phrase_ends(stretch)])


def phrase_ends_on_triad(stretch: Tune) -> float:
    """The same share where only the tonic, its third and its fifth count, whatever the chord."""
    return share(_on_triad(stretch)[_phrase_ends(stretch)])


def strong_chord_tones(stretch: Tune) -> float:
    """Share of the onsets on strong beats that are tones of the chord."""
    return _chord_tones(stretch, lambda level: level <= MID_BAR)


def beat_chord_tones(stretch: Tune) -> float:
    """Share of the onsets on other beats that are tones of the chord."""
    return _chord_tones(stretch, lambda level: level == BEAT)


def offbeat_chord_tones(stretch: Tune) -> float:
    """Share of the onsets off the beat that are tones of the chord."""
    return _chord_tones(stretch, lambda level: level > BEAT)


def chord_tones(stretch: Tune) -> float:
    """Share of all onsets that are tones of the chord."""
    return _chord_tones(stretch, lambda level: level >= 0)


def left_by_step(stretch: Tune) -> float:
    """Of the notes that are no chord tones, the share left by a step."""
    size = np.abs(intervals(stretch))
    return share(((size >= 1) & (size <= 2))[_on_chord(stretch)[:-1] == 0])


def proper_tones(stretch: Tune) -> float:
    """CTnCTR: chord tones, and other tones that a chord tone follows within two semitones."""
    on_chord = _on_chord(stretch)
    proper = on_chord == 1
    proper[:-1] |= (on_chord[1:] == 1) & (np.abs(intervals(stretch)) <= 2)
    return share(proper[~np.isnan(on_chord)])


def _chord_tones(stretch: Tune, where: Callable[[Ints], Bools]) -> float:
    on_chord = _on_chord(stretch)
    return share(on_chord[where(levels(stretch)) & ~np.isnan(on_chord)] == 1)


def _phrase_ends(stretch: Tune) -> Ints:
    """The notes that the two phrases of four bars end on."""
    closes = stretch.meter.cadence_step
    places = np.array([(bars - 1) * stretch.bar_steps + closes for bars in (BARS // 2, BARS)])
    last = np.searchsorted(stretch.onset, places, side="right") - 1
    return last[last >= 0]


def _on_triad(stretch: Tune) -> Bools:
    third = 3 if stretch.minor else 4
    return np.isin((stretch.pitch - stretch.tonic) % 12, (0, third, 7))


def _on_chord(stretch: Tune) -> NDArray[np.float64]:
    """Of each note, 1 for a tone of the chord at its onset, else 0; NaN where none is known."""
    if not stretch.chords:
        return np.full(len(stretch.onset), UNKNOWN)
    at, masks = np.array(stretch.chords).T
    place = np.searchsorted(at, stretch.onset, side="right") - 1
    mask = np.where(place < 0, 0, masks[place])
    return np.where(mask == 0, UNKNOWN, mask >> (stretch.pitch % 12) & 1)
