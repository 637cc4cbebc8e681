"""What the network sees: every quantity that a reward reads, written as numbers near 1.

The table of each preset says what its lanes are told; the layout of a checkpoint is the hash
of that table, so a network is never fed numbers that mean something else.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy import layout as layouts
from melodyrl.core.policy.actions import EIGHT_BAR_ACTIONS
from melodyrl.core.policy.line import OFFSETS, code
from melodyrl.core.policy.presets import Preset
from melodyrl.core.policy.state import (
    AGE_CAP,
    BARS,
    NONE,
    PAST,
    WINDOW,
    BoolArray,
    Context,
    FloatArray,
    Melody,
    place,
    spot,
)
from rewards import diversity, form, rhythm

VERSION = 2
"""Raised when a feature keeps its name and width but changes its meaning."""

WIDEST = 12
"""Semitones: wider intervals share the last place of their one-hot."""

EIGHT_BAR_CHORDS = 8
"""Chords of an eight-bar episode, all of them given: who knew the next one alone could not reach
more than 97 % of the optimum (measured; the best melody turns early to where it must go)."""

ECHOES = 6
"""Sixteenths, from this one on, whose onsets of one, two and four bars ago are shown."""

AGES = 17
"""Ages 0 to 16 have a place each; older notes share the last, and log_age tells them apart."""

BITS_SCALE = np.float32(3.0)
"""Bits of surprise for which a feature is 1."""

PITCH_SCALE = np.float32(24.0)
"""Semitones for which a pitch feature is 1."""

Write = Callable[[NDArray[np.float32], Melody, Context, FloatArray], None]
"""Writes one feature, (B, width) of zeros, in place."""


def observe(melody: Melody, context: Context, density_B: FloatArray, preset: Preset) -> FloatArray:
    """Features of each lane, (B, D). density_B is the wanted density in onsets a beat."""
    features = np.zeros((melody.lanes, size(preset)), np.float32)
    for where, write in _WRITERS[preset.name]:
        write(features[:, where], melody, context, density_B)
    return features


def observe_harmony(
    features: FloatArray, melody: Melody, context: Context, density_B: FloatArray, preset: Preset
) -> None:
    """Write the features (B, D) that the chord has a say in, in place."""
    for where, write in _OF_CHORDS[preset.name]:
        write(features[:, where], melody, context, density_B)


def observe_density(
    features: FloatArray, melody: Melody, context: Context, density_B: FloatArray, preset: Preset
) -> None:
    """Write the features (B, D) that the wanted density has a say in, in place."""
    for where, write in _OF_DENSITY[preset.name]:
        write(features[:, where], melody, context, density_B)


def layout(preset: Preset) -> dict[str, slice]:
    """Where each feature lies in an observation."""
    return layouts.slices(_FEATURES[preset.name])


def bits(preset: Preset) -> BoolArray:
    """(D,) which features are only ever 0 or 1."""
    return np.concatenate(
        [np.full(width, name in _BITS) for name, width, _ in _FEATURES[preset.name]]
    )


def size(preset: Preset) -> int:
    """Number D of features."""
    return _SIZES[preset.name]


def layout_hash(preset: Preset) -> str:
    """Sixteen hex digits that change when the observation does."""
    return layouts.fingerprint(VERSION, preset.name, _FEATURES[preset.name])


def _chord(out: FloatArray, melody: Melody, context: Context, density_B: FloatArray) -> None:
    out[:] = context.chord


def _next_chord(out: FloatArray, melody: Melody, context: Context, density_B: FloatArray) -> None:
    out[:] = context.next_chord


def _coming(out: FloatArray, melody: Melody, context: Context, density_B: FloatArray) -> None:
    known = context.coming.reshape(len(out), -1)
    out[:, : known.shape[1]] = known


def _previous_chord(out: FloatArray, melody: Melody, context: Context, _: FloatArray) -> None:
    out[:] = context.previous_chord


def _scale(out: FloatArray, melody: Melody, context: Context, density_B: FloatArray) -> None:
    out[:] = context.scale


def _bass(out: FloatArray, melody: Melody, context: Context, density_B: FloatArray) -> None:
    out[:] = _ONE_OF_12.take(context.bass, axis=0)


def _chord_age(out: FloatArray, melody: Melody, context: Context, density_B: FloatArray) -> None:
    out[:, 0] = _LOG_AGE.take(context.chord_age, mode="clip")


def _flags(out: FloatArray, melody: Melody, context: Context, density_B: FloatArray) -> None:
    out[:, 0] = context.chord_changed
    out[:, 1] = context.minor
    out[:, 2] = context.bar_steps == 12
    out[:, 3] = context.final
    out[:, 4] = melody.pending
    out[:, 5] = melody.sounding


def _step(out: FloatArray, melody: Melody, context: Context, density_B: FloatArray) -> None:
    _one_hot(out, context.step)


def _level(out: FloatArray, melody: Melody, context: Context, density_B: FloatArray) -> None:
    _one_hot(out, context.level)


def _bar(out: FloatArray, melody: Melody, context: Context, density_B: FloatArray) -> None:
    _one_hot(out, context.bar)


def _quarter(out: FloatArray, melody: Melody, context: Context, density_B: FloatArray) -> None:
    _one_hot(out, context.bar * np.int16(4) + context.step // 4)


def _cadence(out: FloatArray, melody: Melody, context: Context, density_B: FloatArray) -> None:
    out[:, 0] = melody.pending
    out[:, 1] = context.final


def _pitches(out: FloatArray, melody: Melody, context: Context, density_B: FloatArray) -> None:
    known = melody.recent != NONE
    out[:, :WINDOW] = np.where(known, melody.recent / PITCH_SCALE, 0.0)
    out[:, WINDOW:] = known


def _last_class(out: FloatArray, melody: Melody, context: Context, density_B: FloatArray) -> None:
    last = melody.recent[:, -1]
    out[:] = _ONE_OF_12.take(np.where(last == NONE, -1, last % 12), axis=0)


def _intervals(out: FloatArray, melody: Melody, context: Context, density_B: FloatArray) -> None:
    """The last interval and the one before it."""
    after, before = melody.recent[:, :-3:-1], melody.recent[:, -2:-4:-1]
    moved = _within(WIDEST, np.subtract(after, before, dtype=np.int16))
    # The earlier of the two notes is the one that can be missing alone.
    places = (moved[:, :, None] == _PLACES) & (before != NONE)[:, :, None]
    out[:] = places.reshape(len(out), -1)


def _surprise(out: FloatArray, melody: Melody, context: Context, density_B: FloatArray) -> None:
    """How much each pitch class would surprise: what the diversity reward reads."""
    out[:] = diversity.surprise(melody.recent[:, None, 1:], _CLASSES) / BITS_SCALE


def _degrees(out: FloatArray, melody: Melody, context: Context, density_B: FloatArray) -> None:
    """The last seven notes, newest last, each one of seven degrees."""
    recent = melody.recent[:, 1:, None]
    is_degree = recent == EIGHT_BAR_ACTIONS.offsets.astype(np.int8)
    out[:] = is_degree.reshape(len(out), -1)


def _degree_surprise(out: FloatArray, melody: Melody, _: Context, density_B: FloatArray) -> None:
    degrees = EIGHT_BAR_ACTIONS.offsets
    out[:] = diversity.surprise(melody.recent[:, None, 1:], degrees) / BITS_SCALE


def _age(out: FloatArray, melody: Melody, context: Context, density_B: FloatArray) -> None:
    _one_hot(out, np.minimum(melody.age, AGES - 1))


def _log_age_of_note(out: FloatArray, melody: Melody, _: Context, density_B: FloatArray) -> None:
    out[:, 0] = _LOG_AGE.take(melody.age)


def _density(out: FloatArray, melody: Melody, context: Context, density_B: FloatArray) -> None:
    out[:, 0] = melody.density
    out[:, 1] = density_B


def _since(out: FloatArray, melody: Melody, context: Context, density_B: FloatArray) -> None:
    _one_hot(out, np.minimum(melody.since, AGES - 1))


def _gaps(out: FloatArray, melody: Melody, context: Context, density_B: FloatArray) -> None:
    out[:] = melody.gaps / np.float32(2.0)


def _answers(out: FloatArray, melody: Melody, context: Context, density_B: FloatArray) -> None:
    """Class of the run at each distance."""
    run = form.RUN_CLASS[melody.answers]
    out[:] = (run[:, :, None] == _RUN_CLASSES).reshape(len(out), -1)


def _echoes(out: FloatArray, melody: Melody, context: Context, density_B: FloatArray) -> None:
    """Whether a note began then (-1: unheard), how far above the last note, and its move."""
    moment: NDArray[np.intp] = (context.bar_steps == 12) * np.intp(PAST) + place(context)
    spots = spot(_AHEAD.take(moment, axis=0))
    past, width = melody.past.take(spots), spots.shape[1]
    began, last = past > form.UNHEARD, melody.recent[:, -1:]
    up = np.subtract(past, last, dtype=np.int16) * (began & (last != NONE))
    out[:, :width] = began
    out[:, :width] -= past == form.UNHEARD
    out[:, width : 2 * width] = up / np.float32(WIDEST)
    out[:, 2 * width :] = _MOVE.take(code(melody.past_move.take(spots))) * began


def _one_hot(out: FloatArray, place: np.ndarray) -> None:
    out[np.arange(len(place)), place] = 1.0


def _within(most: int, values: np.ndarray) -> np.ndarray:
    return np.maximum(np.minimum(values, most), -most)


def _ahead() -> NDArray[np.intp]:
    """Places in `Melody.past` that are shown, by 4/4 or 3/4 and by place, (2 * 128, 3 * ECHOES)."""
    bar_steps = np.array([16, 12])[:, None, None, None]
    bar, lag = np.arange(BARS)[:, None, None, None], np.array(form.LAGS)[:, None]
    ahead, step = np.divmod(np.arange(16)[:, None, None] + np.arange(ECHOES), bar_steps)
    places = (bar + ahead[:, None] - lag) % BARS * 16 + step[:, None]
    return places.reshape(2 * PAST, -1)


def _moves() -> FloatArray:
    """What is shown of a move, by its code; without one, more than of any."""
    steps = _within(2, OFFSETS / np.float32(7.0))
    return np.where(OFFSETS == form.NONE, np.float32(3.0), steps)


_CLASSES = np.arange(12, dtype=np.int8)
_PLACES = np.arange(-WIDEST, WIDEST + 1, dtype=np.int16)
_RUN_CLASSES = np.arange(form.CLASSES)
_ONE_OF_12 = np.eye(13, 12, dtype=np.float32)  # the last row, also -1, is none of them
_AHEAD, _MOVE = _ahead(), _moves()
_LOG_AGE = np.log2(1.0 + np.arange(AGE_CAP + 1)) / np.log2(1.0 + AGE_CAP)  # 0 to 1

_FEATURES: dict[str, tuple[tuple[str, int, Write], ...]] = {
    "eight-bar": (
        ("chord", 12, _chord),
        ("next_chord", 12, _next_chord),
        ("coming", 12 * (EIGHT_BAR_CHORDS - 2), _coming),
        ("quarter", 32, _quarter),
        ("level", 5, _level),
        ("cadence", 2, _cadence),
        ("degrees", 49, _degrees),
        ("degree_surprise", 7, _degree_surprise),
    ),
    "full": (
        ("chord", 12, _chord),
        ("bass", 12, _bass),
        ("chord_age", 1, _chord_age),
        ("next_chord", 12, _next_chord),
        ("previous_chord", 12, _previous_chord),
        ("scale", 12, _scale),
        ("flags", 6, _flags),
        ("step", 16, _step),
        ("level", 5, _level),
        ("bar", 8, _bar),
        ("pitches", 2 * WINDOW, _pitches),
        ("last_class", 12, _last_class),
        ("intervals", 2 * (2 * WIDEST + 1), _intervals),
        ("surprise", 12, _surprise),
        ("age", AGES, _age),
        ("log_age", 1, _log_age_of_note),
        ("density", 2, _density),
        ("since", AGES, _since),
        ("gaps", rhythm.GAP_CLASSES, _gaps),
        ("answers", len(form.LAGS) * form.CLASSES, _answers),
        ("echoes", 3 * len(form.LAGS) * ECHOES, _echoes),
    ),
}

_BITS = frozenset(
    {
        "chord",
        "bass",
        "next_chord",
        "coming",
        "previous_chord",
        "scale",
        "flags",
        "step",
        "level",
        "bar",
        "quarter",
        "cadence",
        "last_class",
        "intervals",
        "degrees",
        "age",
        "since",
        "answers",
    }
)

_SIZES = {name: sum(width for _, width, _ in table) for name, table in _FEATURES.items()}

_WRITERS = {
    name: [
        (where, write)
        for where, (*_, write) in zip(layouts.slices(table).values(), table, strict=True)
    ]
    for name, table in _FEATURES.items()
}


def _those_of(*writes: Write) -> dict[str, list[tuple[slice, Write]]]:
    """Some of the writers of each preset."""
    return {name: [each for each in table if each[1] in writes] for name, table in _WRITERS.items()}


_OF_CHORDS = _those_of(_chord, _next_chord, _coming, _previous_chord, _bass, _chord_age, _flags)
_OF_DENSITY = _those_of(_density)
