"""Harmony: a note against the chord, judged by the metre and by how it is reached and left.

Bounds [-1, 1]. Sources: chord tones by metric strength and the treatment of non-chord tones by
step are the rules of counterpoint; the key's part is after Krumhansl and Kessler (1982), reduced
to tonic, scale and the rest. The amounts are ours, set so that the best melody over a progression
keeps its chord tones where people keep theirs: off-beat passing notes pay about as much as chord
tones, so that always playing the chord is not the optimum.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float32]

NONE = -128
"""The interval of a note that no other precedes."""

SCALE = 1.6
"""A raw score is divided by this: a resolved cadence passes 1 and is clipped, little else does."""

# By metric level: 0 downbeat, 1 strong beat, 2 other beat, 3 eighth off-beat, 4 sixteenth.
CHORD_TONE = np.array([1.0, 1.0, 0.7, 0.6, 0.6], np.float32)
BY_STEP = np.array([-0.8, -0.8, 0.15, 0.5, 0.5], np.float32)
BY_LEAP = np.array([-0.8, -0.8, -0.6, -0.5, -0.5], np.float32)
CHROMATIC = np.float32(-0.8)
"""Added to a non-chord tone that is not in the scale either."""

RESOLVED, UNSETTLED, ABANDONED = np.float32(0.3), np.float32(0.0), np.float32(-0.6)
"""After a non-chord tone: chord tone by step; non-chord tone by step; left by leap or repeated."""

CADENCE = np.float32(1.0)
"""Added at a final note on the tonic; taken off one that is neither tonic nor chord tone."""

KEY_TONIC, KEY_SCALE, KEY_OUTSIDE = np.float32(0.6), np.float32(0.3), np.float32(-0.8)
"""An onset while no chord is heard."""


def onset(
    on_chord: ArrayLike,
    in_scale: ArrayLike,
    level: ArrayLike,
    interval: ArrayLike,
    pending: ArrayLike,
    final: ArrayLike,
    stable: ArrayLike,
    has_chord: ArrayLike,
    profile: ArrayLike | None = None,
) -> FloatArray:
    """Reward of a note that begins, in [-1, 1].

    All shapes broadcast. level is 0..4 from downbeat to sixteenth off-beat; interval is in
    semitones from the note before, NONE without one; pending says that the note before was a
    non-chord tone that still awaits its resolution; stable says that the note is the tonic.
    profile, in [-1, 1], takes the place of the key's part where no chord is heard.
    """
    place = of_moment(level, pending, final, has_chord) + of_class(on_chord, in_scale)
    reward = ONSETS.take(place + of_way(interval, stable))
    if profile is None:
        return reward
    tonic, ends = np.asarray(stable, np.bool_), np.asarray(final, np.bool_)
    alone = np.asarray(profile, np.float32) + _cadence(np.False_, tonic, ends)
    return np.where(has_chord, reward, np.clip(alone, -1.0, 1.0)).astype(np.float32)


def of_moment(
    level: ArrayLike, pending: ArrayLike, final: ArrayLike, has_chord: ArrayLike
) -> NDArray[np.int16]:
    """What a moment adds to a place in ONSETS; arguments as in `onset`."""
    place = (np.asarray(level, np.int16) * 2 + _flag(pending)) * 2 + _flag(final)
    return (place * 2 + _flag(has_chord)) * 24


def of_class(on_chord: ArrayLike, in_scale: ArrayLike) -> NDArray[np.int8]:
    """What the pitch class of a note adds to it."""
    return _flag(on_chord) * np.int8(4) + _flag(in_scale) * np.int8(2)


def of_way(interval: ArrayLike, stable: ArrayLike) -> NDArray[np.int16]:
    """What a note adds to it by how it is reached, and by whether it is the tonic."""
    moved = np.abs(np.asarray(interval, np.int16))
    step = (moved == 1) | (moved == 2)
    # 0 for a first note, 1 by step, 2 by leap or repeated.
    approach: NDArray[np.int16] = np.where(moved == -NONE, np.int16(0), np.int16(2) - step)
    return approach * 8 + _flag(stable)


def sustain(
    on_chord: ArrayLike, in_scale: ArrayLike, changed: ArrayLike, has_chord: ArrayLike
) -> FloatArray:
    """Reward of a note held for one more sixteenth, in [-0.8, 0.5].

    All shapes broadcast. changed says that the chord changed at this sixteenth: a held note is
    judged again, and a clash then counts as on a strong beat.
    """
    scale = np.asarray(in_scale, np.bool_)
    clash = np.where(scale & ~np.asarray(changed, np.bool_), -0.4, -0.8)
    with_chord = np.where(on_chord, 0.5, clash)
    return np.where(has_chord, with_chord, np.where(scale, 0.2, -0.5)).astype(np.float32)


def _flag(flags: ArrayLike) -> NDArray[np.int8]:
    return np.asarray(flags, np.bool_).view(np.int8)


def _cadence(
    chord_tone: NDArray[np.bool_] | np.bool_, tonic: NDArray[np.bool_], final: NDArray[np.bool_]
) -> FloatArray:
    off = np.where(chord_tone, np.float32(0.0), -CADENCE)
    earned = np.where(tonic, CADENCE, off) * np.float32(1 / SCALE)
    return np.where(final, earned, np.float32(0.0))


def _rewards() -> FloatArray:
    """By level, pending, final, chord heard, approach, and the note."""
    level = np.arange(5).reshape(5, 1, 1, 1, 1, 1, 1, 1)
    shape = (1, 2, 2, 2, 3, 2, 2, 2)
    _, pending, final, heard, approach, chord, scale, tonic = np.ogrid[tuple(map(slice, shape))]
    pending, final, heard = pending != 0, final != 0, heard != 0
    chord, scale, tonic, step = chord != 0, scale != 0, tonic != 0, approach == 1
    other = np.where(step, BY_STEP[level], BY_LEAP[level])
    other = other + np.where(scale, np.float32(0.0), CHROMATIC)
    raw = np.where(chord, CHORD_TONE[level], other)
    left = np.where(step, np.where(chord, RESOLVED, UNSETTLED), ABANDONED)
    raw = raw + np.where(pending & (approach != 0), left, np.float32(0.0))
    key = np.where(scale, np.where(tonic, KEY_TONIC, KEY_SCALE), KEY_OUTSIDE)
    raw = np.where(heard, raw * np.float32(1 / SCALE), key)
    raw = raw + _cadence(chord & heard, tonic, final)
    return np.clip(raw, -1.0, 1.0).astype(np.float32).ravel()


ONSETS = _rewards()
"""Rewards of an onset, by the sum of what `of_moment`, `of_class` and `of_way` say."""
