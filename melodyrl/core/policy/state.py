"""What a mind remembers of its own melody, and what it knows of the moment it must decide in.

All arrays lead with a lane axis B: training runs thousands of lanes, live playing one.
Pitches are semitones above the base, chords and scales are relative to the tonic.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.lane_arrays import LaneArrays
from melodyrl.core.policy.actions import HOLD, ONSET, REST, Actions
from rewards import form, harmony, rhythm

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int_] | NDArray[np.int16] | NDArray[np.int8]
FloatArray = NDArray[np.float32]

NONE = harmony.NONE
"""No pitch, or no interval: the sentinel that the rewards read."""

WINDOW = 8
"""Sounded notes that are remembered; no reward looks further back."""

BARS = 8
"""Bars that are remembered; the rewards look back over four, an intent over all."""

PAST = 16 * BARS
"""Sixteenths whose onsets are remembered; bars shorter than 4/4 leave some unused."""

AGE_CAP = 64
"""Sixteenths after which a note or a rest no longer grows older: four bars."""

START_DENSITY = 1.25
"""Onsets a beat that a melody is taken to have before its first note, where no wish is known."""

DENSITY_STEPS = 32.0
"""Time constant of the density in sixteenths: eight beats, long enough to smooth over a motif."""

LOWEST, HIGHEST = -60, 90
"""Offsets are kept within these after a change of tonic; intervals then never reach NONE."""


@dataclass(slots=True, eq=False)
class Melody(LaneArrays):
    """The melody so far, as much of it as a reward can read."""

    recent: NDArray[np.int8]
    """(B, 8) offsets of the last onsets, newest last, NONE before there were any."""
    sounding: BoolArray
    """(B,) a note of ours is sounding."""
    age: NDArray[np.int16]
    """(B,) sixteenths since the last onset, or since the rest began; at most AGE_CAP."""
    pending: BoolArray
    """(B,) the last note was no chord tone where it was judged last, and awaits its resolution."""
    density: FloatArray
    """(B,) onsets a beat, averaged with a time constant of DENSITY_STEPS."""
    since: NDArray[np.int16]
    """(B,) sixteenths since the last onset, at most AGE_CAP; 0 before there was one."""
    gaps: FloatArray
    """(B, 8) how much of late was heard of each class of gap between onsets (rewards.rhythm)."""
    past: NDArray[np.int8]
    """(B, 128) by `place`: the offset that began there, form.NONE, or form.UNHEARD before that."""
    past_move: NDArray[np.int8]
    """(B, 128) steps of the scale from the note before it, form.NONE where there is none."""
    answers: NDArray[np.int8]
    """(B, 3) by form.LAGS: onsets in a row that answered those of so many bars ago."""

    @classmethod
    def start(cls, lanes: int, density: FloatArray | float = START_DENSITY) -> "Melody":
        """Nothing played yet. From the wanted density (B,) on there is nothing to catch up with."""
        return cls(
            recent=np.full((lanes, WINDOW), NONE, np.int8),
            sounding=np.zeros(lanes, np.bool_),
            age=np.zeros(lanes, np.int16),
            pending=np.zeros(lanes, np.bool_),
            density=np.full(lanes, density, np.float32),
            since=np.zeros(lanes, np.int16),
            gaps=np.zeros((lanes, rhythm.GAP_CLASSES), np.float32),
            past=np.full((lanes, PAST), form.UNHEARD, np.int8),
            past_move=np.full((lanes, PAST), form.NONE, np.int8),
            answers=np.zeros((lanes, len(form.LAGS)), np.int8),
        )


@dataclass(slots=True, eq=False)
class Context(LaneArrays):
    """Harmony and time at the step to be decided. A chord or scale that is all False is unknown."""

    chord: BoolArray
    """(B, 12) pitch classes above the tonic."""
    bass: NDArray[np.int8]
    """(B,) pitch class of the bass above the tonic, -1 without a chord."""
    chord_age: NDArray[np.int16]
    """(B,) sixteenths since the chord changed."""
    chord_changed: BoolArray
    """(B,) the chord changed at this step."""
    next_chord: BoolArray
    """(B, 12) the chord that comes next, where it is known."""
    coming: BoolArray
    """(B, C, 12) the chords after the next one, a bar each; C is 0 where no chart is given."""
    previous_chord: BoolArray
    """(B, 12) the chord before this one."""
    scale: BoolArray
    """(B, 12) pitch classes of the key above its tonic."""
    minor: BoolArray
    """(B,) the key is minor."""
    step: NDArray[np.int16]
    """(B,) sixteenth in the bar."""
    bar_steps: NDArray[np.int16]
    """(B,) sixteenths of a bar, 16 or 12."""
    level: NDArray[np.int8]
    """(B,) metric level: 0 downbeat, 1 strong beat, 2 beat, 3 eighth, 4 sixteenth."""
    bar: NDArray[np.int8]
    """(B,) bar in the phrase of eight."""
    final: BoolArray
    """(B,) the place of a cadence."""

    @classmethod
    def silent(cls, lanes: int) -> "Context":
        """No chord, no key, the first downbeat of a phrase in 4/4."""

        def no() -> BoolArray:
            return np.zeros(lanes, np.bool_)

        def no_chord() -> BoolArray:
            return np.zeros((lanes, 12), np.bool_)

        return cls(
            chord=no_chord(),
            bass=np.full(lanes, -1, np.int8),
            chord_age=np.zeros(lanes, np.int16),
            chord_changed=no(),
            next_chord=no_chord(),
            coming=np.zeros((lanes, 0, 12), np.bool_),
            previous_chord=no_chord(),
            scale=no_chord(),
            minor=no(),
            step=np.zeros(lanes, np.int16),
            bar_steps=np.full(lanes, 16, np.int16),
            level=np.zeros(lanes, np.int8),
            bar=np.zeros(lanes, np.int8),
            final=no(),
        )


def advance(melody: Melody, context: Context, actions: Actions, action: IntArray) -> None:
    """Play one action (B,) in each lane, in place; context is the one that it was chosen in."""
    kind = actions.kinds[action]
    onset = kind == ONSET
    pitch = actions.offsets[action]
    if actions.hold is not None:
        _recall(melody, context, onset, pitch)
    if onset.all():
        melody.recent[:, :-1] = melody.recent[:, 1:]
        melody.recent[:, -1] = pitch
    else:
        melody.recent[onset, :-1] = melody.recent[onset, 1:]
        melody.recent[onset, -1] = pitch[onset]
    _await_resolution(melody, context, onset, kind)
    if actions.hold is None:
        melody.sounding[:] = True
        return
    _keep_time(melody, context, kind)


def place(context: Context, bars_ago: int | NDArray[np.int_] = 0) -> NDArray[np.intp]:
    """Where `Melody.past` keeps this sixteenth of so many bars ago: (B,), or (B, L) of (1, L)."""
    bar = context.bar.astype(np.intp)
    step = context.step.astype(np.intp)
    if np.ndim(bars_ago) == 2:
        bar, step = bar[:, None], step[:, None]
    return (bar - bars_ago) % BARS * 16 + step


def then(melody: Melody, context: Context) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """What began at this sixteenth so many bars ago, and its move, both (B, 3) by form.LAGS."""
    places = place(context, _LAGS)
    return (
        np.take_along_axis(melody.past, places, axis=1),
        np.take_along_axis(melody.past_move, places, axis=1),
    )


def move(melody: Melody, context: Context, pitch: IntArray) -> NDArray[np.int16]:
    """Steps of the scale from the last note to a pitch, (B, ...) of offsets; NONE for the first."""
    last = melody.recent[:, -1]
    minor = context.minor
    if pitch.ndim > 1:
        last, minor = last[:, None], minor[:, None]
    steps = form.degree(pitch, minor) - form.degree(last, minor)
    return np.where(last == NONE, np.int16(form.NONE), steps)


def _recall(melody: Melody, context: Context, onset: BoolArray, pitch: NDArray[np.int16]) -> None:
    """Bring the memory of bars up to the next sixteenth; before `recent` learns the note."""
    began = np.where(onset, pitch, np.int16(form.NONE))
    moved = np.where(onset, move(melody, context, pitch), np.int16(form.NONE))
    kind = form.kinds(*then(melody, context), began, moved)
    melody.answers[:] = form.follow(melody.answers, kind)
    here = np.arange(len(began)), place(context)
    melody.past[here] = began
    melody.past_move[here] = moved


def _await_resolution(
    melody: Melody, context: Context, onset: BoolArray, kind: NDArray[np.int8]
) -> None:
    """A note is judged against the chord when it begins and when the chord changes under it."""
    judged = onset | (context.chord_changed & melody.sounding & (kind == HOLD))
    lanes = np.arange(len(judged))
    clashes = context.chord.any(axis=1) & ~context.chord[lanes, melody.recent[:, -1] % 12]
    np.copyto(melody.pending, clashes, where=judged)


def _keep_time(melody: Melody, context: Context, kind: NDArray[np.int8]) -> None:
    """Bring sounding, ages, gaps and density up to the next sixteenth."""
    apart = (kind == ONSET) & (melody.since > 0)
    melody.gaps[:] = rhythm.follow_gaps(melody.gaps, rhythm.age_class(melody.since), apart)
    older = np.minimum(melody.since + (melody.since > 0), AGE_CAP)
    melody.since[:] = np.where(kind == ONSET, 1, older)
    begins = (kind == ONSET) | ((kind == REST) & melody.sounding)
    age = np.where(begins, 1, np.minimum(melody.age + 1, AGE_CAP))
    melody.age[:] = age
    melody.sounding[:] = kind != REST
    # An onset in one sixteenth is a rate of 4 onsets a beat.
    rate = np.float32(1.0 - np.exp(-1.0 / DENSITY_STEPS))
    melody.density += rate * (4.0 * (kind == ONSET) - melody.density).astype(np.float32)


def shift(melody: Melody, lanes: IntArray | BoolArray, semitones: int | IntArray) -> None:
    """Add semitones to every remembered offset of some lanes: the old base minus the new one."""
    for kept in (melody.recent, melody.past):
        before = kept[lanes].astype(np.int16)
        moved = np.clip(before + np.asarray(semitones)[..., None], LOWEST, HIGHEST)
        kept[lanes] = np.where(before <= form.UNHEARD, before, moved).astype(np.int8)


_LAGS = np.array(form.LAGS)[None]
