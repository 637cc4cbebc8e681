"""Tempo and beat of a player, told from nothing but when their notes begin.

A Bayesian filter over two unknowns: how long a beat lasts, and how much of the present one has gone
by. From one onset to the next every pair of them runs on by its own tempo (the bar pointer of
Whiteley, Cemgil and Godsill, "Bayesian modelling of temporal structure in musical audio", ISMIR
2006). At an onset, each is as likely as people are to play there: on which sixteenth of the beat it
falls, how far beside it, and which sixteenths were passed over since the onset before (Cemgil and
Kappen, "Monte Carlo methods for tempo tracking and rhythm quantization", JAIR 18, 2003, whose
samples are a grid here, so that nothing is drawn). The last of the three is what tells a tempo from
its double, at which every second beat would have gone by unplayed.
"""

from dataclasses import dataclass
from math import ceil, log, pi

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.engine.events import Nanos

Floats = NDArray[np.floating]

SLOWEST_BPM, FASTEST_BPM = 40.0, 240.0
"""Beats a minute that are looked for: beyond, people hear another level of the meter."""

_RATIO = 1.015
"""From one tempo of the filter to the next."""

_PHASES = 48
"""Places in a beat of the filter: at 120, 10 ms from one to the next."""

_BESIDE_S = 0.022
"""Standard deviation of an onset from its place: a hand's 10 to 20 ms, and the filter's."""

_STRAY = 0.03
"""Onsets a beat that lie anywhere."""

_DRIFT = 0.012
"""Standard deviation of the change of a tempo in one beat, as a share of it."""

_USUAL_BPM, _USUAL_OCTAVES = 105.0, 0.45
"""Tempos that people prefer (after van Noorden and Moelants, "Resonance in the perception of
musical pulse", JNMR 28, 1999), and how far from it, as a standard deviation in octaves."""

_TOLD, _TOLD_OCTAVES = 0.8, 0.1
"""How much the tempo that was told is believed, and how near to it a player is."""

_AT_ONCE = 0.5, 0.08
"""How much the first onset's place on the grid in force is believed, and how near, in beats."""

_TOGETHER_NS = 45_000_000
"""Onsets nearer than this are one: a chord, or a grace note."""

_SILENCE_BEATS = 1.5
"""Beats that can be passed over: a longer silence is a rest, and says nothing of the tempo."""

_WEIGHT = 0.5
"""What a note counts for: a tune repeats its rhythm, so two of its notes tell less than twice."""

_ANEW = 0.001
"""Belief that the player has begun anew at each onset, so that no mistake is for ever."""

_SURER = 3.0
"""How much more another tempo must be believed before it is taken for the one that was."""

_HABITS: dict[int, tuple[float, ...]] = {
    4: (0.78, 0.03, 0.28, 0.07),
    6: (0.95, 0.03, 0.56, 0.06, 0.88, 0.05),
}
"""Share of beats of so many sixteenths in which people begin a note on each of them: in 108,000
beats of tunes in 4/4 and 3/4, and 10,000 in 6/8; our count."""


@dataclass(frozen=True, slots=True)
class Beat:
    """A beat lies at `at_ns`, and the next one `period_ns` later."""

    at_ns: float
    period_ns: float


