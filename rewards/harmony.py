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
    chord_tone = np.asarray(on_chord, np.bool_)
    level = np.asarray(level)
    moved = np.abs(np.asarray(interval, np.int16))
    step = (moved == 1) | (moved == 2)
    other = np.where(step, BY_STEP[level], BY_LEAP[level])
    other = other + np.where(in_scale, np.float32(0.0), CHROMATIC)
    raw = np.where(chord_tone, CHORD_TONE[level], other)
    left = np.where(step, np.where(chord_tone, RESOLVED, UNSETTLED), ABANDONED)
    raw = raw + np.where(np.asarray(pending, np.bool_) & (moved != -NONE), left, np.float32(0.0))
    key: FloatArray
    if profile is None:
        key = np.where(in_scale, np.where(stable, KEY_TONIC, KEY_SCALE), KEY_OUTSIDE)
    else:
        key = np.asarray(profile, np.float32)
    has_chord = np.asarray(has_chord, np.bool_)
    raw = np.where(has_chord, raw * np.float32(1 / SCALE), key)
    rests = np.where(chord_tone & has_chord, np.float32(0.0), -CADENCE)
    cadence = np.where(stable, CADENCE, rests) * np.float32(1 / SCALE)
    raw = np.where(final, raw + cadence, raw)
    return np.clip(raw, -1.0, 1.0).astype(np.float32)


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
