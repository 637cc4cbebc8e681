"""Harmony: a note over its chord, against the same note over the chords of another tune.

The log2 likelihood ratio, in lead sheets, of what a note is to the chord and how it is reached,
given its place in the bar and whether the note before it awaits its resolution; and of holding it
for one more sixteenth, over a chord that stays or changes. Passing notes, suspensions and
resolutions so count for what they are in tunes, and sum up as evidence does: what a line does
whatever the chords says nothing here. Without a chord, a note is judged in the key against any key.
Bounds [-1, 1]; 0 is as likely over any chords. Ours; the counts are fitted (`melodyrl fit`).
"""

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rewards.tables import numbers

FloatArray = NDArray[np.float32]
Counts = NDArray[np.integer] | NDArray[np.floating]

NONE = -128
"""The interval of a note that no other precedes."""

STEP, LEAP, AGAIN = range(3)
"""Ways to reach a note: by one or two semitones, by more, and from the same pitch."""

PLACES = (5, 2, 3, 2, 2)
"""Onsets are counted by metric level (0 downbeat, 1 strong beat, 2 other beat, 3 eighth off-beat,
4 sixteenth), whether the note before awaits its resolution, the way, and whether the note is a tone
of the chord and of the scale."""

ENDS, CLASHES, AGREES = range(3)
"""What a note may do in a sixteenth after one in which it sounds: end, or be held as no tone of the
chord or as one. Counted by whether the chord changes, and whether the note awaits its
resolution."""

SHARE = 0.4
"""Reward to a bit: melodies then keep their chord tones where people keep theirs with the knobs as
usual, on strong beats, other beats and off the beat (.79, .70, .61; people .76, .75, .60)."""

SMOOTHING = 3.0
"""Notes added to what was seen and to what chance would have had seen: rare things say little."""

CADENCE = 0.6
"""Added at a final note on the tonic, taken off one that is neither tonic nor chord tone. On the
tonic end .85 of the tunes, and .16 of the onsets on strong beats are there: 2.4 bits."""


def onset(
    table: FloatArray,
    on_chord: ArrayLike,
    in_scale: ArrayLike,
    level: ArrayLike,
    interval: ArrayLike,
    pending: ArrayLike,
    final: ArrayLike,
    tonic: ArrayLike,
    has_chord: ArrayLike,
) -> FloatArray:
    """Reward of a note that begins, in [-1, 1], from `fitted` or `centred`.

    All shapes broadcast. level is 0..4 from downbeat to sixteenth off-beat; interval is in
    semitones from the note before, NONE without one; pending says that the note before was a
    non-chord tone that still awaits its resolution; tonic says that the note is the tonic.
    """
    place = of_moment(level, pending, final, has_chord) + of_class(on_chord, in_scale)
    return table.take(place + of_way(interval, tonic))


def of_moment(
    level: ArrayLike, pending: ArrayLike, final: ArrayLike, has_chord: ArrayLike
) -> NDArray[np.int16]:
    """What a moment adds to a place in a table; arguments as in `onset`."""
    place = (np.asarray(level, np.int16) * 2 + _flag(pending)) * 2 + _flag(final)
    return (place * 2 + _flag(has_chord)) * 32


def of_class(on_chord: ArrayLike, in_scale: ArrayLike) -> NDArray[np.int8]:
    """What the pitch class of a note adds to it."""
    return _flag(on_chord) * np.int8(4) + _flag(in_scale) * np.int8(2)


def of_way(interval: ArrayLike, tonic: ArrayLike) -> NDArray[np.int16]:
    """What a note adds to it by how it is reached, and by whether it is the tonic."""
    first = np.asarray(interval, np.int16) == NONE
    return (np.where(first, 3, way_of(interval)) * 8 + _flag(tonic)).astype(np.int16)


def way_of(interval: ArrayLike) -> NDArray[np.intp]:
    """STEP, LEAP or AGAIN of an interval in semitones, any shape."""
    moved = np.abs(np.asarray(interval, np.int16))
    return np.where(moved == 0, AGAIN, np.where(moved <= 2, STEP, LEAP))


