"""Chord progressions, drawn at random: common loops and walks from chord to chord.

A progression belongs to the training or to the test set by a stable hash, so that no run and
no machine ever trains on what another one tests on.
"""

from collections.abc import Callable
from hashlib import blake2b
from typing import Any, Literal, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.music.pitch import PITCH_CLASS_NAMES
from melodyrl.env.chords import (
    QUALITY_NAMES,
    SEVENTH_OF,
    TRIADS,
    chord_row,
    moved,
    root_of,
)

Split = Literal["train", "test"]
Rows = NDArray[np.int16]
Drawn = TypeVar("Drawn", bound=NDArray[Any])
Generator = np.random.Generator

TEST_SHARE = 5
"""One progression in so many is kept for tests."""

BARS = 8
"""Chords of an eight-bar progression."""

# Degrees 0-6. Ours, after what is most played; four chords each.
_MAJOR_LOOPS = np.array([
    (0, 4, 5, 3), (0, 5, 3, 4), (5, 3, 0, 4), (0, 3, 4, 0), (0, 3, 0, 4), (1, 4, 0, 0),
    (1, 4, 0, 5), (0, 5, 1, 4), (0, 2, 3, 4), (3, 4, 2, 5), (0, 3, 5, 4), (5, 4, 3, 4),
    (0, 4, 0, 4), (0, 1, 3, 0), (3, 0, 4, 5), (0, 3, 1, 4),
])  # fmt: skip
_MINOR_LOOPS = np.array([
    (0, 6, 5, 4), (0, 5, 2, 6), (0, 3, 4, 0), (0, 3, 6, 2), (0, 6, 0, 4), (0, 5, 3, 4),
    (1, 4, 0, 0), (0, 6, 5, 6), (0, 2, 6, 3), (0, 3, 0, 4), (0, 5, 6, 0), (5, 6, 0, 0),
    (0, 4, 0, 3), (0, 0, 3, 4), (3, 0, 4, 0), (0, 2, 5, 4),
])  # fmt: skip
_LOOPS = np.stack([_MAJOR_LOOPS, _MINOR_LOOPS])  # (2, loops, 4)

# Percent of the moves from each degree (row) to each degree (column). Ours: root motion by
# fourths first, as counted in chorales (up a fourth 29 %, up a fifth 14 %).
_MAJOR_MOVES = np.array([
    (2, 15, 7, 28, 28, 18, 2), (8, 2, 6, 12, 58, 10, 4), (6, 10, 2, 34, 10, 36, 2),
    (30, 16, 5, 3, 36, 8, 2), (46, 6, 6, 16, 3, 22, 1), (8, 26, 8, 32, 22, 2, 2),
    (60, 2, 18, 2, 6, 10, 2),
])  # fmt: skip
_MINOR_MOVES = np.array([
    (2, 6, 10, 28, 20, 18, 16), (8, 2, 2, 4, 76, 4, 4), (10, 2, 2, 26, 8, 34, 18),
    (26, 8, 6, 3, 36, 8, 13), (60, 2, 4, 10, 2, 20, 2), (10, 8, 20, 22, 18, 2, 20),
    (30, 2, 36, 8, 6, 16, 2),
])  # fmt: skip
_STARTS = np.array([(60, 8, 4, 10, 8, 9, 1), (66, 2, 6, 8, 8, 6, 4)])
_MOVES_UP_TO = np.cumsum(np.stack([_MAJOR_MOVES, _MINOR_MOVES]), axis=2) / 100  # (2, 7, 7)
_STARTS_UP_TO = np.cumsum(_STARTS, axis=1) / 100  # (2, 7)


def stable_hash(progression: NDArray[np.integer]) -> int:
    """Hash of a row of small whole numbers, the same on every machine and in every run."""
    data = progression.astype("<i2").tobytes()
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "little")


def split_of(progression: NDArray[np.integer]) -> Split:
    """The set that a progression belongs to."""
    return "test" if stable_hash(progression) % TEST_SHARE == 0 else "train"


def eight_bar_progressions(rng: Generator, count: int, split: Split) -> Rows:
    """Progressions of the split for the eight-bar task, (count, 8) rows of `chords.TONES`."""
    return from_split(lambda n: TRIADS[0][_eight_degrees(rng, n)], count, split)


def test_progressions(count: int, seed: int) -> Rows:
    """Distinct progressions that no training run has seen, (count, 8)."""
    rng = np.random.default_rng(seed)
    found: dict[bytes, Rows] = {}
    while len(found) < count:
        for row in eight_bar_progressions(rng, count, "test"):
            found.setdefault(row.tobytes(), row)
    return np.stack(list(found.values())[:count])


