"""Habit: what people would play here, whatever the knobs say, as a log-likelihood of each action.

Three parts, all counted in people's tunes: whether a note begins, is held or gives way to a rest at
this sixteenth of the bar and this age of the note; where the line goes from its place in the key
after the interval before, both as in the feel of the bar, and back to the middle of what was heard;
and what the bar answers (policy.intent), or has begun to (policy.finish).
No chord has a say: harmony is the policy's to hear. Timing and line are held to as much as rhythm
and smoothness weigh against what they usually weigh, so that these knobs turn the habit of their
name.

A policy draws from softmax(w . Q / temperature + habit): of all ways to play, the one that earns
the most for so much departure from people (control against a passive dynamics: Todorov 2009; in
music Jaques et al. 2017). Without habit, what is drawn beside the best is noise: notes of a policy
cost 3.7 bits under a trigram of people's tunes, where people's cost 2.9.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy import feel, manner
from melodyrl.core.policy.actions import HOLD, ONSET
from melodyrl.core.policy.answers import FRESH, MOVED, SAME
from melodyrl.core.policy.finish import finishing
from melodyrl.core.policy.intent import Intent
from melodyrl.core.policy.line import STANDS, alike, spread, stand
from melodyrl.core.policy.presets import FULL
from melodyrl.core.policy.state import BoolArray, Context, FloatArray, Melody, place, spot
from rewards import form, rhythm
from rewards.preference import usual
from rewards.tables import numbers

ACTIONS, TERMS = FULL.actions, FULL.terms
_PITCHES = ACTIONS.pitches.astype(np.int8)
_SMOOTHNESS, _RHYTHM = [TERMS.index("smoothness")], [TERMS.index("rhythm")]

RAREST = np.float32(1e-4)
"""Chance of what people never do: a habit is no prohibition."""

LINE, TIMING = 2.0, 1.5
"""Powers of a weight against the usual one: how far the two knobs turn their habit. At 1 the mean
interval hardly fell below 2.2 semitones."""

DENSITY = 4.0
"""Power of the wanted density against the usual one. At 1 the knob went half as far as it says."""

PLACE = 0.6
"""How much of what the place in the bar says to people is kept with the knobs as usual. The
policy's own rhythm says it too: at 1 notes were syncopated half as often as people's."""

LONGEST = 32
"""Sixteenths that a note is held at most: people hold none for longer (in 690 stretches of eight
bars); over chords with a tone in common it was done."""

KNOWN_BY = 4
"""Notes of the last eight bars that their middle is known by."""

SAME_NOTE, SAME_STEP, SAME_TIME = 10.0, 9.0, 11.0
"""Nats for what makes the answer that a bar is to be: the note that began then, the same step of
the scale from another note, and an onset only where there was one. Ours: with less, bars come back
changed in a note or two more often than people's."""


@dataclass(frozen=True, slots=True, eq=False)
class Leaning:
    """What people would play here, as far as neither chord nor what is legal has a say in it."""

    line: FloatArray
    """(B, 1) how much the line is held to, in a chord of the key."""
    moves: FloatArray
    """(B, P) chance of each pitch, where a note begins."""
    events: FloatArray
    """(B, 3) chance of a note that begins, one that is held, and a rest, up to a common factor."""
    answer: tuple[FloatArray, NDArray[np.float64]] | None
    """Nats of each pitch (B, P) and of an onset (B,), where a bar is answered in any lane."""
    begun: tuple[FloatArray, FloatArray] | None
    """The same, where anything has begun to come back in any lane."""


def habit(
    melody: Melody,
    context: Context,
    density_B: FloatArray,
    w: FloatArray,
    mask: BoolArray,
    intent: Intent,
) -> FloatArray:
    """Nats for each legal action (B, A) of the full preset, up to a constant of each lane.

    density_B is the wanted density in onsets a beat, w (K,) or (B, K) the weights of the terms,
    mask (B, A) what is legal; what is not legal has nats of no use.
    """
    leaning = lean(melody, context, density_B, w, intent)
    return settle(leaning, line_in(leaning, context), mask)


def lean(
    melody: Melody, context: Context, density_B: FloatArray, w: FloatArray, intent: Intent
) -> Leaning:
    """The part of `habit` that can be worked out before the chord and what is legal are known."""
    held_to = np.atleast_2d(w / usual(TERMS))
    timing = PLACE * held_to[:, _RHYTHM] ** TIMING
    stands = stand(melody.recent, context.minor)
    is_answer = bool((intent.answer != FRESH).any())
    own = _middle(melody) + manner.leaning(intent.manner, melody.recent[:, -1], ACTIONS)
    return Leaning(
        held_to[:, _SMOOTHNESS] ** LINE,
        _move_table().take(intent.feel * np.intp(STANDS) + stands, axis=0) * np.exp(own),
        _events(melody, context, intent, density_B, timing),
        _answering(melody, context, intent, stands) if is_answer else None,
        finishing(melody, context, ACTIONS, intent, stands) if melody.answers.any() else None,
    )


def line_in(leaning: Leaning, context: Context) -> FloatArray:
    """How much the line is held to in a chord, (B, 1)."""
    return leaning.line * _in_key(context)[:, None]