def sustain(
    on_chord: ArrayLike, pending: ArrayLike, changed: ArrayLike, has_chord: ArrayLike
) -> FloatArray:
    """Reward of a note held for one more sixteenth, in [-1, 1]; 0 without a chord.

    All shapes broadcast. changed says that the chord changed at this sixteenth; pending is the
    note's own, from before it did.
    """
    row = _flag(changed) * np.intp(2) + _flag(pending)
    return np.where(has_chord, held().ravel().take(row * 2 + _flag(on_chord)), np.float32(0.0))


@cache
def fitted() -> FloatArray:
    """The shipped rewards of an onset, by the sum of what `of_moment` and the others say."""
    return table(*(numbers("harmony", name) for name in ("human", "chance", "key")))


@cache
def centred() -> FloatArray:
    """The same less what people's notes earn: 0 is their mean, with a chord and without.

    For where notes can be held, so that neither haste nor sloth is paid for by itself.
    """
    human, key = numbers("harmony", "human"), numbers("harmony", "key")
    over_chord = _mean(human, ratio(human, numbers("harmony", "chance")))
    means = np.array([_mean(key, key_ratio(key)), over_chord], np.float32)
    return np.clip(fitted().reshape(-1, 2, 32) - means[:, None], -1.0, 1.0).ravel()


@cache
def held() -> FloatArray:
    """The shipped rewards of a held sixteenth, (2, 2, 2): chord changes, pending, on the chord."""
    bits = _bits(numbers("harmony", "held_human"), numbers("harmony", "held_chance"))
    return np.clip(SHARE * bits[..., CLASHES:], -1.0, 1.0).astype(np.float32)


def table(human: Counts, chance: Counts, key: Counts) -> FloatArray:
    """Rewards of an onset of counts as PLACES says, and (2, 2) by in the scale and tonic.

    Flat, of (5, 2, 2, 2, 4, 2, 2, 2): level, pending, final, has a chord, way, on the chord, in
    the scale, tonic. The last way is that of a first note, of which only its class is judged.
    """
    ways = np.concatenate([ratio(human, chance), _first(human, chance)], axis=2)
    over_chord = SHARE * ways[:, :, None, :, :, :, None]
    alone = SHARE * key_ratio(key)
    shape = (5, 2, 2, 4, 2, 2, 2)
    heard = np.stack([np.broadcast_to(each, shape) for each in (alone, over_chord)], axis=3)
    final, has_chord, _, on_chord, _, tonic = np.ogrid[:2, :2, :4, :2, :2, :2]
    off = np.where(on_chord * has_chord, 0.0, -CADENCE)
    rewards = heard + final * np.where(tonic, CADENCE, off)
    return np.clip(rewards, -1.0, 1.0).astype(np.float32).ravel()


def ratio(human: Counts, chance: Counts) -> NDArray[np.float64]:
    """Bits of onsets counted as PLACES says, of that shape, given level and pending."""
    return _bits(human.reshape(5, 2, 12), chance.reshape(5, 2, 12)).reshape(PLACES)


def key_ratio(key: Counts) -> NDArray[np.float64]:
    """Bits of a note (2, 2) by in the scale and tonic, against a key chosen by chance."""
    # A tonic outside the scale is one of no known scale.
    seen = np.array([[key[0, 0], key[1, 1]], [key[1, 0], key[1, 1]]])
    expected = np.array([[5.0, 1.0], [6.0, 1.0]]) / 12 * key.sum()
    return np.log2((seen + SMOOTHING) / (expected + SMOOTHING))


def _first(human: Counts, chance: Counts) -> NDArray[np.float64]:
    """Bits of a note's class however it is reached, (5, 2, 1, 2, 2)."""
    people, others = (each.sum(axis=(0, 1, 2)).ravel() for each in (human, chance))
    return np.broadcast_to(_bits(people, others).reshape(2, 2), (5, 2, 1, 2, 2))


def _bits(human: Counts, chance: Counts) -> NDArray[np.float64]:
    """log2 ratios along the last axis, of what was seen and of what chance would have had seen."""
    share = np.maximum(chance.sum(axis=-1, keepdims=True), 1)
    expected = chance * human.sum(axis=-1, keepdims=True) / share
    return np.log2((human + SMOOTHING) / (expected + SMOOTHING))


def _mean(counts: Counts, bits: NDArray[np.float64]) -> float:
    return float(SHARE * (counts * bits).sum() / counts.sum())


def _flag(flags: ArrayLike) -> NDArray[np.int8]:
    return np.asarray(flags, np.bool_).view(np.int8)
