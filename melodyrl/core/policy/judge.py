"""The reward of every action, now: one function for the environment, the learner and the player."""

import numpy as np

from melodyrl.core.policy.actions import Actions
from melodyrl.core.policy.presets import Preset
from melodyrl.core.policy.state import NONE, Context, FloatArray, Melody, move, then
from rewards import diversity, form, guard, harmony, register, rhythm, smoothness

STEP_SHARE = np.float32(0.25)
"""What a sixteenth of a held note pays of its harmony. An onset pays in full, as the other terms
of an onset do: at a quarter of it, the best melodies leapt over their chords (chord tones on strong
beats .67)."""


ONSET_COST = np.float32(0.32)
"""Taken off the harmony of an onset where notes can be held: what it comes to on lead sheets, so
that neither haste nor sloth is paid for by itself."""


def judge(melody: Melody, context: Context, density_B: FloatArray, preset: Preset) -> FloatArray:
    """Reward vector of each action in each lane, (B, A, K), each term in [-1, 1].

    density_B is the wanted density in onsets a beat; only the full preset reads it. The terms
    are preset.terms. Harmony is paid when a note begins and a little for each sixteenth that it is
    held, rhythm for each decision, the other terms for each note that begins.
    """
    actions, terms = preset.actions, preset.terms
    judged = np.zeros((melody.lanes, actions.count, len(terms)), np.float32)
    notes = judged[:, actions.first_pitch :]
    notes[..., terms.index("harmony")] = _onset_harmony(melody, context, preset)
    offsets = actions.pitches[None, :].astype(np.int16)
    window = melody.recent[:, None, 1:]
    notes[..., terms.index("smoothness")] = _smoothness(melody, context, offsets)
    notes[..., terms.index("diversity")] = diversity.novelty(window, offsets)
    notes[..., terms.index("guard")] = _guard(window, offsets, preset)
    if actions.hold is not None:
        held = _held_harmony(melody, context) * STEP_SHARE
        judged[:, actions.hold, terms.index("harmony")] = held
        events = _rhythm(melody, context, density_B)
        judged[..., terms.index("rhythm")] = events[:, actions.kinds]
        judged[..., terms.index("form")] = _form(melody, context, actions)
    return judged


def _guard(window: np.ndarray, offsets: np.ndarray, preset: Preset) -> FloatArray:
    """Against tricks, and with three octaves to stray in also against the edges of the voice."""
    against = guard.guard(window, offsets)
    return np.maximum(against + register.register(offsets), -1.0) if preset.is_full else against


def _onset_harmony(melody: Melody, context: Context, preset: Preset) -> FloatArray:
    actions = preset.actions
    pitch_class = actions.pitches % 12
    earned = harmony.onset(
        np.take(context.chord, pitch_class, axis=1),
        np.take(context.scale, pitch_class, axis=1),
        context.level[:, None],
        _interval(melody.recent[:, -1:], actions.pitches[None, :]),
        melody.pending[:, None],
        context.final[:, None],
        (pitch_class == 0)[None, :],
        context.chord.any(axis=1, keepdims=True),
    )
    return np.maximum(earned - ONSET_COST, -1.0) if preset.is_full else earned


def _held_harmony(melody: Melody, context: Context) -> FloatArray:
    """Harmony of the note that sounds if it is held one more sixteenth, (B,); 0 in silence."""
    lanes = np.arange(melody.lanes)
    pitch_class = melody.recent[:, -1] % 12
    held = harmony.sustain(
        context.chord[lanes, pitch_class],
        context.scale[lanes, pitch_class],
        context.chord_changed,
        context.chord.any(axis=1),
    )
    return np.where(melody.sounding, held, np.float32(0.0))


def _smoothness(melody: Melody, context: Context, offsets: np.ndarray) -> FloatArray:
    before, last = melody.recent[:, -2:-1], melody.recent[:, -1:]
    return smoothness.smoothness(
        context.minor[:, None], last, _interval(before, last), _interval(last, offsets)
    )


def _rhythm(melody: Melody, context: Context, density_B: FloatArray) -> FloatArray:
    """Rhythm of each kind of event in each lane, (B, 3), in the order of actions.ONSET and on."""
    return rhythm.rhythm(
        np.arange(3)[None, :],
        context.step[:, None],
        context.bar_steps[:, None],
        melody.age[:, None],
        melody.density[:, None],
        density_B[:, None],
        (context.bar % 4 == 3)[:, None],
        melody.since[:, None],
        melody.gaps[:, None],
    )


def _form(melody: Melody, context: Context, actions: Actions) -> FloatArray:
    """Form of each action in each lane, (B, A); hold and rest are the same to it."""
    pitch = np.full((melody.lanes, actions.count), form.NONE, np.int16)
    moved = pitch.copy()
    pitch[:, actions.first_pitch :] = actions.pitches
    moved[:, actions.first_pitch :] = move(melody, context, pitch[:, actions.first_pitch :])
    before, before_move = then(melody, context)
    return form.form(melody.answers[:, None], before[:, None], before_move[:, None], pitch, moved)


def _interval(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Semitones from one pitch to the next, NONE where either is."""
    moved = after.astype(np.int16) - before.astype(np.int16)
    return np.where((before == NONE) | (after == NONE), NONE, moved)