# Not a test, whatever pytest makes of its name.
test_progressions.__test__ = False  # type: ignore[attr-defined]


def from_split(draw: Callable[[int], Drawn], count: int, split: Split) -> Drawn:
    """Rows of draw(n) (n, ...) that belong to the split, drawn until there are enough."""
    kept: list[NDArray[Any]] = []
    share = 1 / TEST_SHARE if split == "test" else 1 - 1 / TEST_SHARE
    while len(kept) < count:
        wanted = int((count - len(kept)) / share) + 2
        kept.extend(row for row in draw(wanted) if split_of(row) == split)
    return cast(Drawn, np.stack(kept[:count]))


def chord_names(progression: NDArray[np.integer]) -> str:
    """The symbols of a progression over the tonic C, such as "Am F C G"."""
    qualities = ((progression - 1) // 12).tolist()
    roots = root_of(progression).tolist()
    return " ".join(
        PITCH_CLASS_NAMES[root] + QUALITY_NAMES[quality]
        for root, quality in zip(roots, qualities, strict=True)
    )


def chord_sequences(rng: Generator, minor: NDArray[np.bool_], length: int) -> Rows:
    """Sequences of chords as a player may choose them, (n, length) rows of `chords.TONES`.

    Half are loops, most others walks from degree to degree, a tenth stay on one chord. Some
    lanes fill triads up to sevenths, suspend a chord now and then, or lead into the next chord
    by its own dominant.
    """
    count = len(minor)
    mode = minor.astype(np.intp)
    style = rng.random(count)[:, None]
    loops = _LOOPS[mode, rng.integers(_LOOPS.shape[1], size=count)]
    degrees = np.where(style < 0.5, loops[:, np.arange(length) % 4], _walk(rng, mode, length))
    degrees = np.where(style > 0.9, degrees[:, :1], degrees)
    return _dressed(rng, TRIADS[mode[:, None], degrees])


def _eight_degrees(rng: Generator, count: int) -> NDArray[np.intp]:
    """Degrees of eight bars in major: loops, pairs of loops, loops with a cadence, walks."""
    mode = np.zeros(count, np.intp)
    style = rng.random(count)[:, None]
    first, second = (_MAJOR_LOOPS[rng.integers(len(_MAJOR_LOOPS), size=count)] for _ in "ab")
    looped = np.concatenate([first, np.where(style < 0.2, first, second)], axis=1)
    cadence = np.where(rng.random((count, 1)) < 0.6, 4, 3)
    closed = np.concatenate([first, first[:, :2], cadence, np.zeros_like(cadence)], axis=1)
    degrees = np.where(style < 0.4, looped, _walk(rng, mode, BARS))
    return np.where(style > 0.9, closed, degrees)


def _walk(rng: Generator, mode: NDArray[np.intp], length: int) -> NDArray[np.intp]:
    """First-order Markov walks over the degrees of each lane's mode, (n, length)."""
    draws = rng.random((length, len(mode), 1))
    walk = np.empty((len(mode), length), np.intp)
    walk[:, 0] = (draws[0] >= _STARTS_UP_TO[mode]).sum(axis=1)
    for i in range(1, length):
        walk[:, i] = (draws[i] >= _MOVES_UP_TO[mode, walk[:, i - 1]]).sum(axis=1)
    return walk


def _dressed(rng: Generator, triads: Rows) -> Rows:
    """Triads with sevenths, suspensions and secondary dominants, as each lane likes them."""
    count = len(triads)
    liking = rng.choice([0.0, 0.3, 0.9], p=[0.6, 0.2, 0.2], size=(count, 1))
    chords = np.where(rng.random(triads.shape) < liking, SEVENTH_OF[triads], triads)
    dominant = moved(np.full_like(triads, chord_row(0, "7")), root_of(triads))
    on_fifth = (root_of(triads) == 7) & (chords != triads)
    chords = np.where(on_fifth, dominant, chords)
    liking = rng.choice([0.0, 0.15], p=[0.7, 0.3], size=(count, 1))
    suspended = np.where(rng.random(triads.shape) < 0.7, chord_row(0, "sus4"), chord_row(0, "sus2"))
    chords = np.where(rng.random(triads.shape) < liking, moved(suspended, root_of(triads)), chords)
    liking = rng.choice([0.0, 0.2], p=[0.75, 0.25], size=(count, 1))
    leads = (rng.random(triads.shape) < liking)[:, :-1]
    chords[:, :-1] = np.where(leads, moved(dominant[:, 1:], 7), chords[:, :-1])
    return chords.astype(np.int16)
