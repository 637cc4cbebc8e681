"""Habit: what people would play here, whatever the knobs say, as a log-likelihood of each action.

Three parts, all counted in people's tunes: whether a note begins, is held or gives way to a rest at
this sixteenth of the bar and this age of the note; where the line goes from its place in the key
after the interval before; and whether it answers what was played some bars ago (rewards.form). No
chord has a say: harmony is the policy's to hear. Timing and line are held to as much as rhythm and
smoothness weigh against what they usually weigh, so that these knobs turn the habit of their name.

A policy draws from softmax(w . Q / temperature + habit): of all ways to play, the one that earns
the most for so much departure from people (control against a passive dynamics: Todorov 2009; in
music Jaques et al. 2017). Without habit, what is drawn beside the best is noise: notes of a policy
cost 3.7 bits under a trigram of people's tunes, where people's cost 2.9.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.actions import HOLD, ONSET, Actions
from melodyrl.core.policy.presets import Preset
from melodyrl.core.policy.state import NONE, BoolArray, Context, FloatArray, Melody
from rewards import form, rhythm, smoothness
from rewards.preference import usual
from rewards.tables import numbers

RAREST = np.float32(1e-4)
"""Chance of what people never do: a habit is no prohibition."""

LINE, TIMING = 2, 3
"""Powers of a weight against the usual one: how far the two knobs turn their habit. At 1 the mean
interval hardly fell below 2.2 semitones, and no more than .77 of the notes fell on the beat."""

RETURNS = np.float32(1.5 * np.log(2.0) / form.SHARE)
"""Nats to a reward of form: half as much again as its log ratio. At that ratio itself as many bars
came back as people bring back only where the rest of the line was stiff."""


def habit(
    melody: Melody,
    context: Context,
    density_B: FloatArray,
    w: FloatArray,
    judgement: FloatArray,
    mask: BoolArray,
    preset: Preset,
) -> FloatArray:
    """Nats for each legal action (B, A), up to a constant of each lane; others are of no use.

    density_B is the wanted density in onsets a beat, w (K,) or (B, K) the weights of the terms,
    judgement (B, A, K) the rewards of `judge`, mask (B, A) what is legal.
    """
    actions, terms = preset.actions, preset.terms
    held_to = np.atleast_2d(w / usual(terms))
    notes = np.log(_moves(melody, context, mask[:, actions.first_pitch :], actions) + RAREST)
    notes *= held_to[:, [terms.index("smoothness")]] ** LINE * _in_key(context)[:, None]
    if actions.hold is None:
        return notes
    events = np.log(_events(melody, context, density_B, mask, actions) + RAREST)
    nats = (events * held_to[:, [terms.index("rhythm")]] ** TIMING)[:, actions.kinds]
    nats[:, actions.first_pitch :] += notes
    nats += RETURNS * judgement[..., terms.index("form")]
    return nats


def _moves(melody: Melody, context: Context, legal: BoolArray, actions: Actions) -> FloatArray:
    """Chance of each legal pitch (B, P), where a note begins; all alike for the first."""
    before, last = melody.recent[:, -2].astype(np.int16), melody.recent[:, -1].astype(np.int16)
    moved = np.where((before == NONE) | (last == NONE), NONE, last - before)
    row = _move_table()[context.minor.astype(np.intp), last % 12, smoothness.classes(moved)]
    away = np.clip(actions.pitches - last[:, None], -smoothness.WIDEST, smoothness.WIDEST)
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
    melody: Melody, context: Context, density_B: FloatArray, mask: BoolArray, actions: Actions
) -> FloatArray:
    """Chance that a note begins, is held, or gives way to a rest, (B, 3)."""
    meter = (context.bar_steps == 12).astype(np.intp)
    closes = (context.bar % 4 == 3).astype(np.intp)
    table, rate = _event_table()
    chance = table[meter, closes, context.step, rhythm.age_class(melody.age)]
    chance[:, ONSET] *= density_B / rate
    chance[:, HOLD] *= mask[:, actions.hold]
    return _shares(chance)


def _shares(chance: NDArray[np.floating]) -> FloatArray:
    total = np.maximum(chance.sum(axis=1, keepdims=True), 1e-12)
    return np.asarray(chance / total, np.float32)


@cache
def _move_table() -> FloatArray:
    """(2, 12, 8, 27) by mode, pitch class left, class of the interval before, and interval."""
    return smoothness.chances().astype(np.float32)


@cache
def _event_table() -> tuple[FloatArray, float]:
    """(2, 2, 16, 8, 3) as rewards.rhythm counts; and people's onsets a beat."""
    counts = numbers("rhythm", "human")
    rate = 4.0 * counts[..., ONSET].sum(dtype=np.float64) / counts.sum(dtype=np.float64)
    return rhythm.chances(counts).astype(np.float32), float(rate)
