"""Guard: loops, drones, runs and other tricks that game a reward, and that people seldom play.

For seven features of the last eight notes, the log2 likelihood ratio of people against gaming
strategies is summed and capped at its mean over human tunes. Bounds [-1, 0]: a human turn earns
nothing, a trick costs. It has no knob. A feature for which too few notes have been played counts
as the human mean.
"""

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rewards.tables import numbers

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.integer]
Counts = NDArray[np.integer] | NDArray[np.floating]

NONE = -128
"""A place in the window before the first note."""

FEATURES = ("distinct", "repeats", "direction", "abab", "loop", "since", "range")
SIZES = (9, 9, 9, 2, 3, 9, 27)
"""Values that each feature takes; 0 is "too few notes" for distinct, since and range."""

SMOOTHING = 0.5
"""Windows added to each count."""

STRONGEST = 3.0
"""Bits that one feature can say for or against."""

WIDTH = 4.0
"""Bits below the human mean at which the guard is -1."""


def guard(window: ArrayLike, candidate: ArrayLike) -> FloatArray:
    """Reward of each candidate after a window, in [-1, 0].

    window (..., 7) semitone offsets, newest last, NONE before the first note; candidate (...)
    offsets; the leading shapes broadcast, as (B, 1, 7) with (B, A). The same as `evidence`,
    faster: what a window says is worked out once, and a candidate costs three look-ups.
    """
    notes = np.asarray(window, np.int16)
    wanted = np.asarray(candidate, np.int16)
    by_notes, by_direction, by_range = _lookups()
    heard = notes != NONE
    same = np.packbits(notes == wanted[..., None], axis=-1)[..., 0] >> 1
    bits = by_notes.take(_memory(notes, heard[..., 0]) + same)
    bits += by_direction.take(_going(notes, heard) + np.sign(wanted - notes[..., -1]))
    bits += by_range.take(_range(notes, wanted, heard[..., 0]))
    bits *= np.float32(1 / WIDTH)
    return np.maximum(np.minimum(bits, np.float32(0)), np.float32(-1))


def evidence(table: FloatArray, window: ArrayLike, candidate: ArrayLike) -> FloatArray:
    """Sum of the features' log ratios in bits; table is `ratio`'s, flat."""
    total: FloatArray | None = None
    for start, value in zip(_STARTS, features(window, candidate), strict=True):
        bits = table[start:].take(value)
        total = bits if total is None else total + bits
    assert total is not None
    return total


def features(window: ArrayLike, candidate: ArrayLike) -> tuple[IntArray, ...]:
    """FEATURES of the eight notes that end in the candidate; shapes as in `guard`.

    distinct: pitches among the eight. repeats: how often the last is struck in a row. direction:
    intervals in a row that go its way. abab: 1 for two notes in alternation. loop: 1 and 2 for a
    figure of 3 and of 4 notes come round again. since: notes back to the same pitch, 8 for none
    in the window. range: semitones between the lowest and the highest, and 1, at most 26.
    """
    notes = np.asarray(window, np.int16)
    wanted = np.asarray(candidate, np.int16)
    last = notes[..., -1]
    full = notes[..., 0] != NONE
    same = np.packbits(notes == wanted[..., None], axis=-1)[..., 0] >> 1
    moved = np.diff(notes, axis=-1)
    moved[notes[..., :-1] == NONE] = 0
    new = same == 0
    return (
        np.where(full, _distinct(notes) + new, 0),
        np.where(same & 1, _trailing(notes[..., 1:] == notes[..., :-1]) + 2, 1),
        _direction(moved, wanted - last, last != NONE),
        _alternates(notes, same),
        _loops(notes, same),
        np.where(new & ~full, 0, _SINCE[same]),
        _range(notes, wanted, full),
    )


@cache
def fitted() -> FloatArray:
    """The shipped table of log ratios."""
    return ratio(numbers("guard", "human"), numbers("guard", "gaming"))


