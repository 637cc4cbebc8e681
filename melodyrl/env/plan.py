"""What the player will do in an episode, rolled out beforehand: a step is then only indexing."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.lane_arrays import LaneArrays
from melodyrl.core.music.meter import METERS, PHRASE_BARS
from melodyrl.core.policy.state import Context
from melodyrl.env.chords import NO_CHORD, TONES

_LONGEST = 16
LEVELS = np.array([[meter.level(step) for step in range(_LONGEST)] for meter in METERS], np.int8)
"""(meters, 16) metric level of each sixteenth of the bar."""

BAR_STEPS = np.array([meter.steps_per_bar for meter in METERS], np.int16)
"""(meters,) sixteenths of a bar."""

CADENCE_STEPS = np.array([meter.cadence_step for meter in METERS], np.int16)
"""(meters,) the last strong beat of the bar: where a phrase comes to rest."""


@dataclass(slots=True, eq=False)
class Plan(LaneArrays):
    """Chords and key at every decision of an episode, N lanes by T decisions.

    Chords are rows of `chords.TONES` relative to the tonic of that moment. T is one more than
    the longest episode: the state after the last action is a state too.
    """

    chord: NDArray[np.int16]
    bass: NDArray[np.int8]
    chord_age: NDArray[np.int16]
    chord_changed: NDArray[np.bool_]
    next_chord: NDArray[np.int16]
    coming: NDArray[np.int16]
    """(N, T, C) the chords after the next one, a bar each; C is 0 where no chart is given."""
    previous_chord: NDArray[np.int16]
    shift: NDArray[np.int8]
    """Semitones that the tonic moves up by at this decision."""
    sixteenth: NDArray[np.int16]
    """Sixteenths since the beginning of the episode."""
    final: NDArray[np.bool_]
    meter: NDArray[np.int8]
    """(N,) index into METERS."""
    minor: NDArray[np.bool_]
    """(N,)."""
    scale: NDArray[np.bool_]
    """(N, 12)."""
    length: NDArray[np.int16]
    """(N,) decisions of the episode."""

    def at(self, position: NDArray[np.integer]) -> Context:
        """The context of each lane at its position (N,)."""
        lanes = np.arange(len(position))
        bar_steps = BAR_STEPS[self.meter]
        sixteenth = self.sixteenth[lanes, position]
        bar, step = np.divmod(sixteenth, bar_steps)
        return Context(
            chord=TONES[self.chord[lanes, position]],
            bass=self.bass[lanes, position],
            chord_age=self.chord_age[lanes, position],
            chord_changed=self.chord_changed[lanes, position],
            next_chord=TONES[self.next_chord[lanes, position]],
            coming=TONES[self.coming[lanes, position]],
            previous_chord=TONES[self.previous_chord[lanes, position]],
            scale=self.scale.copy(),
            minor=self.minor.copy(),
            step=step,
            bar_steps=bar_steps,
            level=LEVELS[self.meter, step],
            bar=(bar % PHRASE_BARS).astype(np.int8),
            final=self.final[lanes, position],
        )


def chord_history(
    chord: NDArray[np.int16], sixteenth: NDArray[np.int16]
) -> tuple[NDArray[np.bool_], NDArray[np.int16], NDArray[np.int16]]:
    """Of chords over time (N, T): changed here, sixteenths since then, the chord before it."""
    changed = np.empty(chord.shape, np.bool_)
    changed[:, 0] = chord[:, 0] != NO_CHORD
    changed[:, 1:] = chord[:, 1:] != chord[:, :-1]
    steps = np.arange(chord.shape[1])
    since = np.maximum.accumulate(np.where(changed, steps, 0), axis=1)
    age = sixteenth - np.take_along_axis(sixteenth, since, axis=1)
    before = np.take_along_axis(chord, np.maximum(since - 1, 0), axis=1)
    previous = np.where(since > 0, before, NO_CHORD)
    return changed, age.astype(np.int16), previous.astype(np.int16)
