"""Register: what a pitch costs for lying near the edges of the voice, in [-1, 0].

Part of the guard in the full task, which has three octaves to stray in. People keep a tune within
8 to 22 semitones (p5 to p95 over five corpora of folk tunes and chorales).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

CENTRE, COMFORT = np.float32(17.0), np.float32(9.0)
"""Middle of the three octaves, and half the range of a human tune, in semitones."""


def register(offset: ArrayLike) -> NDArray[np.float32]:
    """Cost of a pitch, offset in semitones above the base; any shape.

    0 within COMFORT of CENTRE, then falling by 1 over COMFORT semitones more.
    """
    away = np.abs(np.asarray(offset, np.float32) - CENTRE) - COMFORT
    return np.clip(-away / COMFORT, -1.0, 0.0).astype(np.float32)
