"""Simulated singers: tunes over chords that nobody hears, drawn from the tables of the rewards.

A singer has chords in mind (changes as `function` and `returns`, times as `pace` have them), sings
rhythms as `rhythm` and notes as `smoothness` and `fit` count them, changes key now and then, and
may be believed in another key than their own for a while. No tune of anybody is needed.
"""

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.chords.actions import COUNT, QUALITIES, ROOTS
from melodyrl.core.policy.chords.preset import CHORDS
from melodyrl.core.policy.chords.state import REST
from melodyrl.env.draws import draw
from melodyrl.env.frames import ON_BEAT
from melodyrl.env.plan import BAR_STEPS, LEVELS
from melodyrl.env.songs import Songs
from rewards import fit, function, likelihood, pace, returns, rhythm, smoothness
from rewards.tables import numbers

Generator = np.random.Generator
Ints = NDArray[np.intp]

BARS = CHORDS.bars
STEPS = 16 * BARS + 1

LATE_SHARE = 0.3
"""Of listeners that hear one sixteenth late."""

# Shares of what singers do. Meters as in lead sheets; the others ours.
_METER_SHARES = (0.8, 0.17, 0.03)
_MODULATION_RATE = 0.02
_MODULATIONS = (5, 7, 2, 10, 3, 9, 1, 6)
_MISTAKEN_SHARE = 0.1
_MISTAKES = (5, 7)
_LONGEST_LAG = 3

# A singer's liking of onsets, nats (standard deviation), and compass about the middle, semitones.
_BUSYNESS, _COMPASS = 0.4, 5.0

_MOVES = np.arange(-smoothness.WIDEST, smoothness.WIDEST + 1)
_SMOOTHING = 20.0
"""Events' worth of the place in the bar that every rhythm leans on."""


def sing(rng: Generator, lanes: int) -> Songs:
    """New songs of sixteen bars."""
    meter = rng.choice(len(BAR_STEPS), p=_METER_SHARES, size=lanes)
    voice = _Voice(rng, meter)
    pitch_class = np.full((lanes, STEPS), REST, np.int64)
    onset = np.zeros((lanes, STEPS), np.bool_)
    for at in range(STEPS):
        voice.step(at)
        pitch_class[:, at] = np.where(voice.sounds, voice.pitch % 12, REST)
        onset[:, at] = voice.begins
    sung, believed = _homes(rng, meter)
    moved = (pitch_class + sung - believed) % 12
    return Songs(
        np.where(pitch_class == REST, REST, moved).astype(np.int8),
        onset,
        np.diff(believed, axis=1, prepend=believed[:, :1]).astype(np.int8),
        meter.astype(np.int8),
        onset.argmax(axis=1).astype(np.int16),
        (BARS * BAR_STEPS[meter]).astype(np.int16),
        rng.random(lanes) < LATE_SHARE,
    )


class _Voice:
    """N singers at one sixteenth after the other."""

    def __init__(self, rng: Generator, meter: Ints) -> None:
        lanes = len(meter)
        self._rng, self._meter = rng, meter
        self._harmony = _Harmony(rng, meter)
        self._busy = np.exp(rng.normal(0.0, _BUSYNESS, lanes))
        self._age = np.zeros(lanes, np.intp)
        self._class = np.zeros(lanes, np.intp)
        self.pitch = rng.integers(-5, 7, lanes)
        self.sounds = np.zeros(lanes, np.bool_)
        self.begins = np.zeros(lanes, np.bool_)

    def step(self, at: int) -> None:
        """Sing the sixteenth at a place counted from the beginning."""
        bar, step = np.divmod(at, BAR_STEPS[self._meter])
        self._harmony.step(step)
        event = self._event(bar, step)
        self.begins = event == rhythm.ONSET
        self._move(LEVELS[self._meter, step] <= ON_BEAT)
        rests = event == rhythm.REST
        self._age = np.where(self.begins | (rests & self.sounds), 1, self._age + 1)
        self.sounds = ~rests

    def _event(self, bar: Ints, step: Ints) -> Ints:
        aged = rhythm.age_class(self._age)
        closes = (bar % 4 == 3).astype(np.intp)
        chances = _EVENTS[(self._meter > 0).astype(np.intp), closes, step, aged].copy()
        chances[:, rhythm.ONSET] *= self._busy
        chances[~self.sounds, rhythm.HOLD] = 0.0
        return draw(self._rng, chances)

    def _move(self, on_beat: NDArray[np.bool_]) -> None:
        """Where a note begins, draw its interval: what follows the last one, and fits the chord."""
        landing = self.pitch[:, None] + _MOVES
        row = self._harmony.row
        above = (landing - ROOTS[row][:, None]) % 12
        chances = (
            _INTERVALS[self._class]
            * _OVER[on_beat.astype(np.intp)[:, None], QUALITIES[row][:, None], above]
        )
        chances *= np.exp(-0.5 * (landing / _COMPASS) ** 2)
        move = _MOVES[draw(self._rng, chances)]
        self.pitch = np.where(self.begins, self.pitch + move, self.pitch)
        self._class = np.where(self.begins, smoothness.classes(move), self._class)