def ratio(human: Counts, gaming: Counts) -> FloatArray:
    """log2 ratios (68,) of two flat tables of counts, one feature after the other.

    The value "too few notes" of a feature is set to the feature's human mean.
    """
    table = np.zeros(sum(SIZES), np.float64)
    for start, size, name in zip(_STARTS, SIZES, FEATURES, strict=True):
        part = slice(start, start + size)
        people, tricks = human[part] + SMOOTHING, gaming[part] + SMOOTHING
        if name == "range":
            people, tricks = _blurred(people), _blurred(tricks)
        bits = np.log2((people / people.sum()) / (tricks / tricks.sum()))
        bits = np.clip(bits, -STRONGEST, STRONGEST)
        if name in ("distinct", "since", "range"):
            bits[0] = (human[part][1:] * bits[1:]).sum() / max(human[part][1:].sum(), 1.0)
        table[part] = bits
    return table.astype(np.float32)


def _blurred(counts: NDArray[np.floating]) -> NDArray[np.floating]:
    """Neighbouring widths say much the same; a scale has gaps that are no tune's doing."""
    blurred = counts.copy()
    padded = np.pad(counts[1:], 3, mode="edge")
    blurred[1:] = np.convolve(padded, np.array([1, 2, 3, 4, 3, 2, 1]) / 16, mode="valid")
    return blurred


@cache
def _lookups() -> tuple[FloatArray, FloatArray, FloatArray]:
    """The shipped table by `_memory` and same, by `_going` and sign, and by range."""
    parts = dict(zip(FEATURES, np.split(fitted(), _STARTS[1:]), strict=True))
    distinct, run, alternates, three, four, same = np.ogrid[:8, :7, :2, :2, :2, :128]
    new = same == 0
    loop = np.where(four & ((same & 11) == 8), 2, three & ((same & 7) == 4))
    by_notes = (
        parts["distinct"][np.where(distinct > 0, distinct + new, 0)]
        + parts["repeats"][np.where(same & 1, run + 2, 1)]
        + parts["abab"][alternates & ((same & 3) == 2)]
        + parts["loop"][loop]
        + parts["since"][np.where(new & (distinct == 0), 0, _SINCE[same])]
        - numbers("guard", "human_mean")
    )
    up, down, sign = np.ogrid[:7, :7, -1:2]
    direction = np.where(sign > 0, up + 1, np.where(sign < 0, down + 1, 0))
    by_direction = parts["direction"][direction].ravel()
    # Before the first note there is no way to go.
    by_direction = np.append(by_direction, np.repeat(parts["direction"][:1], 3))
    return by_notes.ravel(), by_direction, parts["range"]


