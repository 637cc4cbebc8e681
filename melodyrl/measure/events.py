"""What people do at each sixteenth of a bar of 4/4: begin a note, hold it, or rest."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.actions import HOLD, ONSET, REST
from melodyrl.env.counting import timeline
from melodyrl.env.tune import Tune

STEPS = 16
OLDEST = 16
"""Sixteenths after which a note or a rest no longer grows older."""

Ints = NDArray[np.int64]


def count_events(tunes: Iterable[Tune]) -> Ints:
    """How often each event came, (STEPS, OLDEST + 1, 3).

    By sixteenth of the bar, sixteenths since the last onset or since the rest began (0 before the
    first note), and event.
    """
    counts = np.zeros((STEPS, OLDEST + 1, 3), np.int64)
    for tune in tunes:
        event, age, was = timeline(tune), 0, ONSET
        step = (int(tune.onset[0]) + np.arange(len(event))) % STEPS
        for place, happened in zip(step.tolist(), event.tolist(), strict=True):
            counts[place, age, happened] += 1
            rests_on = happened == REST and was == REST
            age = min(age + 1, OLDEST) if happened == HOLD or rests_on else 1
            was = happened
    return counts