class _Harmony:
    """The chords that the singers have in mind."""

    def __init__(self, rng: Generator, meter: Ints) -> None:
        lanes = len(meter)
        self._rng, self._long = rng, (meter > 0).astype(np.intp)
        first = np.broadcast_to(function.chances()[-1], (lanes, COUNT))
        self.row = draw(rng, first)
        self._turned = np.zeros((lanes, COUNT, COUNT), np.int16)
        self._sounded = np.zeros((lanes, COUNT), np.int16)
        self._sounded[np.arange(lanes), self.row] = 1
        self._count = np.ones(lanes, np.int16)
        self._age = np.zeros(lanes, np.intp)

    def step(self, step: Ints) -> None:
        """Perhaps change, at a sixteenth of the bar (N,)."""
        aged = pace.AGE_CLASS[np.minimum(self._age, pace.OLDEST)]
        chance = pace.chances()[self._long, step, aged, pace.CHANGE]
        lanes = np.flatnonzero((self._rng.random(len(step)) < chance) & (self._age > 0))
        self._age += 1
        if len(lanes):
            self._change(lanes)

    def _change(self, lanes: Ints) -> None:
        before = self.row[lanes]
        kind = returns.kinds(self._turned[lanes, before], self._sounded[lanes], self._count[lanes])
        left = (kind >= returns.EARLIER).any(axis=1, keepdims=True)
        human = np.exp(likelihood.NATS * returns.returns(kind, left))
        row = draw(self._rng, function.chances()[before] * human)
        self._count[lanes] += 1
        self._turned[lanes, before, row] = self._sounded[lanes, row] = self._count[lanes]
        self.row[lanes], self._age[lanes] = row, 1


def _homes(rng: Generator, meter: Ints) -> tuple[Ints, Ints]:
    """The home that is sung in and the one that is believed in, (N, T), above the first."""
    lanes = len(meter)
    changes = rng.random((lanes, BARS + 1)) < _MODULATION_RATE
    changes[:, :2] = False
    sung = np.cumsum(np.where(changes, rng.choice(_MODULATIONS, size=changes.shape), 0), axis=1)
    lag = rng.integers(_LONGEST_LAG, size=(lanes, 1))
    bars = np.arange(BARS + 1)
    believed = np.take_along_axis(sung, np.maximum(bars - lag, 0), axis=1)
    mistaken = (rng.random((lanes, 1)) < _MISTAKEN_SHARE) & (bars <= lag)
    believed = believed + np.where(mistaken, rng.choice(_MISTAKES, size=(lanes, 1)), 0)
    bar = np.minimum(np.arange(STEPS) // BAR_STEPS[meter][:, None], BARS)
    return np.take_along_axis(sung, bar, axis=1), np.take_along_axis(believed, bar, axis=1)


def _events() -> NDArray[np.float64]:
    """P(event) by meter, last bar of four, sixteenth, class of age."""
    counts = numbers("rhythm", "human").astype(np.float64)
    place = counts.sum(axis=(1, 3), keepdims=True) + 0.5
    mixed = counts + _SMOOTHING * place / place.sum(axis=4, keepdims=True)
    return mixed / mixed.sum(axis=4, keepdims=True)


def _intervals() -> NDArray[np.float64]:
    """P(interval) by class of the one before, (8, 27)."""
    counts = numbers("smoothness", "human").sum(axis=(0, 1), dtype=np.float64) + 1.0
    return counts / counts.sum(axis=1, keepdims=True)


_EVENTS, _INTERVALS, _OVER = _events(), _intervals(), fit.chances()
