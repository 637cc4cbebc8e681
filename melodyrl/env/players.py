"""Simulated players: what a mind hears of somebody's chords, with all that goes wrong live.

A player chooses chords (`progressions`), a harmonic rhythm and a meter; changes come late or
early; there are silences, and changes of key that are noticed only after a while. Everything
is rolled out for many lanes at once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.music.key import Key
from melodyrl.core.music.meter import METERS
from melodyrl.core.policy.presets import EIGHT_BAR, FULL, Preset
from melodyrl.env.chords import NO_CHORD, TONES, moved, root_of
from melodyrl.env.plan import BAR_STEPS, CADENCE_STEPS, Plan, chord_history
from melodyrl.env.progressions import (
    Rows,
    Split,
    chord_sequences,
    eight_bar_progressions,
    from_split,
)

Generator = np.random.Generator
Ints = NDArray[np.int16]
Bools = NDArray[np.bool_]

SCALES = np.array(
    [[Key(0, minor).scale_mask >> pc & 1 for pc in range(12)] for minor in (False, True)]
)
SCALES = SCALES.astype(np.bool_)
"""(2, 12) pitch classes of major and of natural minor above the tonic."""

_BARS = FULL.bars + 1
_SLOTS = 2 * _BARS
_STEPS = FULL.bars * 16 + 1


@dataclass(frozen=True, slots=True)
class Habits:
    """What simulated players do; the defaults, ours, are those that are learned from."""

    meters: tuple[float, ...] = (0.8, 0.1, 0.1)
    """Shares of METERS."""
    composed: float = 0.3
    """Share that play a chart: the next chord is known, and nothing goes wrong."""


LIVE = Habits()
CHARTS = Habits(meters=(1.0, 0.0, 0.0), composed=1.0)
"""Given charts in 4/4."""

HEARD = Habits(meters=(1.0, 0.0, 0.0), composed=0.0)
"""Players in 4/4 with nothing known beforehand."""

# Shares of what players do; ours.
_MINOR_SHARE = 0.4
_SLOTS_A_CHORD, _RHYTHM_SHARES = (2, 4, 1), (0.66, 0.17, 0.17)
_INVERSIONS = (0, 0, 0, 0, 0, 0, 0, 3, 4, 7)
_MODULATION_RATE = 0.05
_MODULATIONS = (5, 7, 2, 10, 3, 9, 1, 4, 8)
_SILENCE_RATE = 0.06
_EMPTY_START_SHARE = 0.1


def preset_plan(preset: Preset, rng: Generator, lanes: int, split: Split) -> Plan:
    """Plans of new episodes of a preset."""
    if preset.is_full:
        return full_plan(rng, lanes, split)
    return eight_bar_plan(eight_bar_progressions(rng, lanes, split))


def eight_bar_plan(progressions: Rows) -> Plan:
    """Plans over given triads (N, 8), one a bar, for the eight-bar preset; C major throughout."""
    lanes, bars = progressions.shape
    actions = 16 // EIGHT_BAR.steps_per_action
    length = bars * actions
    sixteenth = np.tile(np.arange(length + 1, dtype=np.int16) * 4, (lanes, 1))
    slots = np.minimum(np.arange(length + 1) // actions, bars - 1)
    following = np.concatenate([progressions, np.zeros_like(progressions)], axis=1)
    chord = progressions[:, slots].astype(np.int16)
    changed, age, previous = chord_history(chord, sixteenth)
    final = np.zeros(chord.shape, np.bool_)
    final[:, length - 1] = True
    return Plan(
        chord=chord,
        bass=root_of(chord).astype(np.int8),
        chord_age=age,
        chord_changed=changed,
        next_chord=following[:, slots + 1].astype(np.int16),
        coming=following[:, slots[:, None] + np.arange(2, bars)].astype(np.int16),
        previous_chord=previous,
        shift=np.zeros(chord.shape, np.int8),
        sixteenth=sixteenth,
        final=final,
        meter=np.zeros(lanes, np.int8),
        minor=np.zeros(lanes, np.bool_),
        scale=np.tile(SCALES[0], (lanes, 1)),
        length=np.full(lanes, length, np.int16),
    )


@dataclass(slots=True)
class _Song:
    """What N players have in mind: chords by half-bar slot, and the keys they are in."""

    chord: Rows
    """(N, slots) rows relative to the tonic of the beginning."""
    bass: Ints
    """(N, slots) pitch classes above the tonic of the beginning."""
    slots_a_chord: Ints
    """(N,)."""
    heard_tonic: Ints
    """(N, bars) the tonic that the listener believes in, above the one of the beginning."""
    minor: Bools
    meter: Ints
    composed: Bools
    """(N,) the whole progression is known beforehand, and nothing goes wrong."""

    @property
    def half_bars(self) -> Ints:
        """(N,) sixteenths of a slot."""
        return BAR_STEPS[self.meter] // 2


def full_plan(rng: Generator, lanes: int, split: Split, habits: Habits = LIVE) -> Plan:
    """Plans of sixteen bars for the full preset, as they would be heard live."""
    song = _songs(rng, lanes, split, habits)
    bar_steps = BAR_STEPS[song.meter][:, None]
    sixteenth = np.tile(np.arange(_STEPS, dtype=np.int16), (lanes, 1))
    bar, step = np.divmod(sixteenth, bar_steps)
    bar = np.minimum(bar, _BARS - 1)
    slot = _heard_slots(rng, song)
    chord = np.take_along_axis(song.chord, slot, axis=1)
    chord = np.where(_silences(rng, song, bar), NO_CHORD, chord)
    bass = np.take_along_axis(song.bass, slot, axis=1)
    changed, age, previous = chord_history(chord, sixteenth)
    tonic = np.take_along_axis(song.heard_tonic, bar, axis=1)
    shift = np.diff(tonic, axis=1, prepend=0)
    per_chord = song.slots_a_chord[:, None]
    following = np.minimum((slot // per_chord + 1) * per_chord, _SLOTS - 1)
    following = np.take_along_axis(song.chord, following, axis=1)
    cadence = (step == CADENCE_STEPS[song.meter][:, None]) & (bar % 4 == 3)
    return Plan(
        chord=moved(chord, -tonic),
        bass=np.where(chord == NO_CHORD, -1, (bass - tonic) % 12).astype(np.int8),
        chord_age=age,
        chord_changed=changed,
        next_chord=np.where(song.composed[:, None], moved(following, -tonic), NO_CHORD),
        coming=np.zeros((*chord.shape, 0), np.int16),
        previous_chord=moved(previous, -tonic),
        shift=shift.astype(np.int8),
        sixteenth=sixteenth,
        final=cadence,
        meter=song.meter.astype(np.int8),
        minor=song.minor,
        scale=SCALES[song.minor.astype(np.intp)],
        length=FULL.bars * bar_steps[:, 0],
    )


def _songs(rng: Generator, lanes: int, split: Split, habits: Habits) -> _Song:
    """What the players of new episodes have in mind."""

    def draw(count: int) -> Rows:
        minor = rng.random(count) < _MINOR_SHARE
        chords = chord_sequences(rng, minor, _SLOTS)
        return np.concatenate([minor[:, None].astype(np.int16), chords], axis=1)

    drawn = from_split(draw, lanes, split)
    minor, sequence = drawn[:, 0].astype(np.bool_), drawn[:, 1:]
    composed = rng.random(lanes) < habits.composed
    slots_a_chord = rng.choice(_SLOTS_A_CHORD, p=_RHYTHM_SHARES, size=lanes).astype(np.int16)
    index = np.arange(_SLOTS) // slots_a_chord[:, None]
    chord = np.take_along_axis(sequence, index, axis=1)
    bass = np.take_along_axis(_basses(rng, sequence), index, axis=1)
    tonic, heard_tonic = _modulations(rng, lanes, composed)
    by_slot = np.repeat(tonic, 2, axis=1)
    return _Song(
        chord=moved(chord, by_slot),
        bass=((bass + by_slot) % 12).astype(np.int16),
        slots_a_chord=slots_a_chord,
        heard_tonic=heard_tonic,
        minor=minor,
        meter=rng.choice(len(METERS), p=habits.meters, size=lanes).astype(np.int16),
        composed=composed,
    )


def _basses(rng: Generator, chord: Rows) -> Ints:
    """The root, or now and then another tone of the chord, (N, slots)."""
    bass = (root_of(chord) + rng.choice(_INVERSIONS, size=chord.shape)) % 12
    is_tone = TONES[chord, bass]
    return np.where(is_tone, bass, root_of(chord)).astype(np.int16)


def _modulations(rng: Generator, lanes: int, composed: Bools) -> tuple[Ints, Ints]:
    """The player's tonic and the one that is heard, 0-2 bars later, (N, bars) each.

    Both count semitones above the tonic of the beginning. Composed progressions stay.
    """
    changes = rng.random((lanes, _BARS)) < _MODULATION_RATE
    changes[:, :2] = False
    changes[composed] = False
    moves = rng.choice(_MODULATIONS, size=changes.shape)
    tonic = np.cumsum(np.where(changes, moves, 0), axis=1) % 12
    lag = rng.integers(3, size=(lanes, 1))
    heard = np.take_along_axis(tonic, np.maximum(np.arange(_BARS) - lag, 0), axis=1)
    return tonic.astype(np.int16), heard.astype(np.int16)


def _heard_slots(rng: Generator, song: _Song) -> NDArray[np.intp]:
    """The slot whose chord is heard at each sixteenth, (N, T): changes are late or early.

    Two lanes in five are exact, two are up to 2 sixteenths late, one is early as often.
    """
    lanes = len(song.meter)
    style = rng.random((lanes, 1))
    late = rng.integers(3, size=(lanes, _SLOTS))
    either = rng.integers(-2, 3, size=(lanes, _SLOTS))
    delay = np.where(style < 0.4, 0, np.where(style < 0.8, late, either))
    delay[song.composed] = 0
    starts = np.arange(_SLOTS) * song.half_bars[:, None] + delay
    marks = np.zeros((lanes, _STEPS), np.int16)
    lane, slot = np.nonzero(starts[:, 1:] < _STEPS)
    marks[lane, starts[lane, slot + 1]] = 1
    return np.cumsum(marks, axis=1, dtype=np.intp)


def _silences(rng: Generator, song: _Song, bar: Ints) -> Bools:
    """Where no chord is heard, (N, T).

    Players fall silent for 1-4 bars; the last chord is kept for 0-2 of them, as it is live.
    Some begin with a tune alone.
    """
    lanes = len(song.meter)
    bars = np.arange(_BARS)
    begins = (rng.random((lanes, _BARS)) < _SILENCE_RATE) & ~song.composed[:, None]
    begins[:, 0] = False
    since = np.maximum.accumulate(np.where(begins, bars, -_BARS), axis=1)
    silence = rng.integers(1, 5, size=(lanes, 1))
    kept = rng.integers(3, size=(lanes, 1))
    quiet = (bars - since >= kept) & (bars - since < silence)
    empty = (rng.random((lanes, 1)) < _EMPTY_START_SHARE) & ~song.composed[:, None]
    return np.take_along_axis(quiet | (empty & (bars < silence)), bar, axis=1)
