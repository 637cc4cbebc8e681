"""No melody earns more: a certified upper bound on an episode of the full preset.

A relaxation of the episode, solved backward over its sixteenths by dynamic programming. A state
is the last note with the interval that led to it (bound_notes), for how long it has sounded or
been at rest, and the density (bound_density). Harmony with what awaits its resolution, smoothness,
legality, the register, changes of tonic and the place of rhythm are exact; what a state does not
tell is taken at its best: diversity, the guard and rhythm's variety sixteenth by sixteenth, form by
the onset (bound_form).

Proof. Let V(t, s) be the values and f(t, m) form's head start of a melody m, each 0 at the end.
From the last sixteenth back, V(t, state of m) + f(t, m) is at least what can be earned from m on:
each action that is legal for m is open to its state and leads to the state of what m becomes; each
term but form pays m no more than it pays the state; what form pays m above the price of an onset,
which it pays the state, is at most what f falls by; and no function of the density is kept too low.
At the beginning f is 0.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.presets import FULL
from melodyrl.core.policy.state import NONE, Context, Melody
from melodyrl.env.bound_density import FADE, Densities
from melodyrl.env.bound_form import FormBound, form_bound
from melodyrl.env.bound_notes import Notes
from melodyrl.env.lanes import MelodyLanes, follow_tonic
from rewards import form, harmony, register, rhythm

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int_]

OLDEST = len(rhythm.AGE_CLASS) - 1
"""Sixteenths from which on all ages are the same to rhythm."""

ROUNDING = 0.01
"""Added to a bound for the rounding of sums: 300 sixteenths of ten sums below 128, half a unit of
the last of 24 bits each."""


@dataclass(frozen=True, slots=True, eq=False)
class Episode:
    """What the player does in T sixteenths, and what is asked of the melody."""

    context: Context
    """T lanes: one for each sixteenth."""
    shift: NDArray[np.int8]
    """(T + 1,) semitones that the tonic moves up by at a sixteenth."""
    w: Floats
    """(K,) preferences, the same throughout."""
    density: float
    """Onsets a beat that are wanted."""

    @classmethod
    def of(cls, lanes: MelodyLanes, lane: int) -> "Episode":
        """The episode that a lane is in; its preferences must be fixed, as those held out are."""
        length = int(lanes.plan.length[lane])
        plan = lanes.plan.take(np.full(length, lane))
        return cls(
            plan.at(np.arange(length)),
            lanes.plan.shift[lane, : length + 1],
            lanes.w[lane],
            float(lanes.density[lane]),
        )

    @property
    def length(self) -> int:
        """T."""
        return self.context.lanes


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """What can be earned at most from a sixteenth on, form's head start apart."""

    sounding: Floats
    """(OLDEST, Z, D) by the age of the note that sounds, from 1 on, the memory and the density."""
    resting: Floats
    """(OLDEST, Z, D) by the age of the rest."""
    unheard: float
    """Before the first note."""


def upper_bound(episode: Episode) -> float:
    """What no melody over an episode earns more than: an undiscounted sum of w·r."""
    *_, first = Bound(episode).backward()
    return first.unheard + ROUNDING


