"""What a mind remembers of its own melody, and what it knows of the moment it must decide in.

All arrays lead with a lane axis B: training runs thousands of lanes, live playing one.
Pitches are semitones above the base, chords and scales are relative to the tonic.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.lane_arrays import LaneArrays
from melodyrl.core.policy.actions import HOLD, NONE, ONSET, REST, Actions
from melodyrl.core.policy.line import code, kinds, stand, steps
from rewards import form, rhythm

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int_] | NDArray[np.int16] | NDArray[np.int8]
FloatArray = NDArray[np.float32]

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
    """(B, 3) by form.LAGS: the run of onsets that answered those of so many bars ago, see form."""

    @property
    def lanes(self) -> int:
        """How many lanes there are; asked for several times in each decision."""
        return len(self.recent)

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
    kind = actions.kinds.take(action)
    onset = kind == ONSET
    if actions.hold is not None:
        _recall(melody, context, actions, action)
    began = onset[:, None]
    np.copyto(melody.recent[:, :-1], melody.recent[:, 1:], where=began)
    np.copyto(melody.recent[:, -1:], actions.onsets.take(action)[:, None], where=began)
    _await_resolution(melody, context, onset, kind)
    if actions.hold is None:
        melody.sounding[:] = True
        return
    _keep_time(melody, context, kind)


def place(context: Context, bars_ago: int | NDArray[np.int_] = 0) -> NDArray[np.intp]:
    """Where `Melody.past` keeps this sixteenth of so many bars ago: (B,), or (B, L) of (1, L)."""
    bar, step = context.bar, context.step
    if np.ndim(bars_ago) == 2:
        bar, step = bar[:, None], step[:, None]
    return (bar - bars_ago) % BARS * 16 + step


def then(melody: Melody, context: Context) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """What began at this sixteenth so many bars ago, and its move, both (B, 3) by form.LAGS."""
    spots = spot(place(context, _LAGS))
    return melody.past.take(spots), melody.past_move.take(spots)


def spot(places: NDArray[np.intp]) -> NDArray[np.intp]:
    """Places (B, ...) in `Melody.past` as indices into all lanes of it."""
    first = np.arange(0, len(places) * PAST, PAST)
    return places + (first if places.ndim == 1 else first[:, None])


def _recall(melody: Melody, context: Context, actions: Actions, action: IntArray) -> None:
    """Bring the memory of bars up to the next sixteenth; before `recent` learns the note."""
    began = actions.onsets.take(action)
    here = stand(melody.recent, context.minor) * actions.count + action
    moved = steps(actions).take(here)
    before, before_move = then(melody, context)
    kind = kinds(actions).take(code(before) * actions.count + action[:, None])
    kind = form.moved(kind, before_move, moved[:, None])
    melody.answers[:] = form.follow(melody.answers, kind)
    now = spot(place(context))
    melody.past.put(now, began)
    melody.past_move.put(now, moved)


def _await_resolution(
    melody: Melody, context: Context, onset: BoolArray, kind: NDArray[np.int8]
) -> None:
    """A note is judged against the chord when it begins and when the chord changes under it."""
    judged = onset | (context.chord_changed & melody.sounding & (kind == HOLD))
    last = np.arange(0, len(judged) * 12, 12) + melody.recent[:, -1] % 12
    clashes = context.chord.any(axis=1) & ~context.chord.take(last)
    np.copyto(melody.pending, clashes, where=judged)


def _keep_time(melody: Melody, context: Context, kind: NDArray[np.int8]) -> None:
    """Bring sounding, ages, gaps and density up to the next sixteenth."""
    onset = kind == ONSET
    apart = onset & (melody.since > 0)
    melody.gaps[:] = rhythm.follow_gaps(melody.gaps, rhythm.age_class(melody.since), apart)
    older = np.minimum(melody.since + (melody.since > 0), AGE_CAP)
    melody.since[:] = np.where(onset, 1, older)
    begins = onset | ((kind == REST) & melody.sounding)
    melody.age[:] = np.where(begins, 1, np.minimum(melody.age + 1, AGE_CAP))
    melody.sounding[:] = kind != REST
    # An onset in one sixteenth is a rate of 4 onsets a beat.
    melody.density += _RATE * (onset * np.float32(4.0) - melody.density)


def shift(melody: Melody, lanes: IntArray | BoolArray, semitones: int | IntArray) -> None:
    """Add semitones to every remembered offset of some lanes: the old base minus the new one."""
    for kept in (melody.recent, melody.past):
        before = kept[lanes].astype(np.int16)
        moved = np.clip(before + np.asarray(semitones)[..., None], LOWEST, HIGHEST)
        kept[lanes] = np.where(before <= form.UNHEARD, before, moved).astype(np.int8)


_LAGS = np.array(form.LAGS)[None]
_RATE = np.float32(1.0 - np.exp(-1.0 / DENSITY_STEPS))
