"""Habit: what people would play here, whatever the knobs say, as a log-likelihood of each action.

Three parts, all counted in people's tunes: whether a note begins, is held or gives way to a rest at
this sixteenth of the bar and this age of the note; where the line goes from its place in the key
after the interval before, both as in the feel of the bar; and what the bar answers (policy.intent).
No chord has a say: harmony is the policy's to hear. Timing and line are held to as much as rhythm
and smoothness weigh against what they usually weigh, so that these knobs turn the habit of their
name.

A policy draws from softmax(w . Q / temperature + habit): of all ways to play, the one that earns
the most for so much departure from people (control against a passive dynamics: Todorov 2009; in
music Jaques et al. 2017). Without habit, what is drawn beside the best is noise: notes of a policy
cost 3.7 bits under a trigram of people's tunes, where people's cost 2.9.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy import feel
from melodyrl.core.policy.actions import HOLD, ONSET
from melodyrl.core.policy.intent import FRESH, MOVED, SAME, Intent
from melodyrl.core.policy.presets import FULL
from melodyrl.core.policy.state import NONE, BoolArray, Context, FloatArray, Melody, move, place
from rewards import form, rhythm, smoothness
from rewards.preference import usual

ACTIONS, TERMS = FULL.actions, FULL.terms
_PITCHES = ACTIONS.pitches.astype(np.int16)
_SMOOTHNESS, _RHYTHM = [TERMS.index("smoothness")], [TERMS.index("rhythm")]

RAREST = np.float32(1e-4)
"""Chance of what people never do: a habit is no prohibition."""

LINE, TIMING = 2.0, 1.5
"""Powers of a weight against the usual one: how far the two knobs turn their habit. At 1 the mean
interval hardly fell below 2.2 semitones."""

PLACE = 0.5
"""How much of what the place in the bar says to people is kept with the knobs as usual. The
policy's own rhythm says it too: at 1 notes were syncopated half as often as people's."""

SAME_NOTE, SAME_STEP, SAME_TIME = 7.0, 6.0, 8.0
"""Nats for what makes the answer that a bar is to be: the note that began then, the same step of
the scale from another note, and an onset only where there was one. Ours: with less, bars come back
changed in a note or two more often than people's."""


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
    held_to = np.atleast_2d(w / usual(TERMS))
    line = held_to[:, _SMOOTHNESS] ** LINE * _in_key(context)[:, None]
    timing = PLACE * held_to[:, _RHYTHM] ** TIMING
    legal = mask[:, ACTIONS.first_pitch :]
    notes = line * np.log(_moves(melody, context, intent, legal) + RAREST)
    events = _events(melody, context, intent, density_B, timing, mask)
    if (intent.answer != FRESH).any():
        at_note, at_onset = _answering(melody, context, intent)
        notes += at_note
        events[:, ONSET] += at_onset
    nats = events[:, ACTIONS.kinds]
    nats[:, ACTIONS.first_pitch :] += notes - _log_sum(notes, legal)
    return nats


def _moves(melody: Melody, context: Context, intent: Intent, legal: BoolArray) -> FloatArray:
    """Chance of each legal pitch (B, P), where a note begins; all alike for the first."""
    before, last = melody.recent[:, -2].astype(np.int16), melody.recent[:, -1].astype(np.int16)
    moved = np.where((before == NONE) | (last == NONE), NONE, last - before)
    minor = context.minor.astype(np.intp)
    row = _move_table()[intent.feel, minor, last % 12, smoothness.classes(moved)]
    away = np.clip(ACTIONS.pitches - last[:, None], -smoothness.WIDEST, smoothness.WIDEST)
    chance = np.take_along_axis(row, away + smoothness.WIDEST, axis=1)
    return _shares(np.where((last == NONE)[:, None], 1.0, chance) * legal)


def _in_key(context: Context) -> FloatArray:
    """Share of the chord's tones that are of the key, (B,); 1 without a chord.

    Where the player leaves the key, the key's habits say less: after a jump by a tritone strong
    beats were out of harmony for eight beats without this, for none with it.
    """
    tones = context.chord.sum(axis=1)
    shared = (context.chord & context.scale).sum(axis=1)
    return np.where(tones > 0, shared / np.maximum(tones, 1), 1.0).astype(np.float32)


def _events(
    melody: Melody,
    context: Context,
    intent: Intent,
    density_B: FloatArray,
    timing: FloatArray,
    mask: BoolArray,
) -> FloatArray:
    """Nats of a note that begins, one that is held, and a rest, (B, 3).

    timing (B, 1) is how much of what the place in the bar says to people is kept, 1 as the feel has
    it; the age of the note always counts, so that notes grow neither fewer nor longer where the
    place does not.
    """
    meter = (context.bar_steps == 12).astype(np.intp)
    closes = (context.bar % 4 == 3).astype(np.intp)
    age = rhythm.age_class(melody.age)
    here, anywhere = _event_tables()
    place_says = here[feel.EVERYONE, meter, closes, context.step, age] - anywhere[age]
    of_feel = here[intent.feel, meter, closes, context.step, age]
    chance = np.exp(of_feel + (timing - 1.0) * place_says)
    chance[:, ONSET] *= density_B / feel.rates()[intent.feel]
    chance[:, HOLD] *= mask[:, ACTIONS.hold]
    return np.log(_shares(chance) + RAREST)


def _answering(
    melody: Melody, context: Context, intent: Intent
) -> tuple[FloatArray, NDArray[np.float64]]:
    """Nats of each pitch (B, P), and of an onset (B,), for the bar that is answered."""
    lanes = np.arange(melody.lanes)
    spot = place(context, intent.lag)
    then = melody.past[lanes, spot].astype(np.int16)
    then_move = melody.past_move[lanes, spot].astype(np.int16)
    began, way = then > form.UNHEARD, intent.way
    again = (then[:, None] == _PITCHES) & (began & (way == SAME))[:, None]
    stepped = move(melody, context, np.tile(_PITCHES, (melody.lanes, 1))) == then_move[:, None]
    stepped &= (began & (way == MOVED) & (then_move != form.NONE))[:, None]
    sign = np.where(began, 1.0, np.where(then == form.NONE, -1.0, 0.0)) * (way >= SAME)
    return (SAME_NOTE * again + SAME_STEP * stepped).astype(np.float32), SAME_TIME * sign


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
    """(1 + F, 2, 12, 8, 27), see `feel.moves`."""
    return feel.moves().astype(np.float32)


@cache
def _event_tables() -> tuple[FloatArray, FloatArray]:
    """Nats by place in the bar in each feel, and of everyone wherever in it, see `feel.events`."""
    here, anywhere = np.log(feel.events() + RAREST), np.log(feel.events_anywhere() + RAREST)
    return here.astype(np.float32), anywhere.astype(np.float32)
