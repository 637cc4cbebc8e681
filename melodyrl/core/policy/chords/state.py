"""What an accompaniment knows: the tune as far as it was heard, its own chords, and the time.

All arrays lead with a lane axis B. Pitch classes are above home. At each sixteenth, in this order:
`begin` (where in the bar it is), `hear` (what the tune does), a decision, `play`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.lane_arrays import LaneArrays
from melodyrl.core.policy.chords.actions import COUNT, MOVED, NONE
from rewards import loops, pace, returns

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float32]
Ints = NDArray[np.int8] | NDArray[np.int16] | NDArray[np.int_]

REST = -1
"""No pitch class: nothing sounds, or there was no such note."""

NOTES = 8
"""Onsets of the tune that are remembered."""

AGE_CAP = 64
"""Sixteenths after which a note no longer grows older."""

SHORT, LONG = 12.0, 128.0
"""Time constants of the two profiles in sixteenths: about a chord, and a phrase of eight bars."""


@dataclass(slots=True, eq=False)
class Scene(LaneArrays):
    """The moment before a decision."""

    sounding: NDArray[np.int8]
    """(B,) pitch class that sounds, REST for none."""
    on_beat: BoolArray
    """(B,) the note that sounds began on a beat."""
    recent: NDArray[np.int8]
    """(B, 8) pitch classes of the last onsets, newest last, REST before there were any."""
    note_age: NDArray[np.int16]
    """(B,) sixteenths since the last onset, at most AGE_CAP."""
    short: FloatArray
    """(B, 12) share of the recent sixteenths on each pitch class, fading with SHORT."""
    long: FloatArray
    """(B, 12) the same, fading with LONG."""
    chord: NDArray[np.int8]
    """(B,) row of the chord that sounds, NONE before the first."""
    age: NDArray[np.int16]
    """(B,) sixteenths since it began, at most pace.OLDEST."""
    chords: NDArray[np.int8]
    """(B, 8) the last chords, newest last, the present one included."""
    turned: NDArray[np.int16]
    """(B, C, C) number of the change that last went from one chord to another, 0 for never."""
    sounded: NDArray[np.int16]
    """(B, C) number of the change at which a chord last began, 0 for never."""
    count: NDArray[np.int16]
    """(B,) changes so far, the first chord counted."""
    run: NDArray[np.int8]
    """(B,) changes in a row that came round at one distance, see rewards.loops."""
    period: NDArray[np.int8]
    """(B,) that distance."""
    step: NDArray[np.int16]
    """(B,) sixteenth in the bar."""
    bar_steps: NDArray[np.int16]
    """(B,) sixteenths of a bar, 16 or 12."""
    level: NDArray[np.int8]
    """(B,) metric level, 0 the downbeat to 4 a sixteenth."""
    bar: NDArray[np.int8]
    """(B,) bar in the phrase of eight."""
    late: BoolArray
    """(B,) the tune is heard one sixteenth late: what sounds now is not known yet."""

    @classmethod
    def start(cls, lanes: int) -> "Scene":
        """Nothing heard, nothing played, the first downbeat of a phrase in 4/4."""

        def whole(value: int = 0) -> NDArray[np.int8]:
            return np.full(lanes, value, np.int8)

        return cls(
            sounding=whole(REST),
            on_beat=np.zeros(lanes, np.bool_),
            recent=np.full((lanes, NOTES), REST, np.int8),
            note_age=np.full(lanes, AGE_CAP, np.int16),
            short=np.zeros((lanes, 12), np.float32),
            long=np.zeros((lanes, 12), np.float32),
            chord=whole(NONE),
            age=np.zeros(lanes, np.int16),
            chords=np.full((lanes, loops.WINDOW), NONE, np.int8),
            turned=np.zeros((lanes, COUNT, COUNT), np.int16),
            sounded=np.zeros((lanes, COUNT), np.int16),
            count=np.zeros(lanes, np.int16),
            run=whole(),
            period=whole(),
            step=np.zeros(lanes, np.int16),
            bar_steps=np.full(lanes, 16, np.int16),
            level=whole(),
            bar=whole(),
            late=np.zeros(lanes, np.bool_),
        )


def hear(scene: Scene, pitch_class: Ints, onset: BoolArray, on_beat: BoolArray) -> None:
    """A sixteenth of the tune, in place: what sounds (REST for none), and whether it began now.

    on_beat: whether an onset now lies on a beat. Arguments are (B,).
    """
    scene.sounding[:] = pitch_class
    scene.on_beat[:] = np.where(onset, on_beat, scene.on_beat)
    scene.recent[onset, :-1] = scene.recent[onset, 1:]
    scene.recent[onset, -1] = pitch_class[onset]
    scene.note_age[:] = np.where(onset, 0, np.minimum(scene.note_age + 1, AGE_CAP))
    sounds = scene.sounding[:, None] == _CLASSES
    for profile, length in ((scene.short, SHORT), (scene.long, LONG)):
        profile += (sounds - profile) * np.float32(1.0 / length)


def play(scene: Scene, action: Ints) -> None:
    """Take one action (B,) in each lane, in place: 0 keeps the chord, 1 + row changes it."""
    older = np.minimum(scene.age + 1, pace.OLDEST)
    scene.age[:] = np.where(scene.chord == NONE, 0, older)
    lanes = np.flatnonzero(np.asarray(action) > 0)
    if len(lanes):
        _change(scene, lanes, (np.asarray(action)[lanes] - 1).astype(np.int8))


def _change(scene: Scene, lanes: NDArray[np.intp], row: NDArray[np.int8]) -> None:
    """Change the chord of some lanes, and remember it."""
    away = loops.distance(scene.chords[lanes], row)
    run, period = loops.follow(scene.run[lanes], scene.period[lanes], away)
    scene.run[lanes], scene.period[lanes] = run, period
    scene.count[lanes] += 1
    _forget_oldest(scene, lanes[scene.count[lanes] == _MOST])
    before = scene.chord[lanes]
    left = before != NONE
    scene.turned[lanes[left], before[left], row[left]] = scene.count[lanes[left]]
    scene.sounded[lanes, row] = scene.count[lanes]
    scene.chords[lanes, :-1] = scene.chords[lanes, 1:]
    scene.chords[lanes, -1] = scene.chord[lanes] = row
    scene.age[lanes] = 1


def _forget_oldest(scene: Scene, lanes: NDArray[np.intp]) -> None:
    """Count from a lower number, long before the counter is full; what is older was forgotten."""
    back = _MOST - returns.SPAN
    for numbers in (scene.turned, scene.sounded, scene.count):
        numbers[lanes] = np.maximum(numbers[lanes] - back, 0)


def move_home(scene: Scene, up: Ints) -> None:
    """Home moves up by semitones (B,): what was heard and played keeps its sound.

    A chord that the new key does not know becomes the nearest one that it does; turns from chord
    to chord are forgotten, since those of the old key are foreign to the new one.
    """
    for lane in np.flatnonzero(np.asarray(up) % 12):
        down = -int(up[lane]) % 12
        for profile in (scene.short, scene.long):
            profile[lane] = np.roll(profile[lane], down)
        recent, sounding = scene.recent[lane], scene.sounding[lane]
        scene.recent[lane] = np.where(recent == REST, REST, (recent + down) % 12)
        scene.sounding[lane] = REST if sounding == REST else (sounding + down) % 12
        scene.chords[lane] = MOVED[down, scene.chords[lane]]
        scene.chord[lane] = scene.chords[lane, -1]
        scene.turned[lane] = scene.sounded[lane] = 0


_MOST = np.iinfo(np.int16).max
_CLASSES = np.arange(12, dtype=np.int8)