def _memory(notes: NDArray[np.int16], full: NDArray[np.bool_]) -> IntArray:
    """Row of the first look-up: distinct notes, run, and whether a figure could come round."""
    alike = np.packbits(notes[..., :, None] == notes[..., None, :], axis=-1)[..., 0]
    found: IntArray = _FOUND.take(alike + _PLACES).sum(axis=-1)
    return _ROWS.take(found + full * (len(_ROWS) // 2))


def _going(notes: NDArray[np.int16], heard: NDArray[np.bool_]) -> IntArray:
    """Place of sign 0 in the second look-up: runs up and down."""
    before, after = notes[..., :-1], notes[..., 1:]
    steps: IntArray = (np.sign(after - before) * heard[..., :-1]).dot(_THREES)
    return np.where(heard[..., -1], _RUNS.take(steps + len(_RUNS) // 2), 147) + 1


def _distinct(notes: NDArray[np.int16]) -> IntArray:
    """Distinct values in the last axis of 7."""
    ordered = np.sort(notes, axis=-1)
    return (ordered[..., 1:] != ordered[..., :-1]).sum(axis=-1) + 1


def _trailing(flags: NDArray[np.bool_]) -> IntArray:
    """How many of the last of six flags are set in a row."""
    return _TRAILING[np.packbits(flags, axis=-1)[..., 0] >> 2]


def _direction(
    moved: NDArray[np.int16], step: NDArray[np.int16], defined: NDArray[np.bool_]
) -> IntArray:
    up, down = _trailing(moved > 0), _trailing(moved < 0)
    run = np.where(step > 0, up + 1, np.where(step < 0, down + 1, 0))
    return np.where(defined, run, 0)


def _alternates(notes: NDArray[np.int16], same: IntArray) -> IntArray:
    before = (notes[..., -1] == notes[..., -3]) & (notes[..., -1] != NONE)
    return (before & ((same & 3) == 2)).astype(np.intp)


def _loops(notes: NDArray[np.int16], same: IntArray) -> IntArray:
    """A drone and an alternation are no loops: each trick is charged once."""
    three = notes[..., -3:] == notes[..., -6:-3]
    is_three = three[..., 1:].all(axis=-1) & ((same & 7) == 4)
    is_four = (notes[..., -3:] == notes[..., -7:-4]).all(axis=-1) & ((same & 11) == 8)
    return np.where(is_four, 2, is_three.astype(np.intp))


def _range(
    notes: NDArray[np.int16], wanted: NDArray[np.int16], full: NDArray[np.bool_]
) -> NDArray[np.int16]:
    high = np.maximum(notes.max(axis=-1), wanted)
    low = np.minimum(notes.min(axis=-1), wanted)
    return np.minimum((high - low + np.int16(1)) * full, np.int16(26))


_STARTS = (0, 9, 18, 27, 29, 32, 41)

# Run of set bits from the lowest, and 1 and the place of the lowest set bit (8 for none).
_TRAILING = np.array([next((k for k in range(7) if not code >> k & 1), 7) for code in range(64)])
_SINCE = np.array([next((k + 1 for k in range(7) if code >> k & 1), 8) for code in range(128)])

# What is read off the places that sound alike, each as a bit: a note repeated, by its place; two
# notes in alternation, and the pairs that make a figure of three and of four, by later and earlier
# place. Above them how many distinct notes there are.
_REPEATS = [(place, place - 1) for place in range(6, 0, -1)]
_FIGURES = [(6, 4), (6, 3), (5, 2), (6, 2), (5, 1), (4, 0)]
_DISTINCT = 1 << 12


def _found() -> NDArray[np.int16]:
    """By a place in the window and which places are alike to it, newest last: its share of all."""
    alike = np.arange(256)
    found = np.zeros((7, 256), np.int16)
    for place in range(7):
        found[place] = _DISTINCT * (alike >> (8 - place) == 0)
        for bit, (later, earlier) in enumerate(_REPEATS + _FIGURES):
            found[place] += (place == later) * (alike >> (7 - earlier) & 1) << bit
    return found.ravel()


def _rows() -> NDArray[np.int32]:
    """Row of the first look-up by what was found, in a window not yet full and in one that is."""
    found = np.arange(8 * _DISTINCT)
    distinct, run = found // _DISTINCT, _TRAILING[found & 63]
    alternates, *rest = (found >> bit & 1 for bit in range(6, 12))
    figures = alternates * 4 + (rest[0] & rest[1]) * 2 + (rest[2] & rest[3] & rest[4])
    return (
        np.concatenate([(seen * 7 + run) * 8 + figures for seen in (0 * distinct, distinct)]) * 128
    )


def _runs() -> NDArray[np.int16]:
    """Runs up and down, as the second look-up has them, by the last six steps as one number."""
    step = np.arange(3**6)[:, None] // _THREES % 3 - 1
    up, down = _trailing(step > 0), _trailing(step < 0)
    return ((up * 7 + down) * 3).astype(np.int16)


_THREES = 3 ** np.arange(6).astype(np.int16)
_FOUND, _ROWS, _RUNS = _found(), _rows().astype(np.int32), _runs()
_PLACES = np.arange(0, 7 * 256, 256)
