"""Tunes as an accompaniment will hear them, rolled out beforehand for many lanes at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.lane_arrays import LaneArrays
from melodyrl.core.music.meter import PHRASE_BARS
from melodyrl.core.policy.chords.state import REST, Scene, hear, move_home
from melodyrl.env.frames import ON_BEAT, Frames
from melodyrl.env.plan import BAR_STEPS, LEVELS


@dataclass(slots=True, eq=False)
class Songs(LaneArrays):
    """N tunes of T sixteenths; T is one more than the longest, for what follows the last choice."""

    pitch_class: NDArray[np.int8]
    """(N, T) above the home that the listener believes in, REST where nothing sounds."""
    onset: NDArray[np.bool_]
    """(N, T) a note begins."""
    shift: NDArray[np.int8]
    """(N, T) semitones that this home moves up by."""
    meter: NDArray[np.int8]
    """(N,) row of METERS."""
    first: NDArray[np.int16]
    """(N,) the sixteenth of the first note, from a downbeat."""
    length: NDArray[np.int16]
    """(N,) the sixteenth after the last."""
    late: NDArray[np.bool_]
    """(N,) the listener hears one sixteenth late."""

    def arrive(self, scene: Scene, position: NDArray[np.intp]) -> None:
        """Bring a scene to the sixteenths at position (N,), and let it hear what it may."""
        lanes = np.arange(len(position))
        bar_steps = BAR_STEPS[self.meter]
        bar, step = np.divmod(position, bar_steps)
        move_home(scene, self.shift[lanes, position])
        scene.step[:], scene.bar_steps[:] = step, bar_steps
        scene.level[:] = LEVELS[self.meter, step]
        scene.bar[:] = bar % PHRASE_BARS
        scene.late[:] = self.late
        heard = np.maximum(position - self.late, 0)
        known = position - self.late >= self.first
        pitch_class = np.where(known, self.pitch_class[lanes, heard], REST)
        on_beat = LEVELS[self.meter, heard % bar_steps] <= ON_BEAT
        hear(scene, pitch_class, self.onset[lanes, heard] & known, on_beat)


def songs_of(read: Sequence[Frames], *, late: bool) -> Songs:
    """Tunes that people wrote, as songs."""
    length = np.array([len(frames.onset) for frames in read], np.int16)
    longest = int(length.max()) + 1
    pitch_class = np.full((len(read), longest), REST, np.int8)
    onset = np.zeros((len(read), longest), np.bool_)
    for lane, frames in enumerate(read):
        pitch_class[lane, : length[lane]] = frames.pitch_class
        onset[lane, : length[lane]] = frames.onset
    return Songs(
        pitch_class,
        onset,
        np.zeros((len(read), longest), np.int8),
        np.array([frames.meter for frames in read], np.int8),
        np.array([frames.first for frames in read], np.int16),
        length,
        np.full(len(read), late),
    )
