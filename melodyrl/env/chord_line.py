"""The chords of a tune sixteenth by sixteenth, above a pitch class."""

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.music import rotate
from melodyrl.env.tune import Tune

NO_CHORD = 0
"""The mask where no chord is known."""

Chords = NDArray[np.int_]
"""By sixteenth from the first downbeat on, 12-bit masks above a pitch class, or NO_CHORD."""


def chords_of(tune: Tune, home: int) -> Chords:
    """Above home, as far as the tune sounds."""
    chords = np.full(int(tune.onset[-1] + tune.duration[-1]), NO_CHORD)
    for at, mask in tune.chords:
        chords[max(at, 0) :] = rotate(mask, -home)
    return chords
