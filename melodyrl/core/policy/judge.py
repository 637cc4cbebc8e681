"""The reward of every action, now: one function for the environment, the learner and the player."""

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from melodyrl.core.policy.actions import Actions
from melodyrl.core.policy.line import OFFSETS, code, interval, kinds, spread, stand, steps
from melodyrl.core.policy.presets import Preset
from melodyrl.core.policy.state import Context, FloatArray, Melody, then
from rewards import diversity, form, guard, harmony, register, rhythm, smoothness


def judge(melody: Melody, context: Context, density_B: FloatArray, preset: Preset) -> FloatArray:
    """Reward vector of each action in each lane, (B, A, K), each term in [-1, 1].

    density_B is the wanted density in onsets a beat; only the full preset reads it. The terms
    are preset.terms. Harmony is paid when a note begins and a little for each sixteenth that it is
    held, rhythm for each decision, the other terms for each note that begins.
    """
    actions, terms = preset.actions, preset.terms
    judged = np.zeros((melody.lanes, actions.count, len(terms)), np.float32)
    notes = judged[:, actions.first_pitch :]
    judge_harmony(judged, melody, context, preset)
    window, stands = melody.recent[:, None, 1:], stand(melody.recent, context.minor)
    notes[..., terms.index("smoothness")] = _smooth(actions).take(stands, axis=0)
    notes[..., terms.index("diversity")] = diversity.novelty(window, actions.pitches)
    notes[..., terms.index("guard")] = _guard(window, preset)
    if actions.hold is not None:
        judge_rhythm(judged, melody, context, density_B, preset)
        judged[..., terms.index("form")] = _form(melody, context, actions, stands)
    return judged


def judge_harmony(judged: FloatArray, melody: Melody, context: Context, preset: Preset) -> None:
    """Write the term harmony of a judgement (B, A, K), the only one that the chord has a say in."""
    actions, term = preset.actions, preset.terms.index("harmony")
    has_chord = context.chord.any(axis=1)
    judged[:, actions.first_pitch :, term] = _onset_harmony(melody, context, preset, has_chord)
    if actions.hold is not None:
        judged[:, actions.hold, term] = _held_harmony(melody, context, has_chord)


def judge_rhythm(
    judged: FloatArray, melody: Melody, context: Context, density_B: FloatArray, preset: Preset
) -> None:
    """Write the term rhythm of a judgement (B, A, K), the only one that the density counts for."""
    events = _rhythm(melody, context, density_B)
    judged[..., preset.terms.index("rhythm")] = events[:, preset.actions.kinds]


def _onset_harmony(
    melody: Melody, context: Context, preset: Preset, has_chord: ArrayLike
) -> FloatArray:
    actions = preset.actions
    moment = harmony.of_moment(context.level, melody.pending, context.final, has_chord)
    note = harmony.of_class(context.chord, context.scale).take(actions.classes, axis=1)
    way = _ways(actions).take(code(melody.recent[:, -1]), axis=0)
    table = harmony.centred() if preset.is_full else harmony.fitted()
    return table.take(note + way + moment[:, None])


def _held_harmony(melody: Melody, context: Context, has_chord: ArrayLike) -> FloatArray:
    """Harmony of the note that sounds if it is held one more sixteenth, (B,); 0 in silence."""
    last = np.arange(0, melody.lanes * 12, 12) + melody.recent[:, -1] % 12
    on_chord, changed = context.chord.take(last), context.chord_changed
    held = harmony.sustain(on_chord, melody.pending, changed, has_chord)
    return np.where(melody.sounding, held, np.float32(0.0))


def _guard(window: NDArray[np.int8], preset: Preset) -> FloatArray:
    """Against tricks, and with three octaves to stray in also against the edges of the voice."""
    against = guard.guard(window, preset.actions.pitches)
    if not preset.is_full:
        return against
    return np.maximum(against + _edges(preset.actions), np.float32(-1.0))


def _rhythm(melody: Melody, context: Context, density_B: FloatArray) -> FloatArray:
    """Rhythm of each kind of event in each lane, (B, 3), in the order of actions.ONSET and on."""
    return rhythm.rhythm(
        context.step,
        context.bar_steps,
        melody.age,
        melody.density,
        density_B,
        context.bar % 4 == 3,
        melody.since,
        melody.gaps,
    )


def _form(
    melody: Melody, context: Context, actions: Actions, stands: NDArray[np.intp]
) -> FloatArray:
    """Form of each action in each lane, (B, A); hold and rest are the same to it."""
    before, before_move = then(melody, context)
    kind = kinds(actions).take(code(before), axis=0)
    move = steps(actions).take(stands, axis=0)
    kind = form.moved(kind, before_move[..., None], move[:, None])
    return form.form(melody.answers, kind)


@cache
def _ways(actions: Actions) -> NDArray[np.int16]:
    """The part `harmony.of_way` of each pitch, by the code of the last note, (256, P)."""
    return harmony.of_way(interval(OFFSETS[:, None], actions.pitches), actions.classes == 0)


@cache
def _smooth(actions: Actions) -> FloatArray:
    """Smoothness of each pitch by where the line stands, (STANDS, P)."""
    return spread(smoothness.fitted(), actions, first=0.0)


@cache
def _edges(actions: Actions) -> FloatArray:
    """What each pitch costs by its register, (P,)."""
    return register.register(actions.pitches)