@dataclass(frozen=True, eq=False)
class Bound:
    """The values of one episode. Shapes: Z memories, C notes that may come next, D densities."""

    episode: Episode

    def backward(self) -> Iterator[Values]:
        """The values at each sixteenth, the last one first."""
        states = OLDEST, len(self.notes.last), len(self.densities.vertices)
        values = Values(np.zeros(states, np.float32), np.zeros(states, np.float32), 0.0)
        for t in reversed(range(self.episode.length)):
            values = self._before(t, self._moved(t + 1, values))
            yield values

    def at(self, t: int, values: Values, melody: Melody) -> float:
        """What a melody (one lane) can earn at most from a sixteenth on."""
        left, distances = self.episode.length - t, np.arange(len(form.LAGS))
        head_start = self._form.head_start[left, distances, melody.answers[0]].sum()
        ahead = float(self._w["form"] * head_start) + ROUNDING
        before, last = melody.recent[:, -2].astype(np.int_), melody.recent[:, -1].astype(np.int_)
        if last[0] == NONE:
            return values.unheard + ahead
        memory = int(self.notes.find(last, np.where(before == NONE, NONE, last - before))[0])
        states = values.sounding if melody.sounding[0] else values.resting
        state = states[min(int(melody.age[0]), OLDEST) - 1, memory]
        return float(self.densities.at(state, float(melody.density[0]))) + ahead

    def _before(self, t: int, after: Values) -> Values:
        """The values at a sixteenth, from those of the next as the pitches are named now."""
        begins, held, rested = self._rhythm(t)
        struck = self.densities.struck(after.sounding[0])
        onset = self._onset(t, struck)
        fading, silent = self.densities.faded(after.sounding), self.densities.faded(after.resting)
        older = np.minimum(np.arange(1, OLDEST + 1), OLDEST - 1)
        sounding: Floats = fading[older] + held[1:, None]
        sounding += self._held(t)[:, None]
        np.maximum(sounding, silent[0] + rested[1:, None], out=sounding)
        np.maximum(sounding, self._awaiting(t, 0, onset) + begins[1:, None], out=sounding)
        resting = silent[older] + rested[1:, None]
        for age in range(1, OLDEST):
            strike = self._awaiting(t, age, onset) + begins[age]
            np.maximum(resting[age - 1], strike, out=resting[age - 1])
        # A rest may be so old that what it awaits is not told.
        np.maximum(resting[-1], onset.max(axis=0) + begins[-1], out=resting[-1])
        unheard = self._unheard(t, after.unheard, struck, begins, rested)
        return Values(sounding, resting, unheard)

    def _onset(self, t: int, struck: Floats) -> Floats:
        """What an onset earns, and all after it, rhythm and form apart, (2, Z, D).

        By whether the last note awaits its resolution; struck (Z, D) are the values after it.
        """
        moved = self.notes.following - self.notes.last[:, None]
        awaits = np.array([False, True])[:, None, None]
        earned = self._notes_w + self._harmony(t, self.notes.following, moved, awaits)
        reached = struck[self.notes.after]
        return np.stack([(reached + each[..., None]).max(axis=1) for each in earned])

    def _harmony(self, t: int, offset: Ints, moved: Ints, awaits: Bools | bool) -> Floats:
        """w·r of harmony of onsets, -inf where they are not legal; shapes broadcast."""
        context, pitch_class = self.episode.context, offset % 12
        earned = harmony.onset(
            harmony.centred(),
            context.chord[t, pitch_class],
            context.scale[t, pitch_class],
            context.level[t],
            moved,
            awaits,
            context.final[t],
            pitch_class == 0,
            context.chord[t].any(),
        )
        value = self._w["harmony"] * earned
        return np.where(self._legal[t, pitch_class], value, -np.inf).astype(np.float32)

    def _held(self, t: int) -> Floats:
        """w·r of harmony of holding the last note of each memory, (Z,)."""
        context, pitch_class = self.episode.context, self.notes.last % 12
        held = harmony.sustain(
            context.chord[t, pitch_class],
            self._awaits(t, 0),
            context.chord_changed[t],
            context.chord[t].any(),
        )
        return self._w["harmony"] * held

    def _awaiting(self, t: int, age: int, onset: Floats) -> Floats:
        """Of onset (2, Z, D), where the last note awaits its resolution and where not, (Z, D)."""
        return np.where(self._awaits(t, age)[:, None], onset[1], onset[0])

    def _awaits(self, t: int, age: int) -> Bools:
        """Whether the last note of each memory awaits its resolution at an age of the rest, (Z,).

        While a note sounds it is judged anew at each chord, so that at age 0 of the rest the
        chord of the sixteenth before tells; later it is that of the sixteenth before the rest.
        """
        judged = t - 1 - age
        if judged < 0:
            return np.zeros(len(self.notes.last), np.bool_)
        chord = self.episode.context.chord[judged]
        return self._as_at(t, judged, chord.any() & ~chord)[self.notes.last % 12]

    def _rhythm(self, t: int) -> tuple[Floats, Floats, Floats]:
        """w·r of beginning, holding and resting, (OLDEST + 1, D) by age; form's price is in it."""
        human = self._human[t][..., None]
        pull = self.densities.pull[[0, 1, 1], None]
        fresh = np.array([rhythm.FRESHEST, 0.0, 0.0], np.float32)[:, None, None]
        value = self._w["rhythm"] * np.maximum(human + pull + fresh, np.float32(-1.0))
        begins, held, rested = value.astype(np.float32)
        bar = t // int(self.episode.context.bar_steps[t])
        return begins + self._w["form"] * self._form.heard(bar), held, rested

    def _unheard(
        self, t: int, later: float, struck: Floats, begins: Floats, rested: Floats
    ) -> float:
        """The value before the first note: to wait until later, or to begin."""
        density = self.densities.wanted * FADE**t
        first = np.flatnonzero(self.notes.interval == NONE)
        pitch, age = self.notes.last[first], min(t, OLDEST)
        earned = self._harmony(t, pitch, np.array(NONE), False)
        earned = earned + self._w["guard"] * register.register(pitch)
        onset = (earned[:, None] + struck[first]).max(axis=0) + begins[age]
        return max(
            float(self.densities.at(onset, density)),
            float(self.densities.at(rested[age], density)) + later,
        )

    def _moved(self, t: int, values: Values) -> Values:
        """The values at a sixteenth by the pitches' names of the one before."""
        if not self.episode.shift[t]:
            return values
        melody = Melody.start(len(self.notes.last))
        melody.recent[:, -1] = self.notes.last
        up = np.repeat(self.episode.shift[t], melody.lanes)
        follow_tonic(melody, up, FULL.actions)
        now = self.notes.find(melody.recent[:, -1], self.notes.interval)
        return Values(values.sounding[:, now], values.resting[:, now], values.unheard)

    def _as_at(self, t: int, then: int, classes: Bools) -> Bools:
        """Pitch classes (12,) above the tonic of then, above the tonic of t."""
        return np.roll(classes, self._tonic[then] - self._tonic[t])

    @cached_property
    def notes(self) -> Notes:
        """The memories of all notes that can be the last at some sixteenth."""
        times = range(self.episode.length)
        heard = np.any([self._as_at(0, t, self._legal[t]) for t in times], axis=0)
        return Notes.of(np.any([self._as_at(t, 0, heard) for t in times], axis=0))

    @cached_property
    def densities(self) -> Densities:
        """The densities that values are kept for."""
        return Densities(self.episode.density)

    @cached_property
    def _w(self) -> dict[str, np.float32]:
        return dict(zip(FULL.terms, self.episode.w.astype(np.float32), strict=True))

    @cached_property
    def _tonic(self) -> NDArray[np.int_]:
        """(T + 1,) semitones above the first tonic."""
        return np.cumsum(self.episode.shift, dtype=np.int_)

    @cached_property
    def _legal(self) -> Bools:
        """(T, 12) pitch classes of the scale or the chord, all where neither is known."""
        known = self.episode.context.scale | self.episode.context.chord
        return known | ~known.any(axis=1, keepdims=True)

    @cached_property
    def _notes_w(self) -> Floats:
        """(Z, C) w·r of a note by the memory alone."""
        return self.notes.judged(self.episode.w, bool(self.episode.context.minor[0]))

    @cached_property
    def _human(self) -> Floats:
        """(T, 3, OLDEST + 1) rhythm where the density is as wanted and no gap has been heard."""
        context = self.episode.context
        human = rhythm.rhythm(
            context.step[:, None],
            context.bar_steps[:, None],
            np.arange(OLDEST + 1),
            self.episode.density,
            self.episode.density,
            (context.bar % 4 == 3)[:, None],
            0,
            np.zeros(rhythm.GAP_CLASSES),
        )
        return human.swapaxes(1, 2)

    @cached_property
    def _form(self) -> FormBound:
        return form_bound(self.episode.length)