def settle(leaning: Leaning, line: FloatArray, mask: BoolArray) -> FloatArray:
    """The rest of `habit`, from what `line_in` says."""
    legal = mask[:, ACTIONS.first_pitch :]
    notes = line * np.log(_shares(leaning.moves * legal) + RAREST)
    events = leaning.events.copy()
    events[:, HOLD] *= mask[:, ACTIONS.hold]
    events = np.log(_shares(events) + RAREST)
    for comes_back in (leaning.answer, leaning.begun):
        if comes_back is not None:
            notes += comes_back[0]
            events[:, ONSET] += comes_back[1]
    nats = events[:, ACTIONS.kinds]
    nats[:, ACTIONS.first_pitch :] += notes - _log_sum(notes, legal)
    return nats


def _middle(melody: Melody) -> FloatArray:
    """Nats of each pitch for its distance from the mean of eight bars, (B, P).

    Without this, eight bars spanned 16.6 semitones on the mean, where people's span 14.2.
    """
    heard = melody.past > form.UNHEARD
    count = heard.sum(axis=1, dtype=np.float32)[:, None]
    mean = (melody.past * heard).sum(axis=1, dtype=np.float32)[:, None] / np.maximum(count, 1.0)
    known = count >= KNOWN_BY
    pull = np.where(known, -numbers("smoothness", "middle"), np.float32(0.0))
    return pull * np.square(_PITCHES - mean)


def _in_key(context: Context) -> FloatArray:
    """Share of the chord's tones that are of the key, (B,); 1 without a chord.

    Where the player leaves the key, the key's habits say less: after a jump by a tritone strong
    beats were out of harmony for eight beats without this, for none with it.
    """
    tones: NDArray[np.intp] = context.chord.sum(axis=1)
    shared: NDArray[np.intp] = (context.chord & context.scale).sum(axis=1)
    return _KEY_SHARES.take(tones * 13 + shared)


def _events(
    melody: Melody,
    context: Context,
    intent: Intent,
    density_B: FloatArray,
    timing: FloatArray,
) -> FloatArray:
    """Chance of a note that begins, one that is held, and a rest, (B, 3), up to a common factor.

    timing (B, 1) is how much of what the place in the bar says to people is kept, 1 as the feel has
    it; the age of the note always counts, so that notes grow neither fewer nor longer where the
    place does not.
    """
    closes = context.bar % 4 == 3
    here = rhythm.place(context.step, context.bar_steps, melody.age, closes)
    of_feels, place_says = _event_tables()
    of_feel = of_feels.take(intent.feel * np.intp(rhythm.PLACES) + here, axis=0)
    chance = np.exp(of_feel + (timing - 1.0) * place_says.take(here, axis=0))
    chance[:, ONSET] *= (density_B / feel.rates().take(intent.feel)) ** DENSITY
    chance[:, HOLD] *= melody.age < LONGEST
    return chance


def _answering(
    melody: Melody, context: Context, intent: Intent, stands: NDArray[np.intp]
) -> tuple[FloatArray, NDArray[np.float64]]:
    """Nats of each pitch (B, P), and of an onset (B,), for the bar that is answered."""
    spots = spot(place(context, intent.lag))
    then, then_move = melody.past.take(spots), melody.past_move.take(spots)
    began, way = then > form.UNHEARD, intent.way
    same, moved = alike(then[:, None], then_move[:, None], stands, ACTIONS)
    again, stepped = same[:, 0] & (way == SAME)[:, None], moved[:, 0] & (way == MOVED)[:, None]
    sign = began.view(np.int8) - (then == form.NONE)
    notes = again * np.float32(SAME_NOTE) + stepped * np.float32(SAME_STEP)
    return notes, SAME_TIME * sign * (way >= SAME)


def _log_sum(nats: FloatArray, legal: BoolArray) -> FloatArray:
    """Logarithm of the sum over what is legal, (B, 1): pitches then share what an onset has."""
    least = np.where(legal, nats, -np.inf)
    most = np.where(legal.any(axis=1), least.max(axis=1), 0.0)[:, None]
    return most + np.log(np.maximum(np.exp(least - most).sum(axis=1, keepdims=True), 1e-12))


def _shares(chance: NDArray[np.floating]) -> FloatArray:
    total = np.maximum(chance.sum(axis=1, keepdims=True), 1e-12)
    return np.asarray(chance / total, np.float32)


@cache
def _move_table() -> FloatArray:
    """Chance of each pitch by feel and where the line stands, ((1 + F) * STANDS, P); 1 at first."""
    return spread(feel.moves(), ACTIONS, first=1.0)


@cache
def _event_tables() -> tuple[FloatArray, FloatArray]:
    """Nats of events by feel and `rhythm.place`, ((1 + F) * PLACES, 3).

    And what the place says of everyone's beyond the age of the note, (PLACES, 3).
    """
    here = np.log(feel.events() + RAREST).astype(np.float32)
    anywhere = np.log(feel.events_anywhere() + RAREST).astype(np.float32)
    return here.reshape(-1, 3), (here[feel.EVERYONE] - anywhere).reshape(-1, 3)


def _key_shares() -> FloatArray:
    """Share of a chord's tones that are of the key, by how many there are and how many are."""
    tones, shared = np.ogrid[:13, :13]
    return np.where(tones > 0, shared / np.maximum(tones, 1), 1.0).astype(np.float32).ravel()


_KEY_SHARES = _key_shares()