class BeatTracker:
    """What is believed of the beat. It changes at onsets alone, so that silence holds the tempo."""

    def __init__(self, tempo_bpm: float, steps: int) -> None:
        """Told a tempo in beats a minute, and the sixteenths of a beat, 4 or 6."""
        count = ceil(log(FASTEST_BPM / SLOWEST_BPM) / log(_RATIO)) + 1
        bpm = SLOWEST_BPM * _RATIO ** np.arange(count)
        self._period_s = 60.0 / bpm
        self._places = _Places(steps, self._period_s)
        usual = _bell(np.log2(bpm / _USUAL_BPM), _USUAL_OCTAVES)
        told = _bell(np.log2(bpm / tempo_bpm), _TOLD_OCTAVES)
        tempo = (1 - _TOLD) * usual + _TOLD * told
        self._prior = _scaled(tempo[:, None] * self._places.hit)
        """(tempos, phases), as `_belief`."""
        self._belief = self._prior
        self._best = int(np.argmax(tempo))
        self._heard_ns: Nanos | None = None

    def hear(self, at_ns: Nanos, place: float) -> None:
        """A note began, `place` of a beat (0 to 1) after one of the grid in force."""
        if self._heard_ns is None:
            self._belief = self._begun(place)
        elif at_ns - self._heard_ns < _TOGETHER_NS:
            return
        else:
            gap_s = (at_ns - self._heard_ns) / 1e9
            moved = self._run_on(gap_s) + _ANEW * self._prior
            self._belief = _scaled(moved * self._places.likelihood(gap_s))
        self._heard_ns = at_ns

    def beat(self) -> Beat | None:
        """The beat that is believed most; None before the first onset."""
        if self._heard_ns is None:
            return None
        self._best = self._best_tempo()
        rows = slice(max(self._best - 3, 0), self._best + 4)
        near = self._belief[rows]
        by_tempo = near.sum(axis=1)
        period_s = float(by_tempo @ self._period_s[rows] / by_tempo.sum())
        phase = _peak(near.sum(axis=0)) / _PHASES
        return Beat(self._heard_ns - phase * period_s * 1e9, period_s * 1e9)

    def _begun(self, place: float) -> Floats:
        """The belief at the first onset."""
        share, width = _AT_ONCE
        apart = (_phases() - place + 0.5) % 1.0 - 0.5
        on_grid = self._prior.sum(axis=1)[:, None] * _bell(apart, width)
        return (1 - share) * self._prior + share * _scaled(on_grid)

    def _run_on(self, gap_s: float) -> Floats:
        """Every tempo runs on by its own beats; what lies between two of them blurs it."""
        beats = (gap_s / self._period_s)[:, None]
        wave = 2 * pi * np.arange(_PHASES // 2 + 1)
        blur = beats * log(_RATIO) / 12**0.5  # deviation within a stretch of that length
        shift = np.exp(-1j * beats * wave - 0.5 * (blur * wave) ** 2)
        moved = np.fft.irfft(np.fft.rfft(self._belief, axis=1) * shift, _PHASES, axis=1)
        return _drifted(np.maximum(moved, 0.0), beats)

    def _best_tempo(self) -> int:
        by_tempo = np.convolve(self._belief.sum(axis=1), np.ones(5), "same")
        best, low = int(np.argmax(by_tempo)), max(self._best - 2, 0)
        if by_tempo[best] > _SURER * by_tempo[self._best]:
            return best
        return low + int(np.argmax(by_tempo[low : self._best + 3]))


class _Places:
    """Where in a beat people begin notes, and what it says that they passed places over."""

    def __init__(self, steps: int, period_s: Floats) -> None:
        self._steps = steps
        self._beats_a_s = 1 / period_s[:, None]
        habit = np.array(_HABITS[steps])
        missed = -_WEIGHT * np.log1p(-habit)
        self._whole = float(missed.sum())
        self._passed = np.concatenate([[0.0], np.cumsum(missed)])
        apart = np.abs(_phases()[:, None] - np.arange(steps + 1) / steps)
        beside = apart * period_s[:, None, None] / _BESIDE_S
        peaks = np.exp(-0.5 * beside**2) / (_BESIDE_S * (2 * pi) ** 0.5)
        self.hit = peaks @ np.append(habit, habit[0]) ** _WEIGHT + _STRAY * self._beats_a_s
        """(tempos, phases) density of an onset, a second, where no place was passed over."""

    def likelihood(self, gap_s: float) -> Floats:
        """(tempos, phases) of an onset, so long after the one before."""
        before = self._nearest(_phases() - gap_s * self._beats_a_s)
        passed = self._cost(self._nearest(_phases())) - self._cost(before + 1)
        return self.hit * np.exp(-np.clip(passed, 0.0, _SILENCE_BEATS * self._whole))

    def _nearest(self, phase: Floats) -> NDArray[np.intp]:
        """The nearest sixteenth, counted on through the beats."""
        return np.rint(phase * self._steps).astype(np.intp)

    def _cost(self, place: NDArray[np.intp]) -> Floats:
        """Of passing over all from the beginning of beat 0 to before a place, in nats."""
        beat, within = np.divmod(place, self._steps)
        return beat * self._whole + self._passed[within]


def _phases() -> Floats:
    return np.arange(_PHASES) / _PHASES


def _drifted(belief: Floats, beats: Floats) -> Floats:
    """A belief whose tempos have changed a little, each to both sides."""
    variance = beats * (_DRIFT / log(_RATIO)) ** 2
    aside = np.minimum(variance / 2, 1 / 3) * belief
    belief = belief - 2 * aside
    belief[1:] += aside[:-1]
    belief[:-1] += aside[1:]
    return belief


def _peak(belief: Floats) -> float:
    """The place about which most of a belief on a circle lies, between its bins too."""
    width = _PHASES // 16
    ring = np.concatenate([belief[-width:], belief, belief[:width]])
    top = int(np.argmax(np.convolve(ring, np.ones(2 * width + 1), "valid")))
    about = np.arange(top - 2 * width, top + 2 * width + 1)
    weight = belief[about % _PHASES]
    return float(about @ weight / weight.sum())


def _bell(apart: Floats, deviation: float) -> Floats:
    return _scaled(np.exp(-0.5 * (apart / deviation) ** 2))


def _scaled(belief: Floats) -> Floats:
    return belief / belief.sum()
