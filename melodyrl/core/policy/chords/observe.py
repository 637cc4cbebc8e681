"""What the network sees of a scene: every quantity that a reward reads, as numbers near 1."""

from collections.abc import Callable

import numpy as np

from melodyrl.core.policy import layout
from melodyrl.core.policy.chords.actions import COUNT, QUALITIES, ROOTS, TONES
from melodyrl.core.policy.chords.judge import kinds_of
from melodyrl.core.policy.chords.state import AGE_CAP, NOTES, FloatArray, Scene
from rewards import fit, loops, pace, returns

VERSION = 1
"""Raised when a feature keeps its name and width but changes its meaning."""

PAST = 4
"""Chords before the present one whose tones are shown; of older ones only their distance."""

PROFILE_SCALE = np.float32(2.0)

Write = Callable[[FloatArray, Scene], None]
"""Writes one feature, (B, width) of zeros, in place."""


def observe(scene: Scene) -> FloatArray:
    """Features of each lane, (B, D)."""
    features = np.zeros((scene.lanes, SIZE), np.float32)
    for name, _, write in _FEATURES:
        write(features[:, LAYOUT[name]], scene)
    return features


def layout_hash() -> str:
    """Sixteen hex digits that change when the observation does."""
    return layout.fingerprint(VERSION, "chords", _FEATURES)


def _one_hot(out: FloatArray, place: np.ndarray) -> None:
    """A 1 at each place; a negative place leaves its row empty."""
    known = np.flatnonzero(place >= 0)
    out[known, place[known]] = 1.0


def _sounding(out: FloatArray, scene: Scene) -> None:
    _one_hot(out, scene.sounding)


def _recent(out: FloatArray, scene: Scene) -> None:
    notes = scene.recent[:, -NOTES:, None] == np.arange(12, dtype=np.int8)
    out[:] = notes.reshape(len(out), -1)


def _short(out: FloatArray, scene: Scene) -> None:
    out[:] = scene.short * PROFILE_SCALE


def _long(out: FloatArray, scene: Scene) -> None:
    out[:] = scene.long * PROFILE_SCALE


def _note(out: FloatArray, scene: Scene) -> None:
    out[:, 0] = scene.on_beat
    out[:, 1] = np.log2(1.0 + scene.note_age) / np.log2(1.0 + AGE_CAP)
    out[:, 2] = scene.note_age == 0
    out[:, 3] = scene.late


def _chord(out: FloatArray, scene: Scene) -> None:
    _one_hot(out, scene.chord)


def _tones(out: FloatArray, scene: Scene) -> None:
    out[:] = TONES[scene.chord]


def _root(out: FloatArray, scene: Scene) -> None:
    _one_hot(out, np.where(scene.chord < 0, -1, ROOTS[scene.chord]))


def _quality(out: FloatArray, scene: Scene) -> None:
    _one_hot(out, np.where(scene.chord < 0, -1, QUALITIES[scene.chord]))


def _past(out: FloatArray, scene: Scene) -> None:
    before = scene.chords[:, -1 - PAST : -1]
    out[:] = TONES[before].reshape(len(out), -1)


def _distances(out: FloatArray, scene: Scene) -> None:
    """Of each chord of the table, how long ago it sounded: 1 the last change, 0 none of eight."""
    rows = np.arange(COUNT, dtype=np.int8)[None]
    away = loops.distance(scene.chords[:, None], rows)
    out[:] = (loops.NEW - away) / np.float32(loops.WINDOW)


def _turns(out: FloatArray, scene: Scene) -> None:
    """Of each chord, what a change to it would be to the piece: 0 new, 1 the turn taken last."""
    out[:] = kinds_of(scene) / np.float32(returns.LAST)


def _loop(out: FloatArray, scene: Scene) -> None:
    out[:, 0] = scene.run / np.float32(4.0)
    _one_hot(out[:, 1:], scene.period - 2)


def _age(out: FloatArray, scene: Scene) -> None:
    _one_hot(out, pace.AGE_CLASS[scene.age])


def _log_age(out: FloatArray, scene: Scene) -> None:
    out[:, 0] = np.log2(1.0 + scene.age) / np.log2(1.0 + pace.OLDEST)


def _step(out: FloatArray, scene: Scene) -> None:
    _one_hot(out, scene.step)


def _level(out: FloatArray, scene: Scene) -> None:
    _one_hot(out, scene.level)


def _bar(out: FloatArray, scene: Scene) -> None:
    _one_hot(out, scene.bar)


def _meter(out: FloatArray, scene: Scene) -> None:
    out[:, 0] = scene.bar_steps == 12


_FEATURES: tuple[tuple[str, int, Write], ...] = (
    ("sounding", 12, _sounding),
    ("recent", 12 * NOTES, _recent),
    ("short", 12, _short),
    ("long", 12, _long),
    ("note", 4, _note),
    ("chord", COUNT, _chord),
    ("tones", 12, _tones),
    ("root", 12, _root),
    ("quality", len(fit.QUALITIES), _quality),
    ("past", 12 * PAST, _past),
    ("distances", COUNT, _distances),
    ("turns", COUNT, _turns),
    ("loop", loops.WINDOW, _loop),
    ("age", int(pace.AGE_CLASS.max()) + 1, _age),
    ("log_age", 1, _log_age),
    ("step", 16, _step),
    ("level", 5, _level),
    ("bar", 8, _bar),
    ("meter", 1, _meter),
)

LAYOUT = layout.slices(_FEATURES)
"""Where each feature lies in an observation."""

SIZE = sum(width for _, width, _ in _FEATURES)
"""Number D of features."""
