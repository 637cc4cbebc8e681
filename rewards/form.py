"""Form: whether a note answers what was played one, two and four bars ago.

At each of the three distances, this sixteenth is compared with the one then: the same note again,
the same step of the scale from another note (a sequence), an onset in the same place, a new onset,
or none where there was one. Its log2 likelihood ratio in tunes of people against chance (another
tune's bars) depends on how many onsets in a row have repeated, or carried on a sequence, already:
people seldom begin either, and mostly finish it. The longer it lasts, the more it is held against
loops instead (bars that never stop coming round, as they are or a step further each time), for
people leave it in the end. Bounds [-1, 1]; 0 is as likely by chance. Ours; the counts are fitted
(`melodyrl fit`).
"""

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rewards.tables import numbers

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.integer]
Counts = NDArray[np.integer] | NDArray[np.floating]

LAGS = (1, 2, 4)
"""Bars back."""

NONE, UNHEARD = -128, -127
"""No note began then; nothing is known of then."""

SAME, MOVED, STRUCK, NEW, GONE, QUIET = range(6)
"""What a sixteenth is to the one then; QUIET says nothing: no onset now or then, or unheard."""

LONGEST = 32
"""Answers in a row that are counted. SAME or MOVED lets a run of its own kind go on, or begins one;
QUIET leaves a run as it is, all else ends it. A run of MOVED is told by a minus: -3 for three."""

LENGTHS = np.array([0, 1, 2, 3, 3, 4, 4, 4, *[5] * 4, *[6] * 4, *[7] * 8, *[8] * 9], np.int8)
"""Class of a run by its length: 0, 1, 2, 3-4, 5-7, 8-11, 12-15, 16-23, 24 and more."""

RUN_CLASS = np.concatenate([LENGTHS, LENGTHS[:0:-1] + 8])
"""Class of a run: 0 of none, 1 to 8 of SAME, and 9 to 16 of MOVED, whose runs are indices from the
end."""

CLASSES = 17

LEANS_ON = np.array([0, *range(8), 0, *range(9, 16)])
"""Class whose counts back a class's own: that of shorter runs of its kind."""

SHARE = 0.15
"""Reward to a bit at each distance: three distances that agree on 2 bits come to 0.9."""

STRONGEST = 2.5
"""Bits that one distance can say for or against."""

LOOPED = 0.95 * np.minimum(np.array([0, *range(1, 9), *range(1, 9)]) / 6, 1.0) ** 2
"""Share of loops, by class of the run, in what people are held against; the rest is chance. Ours:
counted together they would forbid all repetition, since chance has no long runs."""

SMOOTHING = 20.0
"""Sixteenths' worth of the class it leans on mixed into each class of runs."""

# Step of the scale of each pitch class above the tonic, in major and in natural minor: a note
# between two tones of the scale counts as the lower one.
DEGREES = np.array([[0, 0, 1, 1, 2, 3, 3, 4, 4, 5, 5, 6], [0, 0, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6]])


def form(run: ArrayLike, kind: IntArray) -> FloatArray:
    """Reward of a sixteenth for each of A things that can happen in it, (..., A), in [-1, 1].

    By LAGS: run (..., 3) are the runs so far, kind (..., 3, A) is what it would be.
    """
    return lookup(fitted(), run, kind)


def lookup(table: FloatArray, run: ArrayLike, kind: IntArray) -> FloatArray:
    """The same, from a (3, 17, 6) table."""
    row = _ROWS + RUN_CLASS.take(np.asarray(run)) * 6
    said = table.ravel().take(row[..., None] + kind)
    total = said[..., 0, :] + said[..., 1, :] + said[..., 2, :]
    return np.maximum(np.minimum(total, np.float32(1.0)), np.float32(-1.0))


def kinds(then: ArrayLike, pitch: ArrayLike) -> NDArray[np.int8]:
    """What a sixteenth is to one then, SAME to QUIET, as far as their pitches tell: never MOVED.

    then: the pitch that began then, NONE, or UNHEARD; pitch: that of the onset now, or NONE. Shapes
    broadcast.
    """
    before, began = np.asarray(then), np.asarray(pitch)
    onset = np.where(before == NONE, NEW, np.where(began == before, SAME, STRUCK))
    other = np.where(before == NONE, QUIET, GONE)
    kind = np.where(began == NONE, other, onset)
    return np.where(before == UNHEARD, QUIET, kind).astype(np.int8)


def moved(kind: NDArray[np.int8], then_move: ArrayLike, move: ArrayLike) -> NDArray[np.int8]:
    """Kinds with MOVED for an onset of another pitch, but of the same step of the scale.

    then_move and move: steps of the scale from the note before, NONE without one. Shapes broadcast.
    """
    alike = (np.asarray(then_move) == move) & (np.asarray(move) != NONE)
    return np.where(alike & (kind == STRUCK), np.int8(MOVED), kind)


def follow(run: IntArray, kind: IntArray) -> NDArray[np.int8]:
    """The runs after a sixteenth, of one shape."""
    return _FOLLOWED.take(run * np.intp(6) + kind)


def degree(pitch: ArrayLike, minor: ArrayLike) -> NDArray[np.int16]:
    """Steps of the scale above the tonic of an offset in semitones; shapes broadcast."""
    offset = np.asarray(pitch, np.int16)
    of_class = DEGREES[np.asarray(minor, np.intp), offset % 12]
    return (7 * (offset // 12) + of_class).astype(np.int16)


@cache
def fitted() -> FloatArray:
    """The shipped table."""
    return ratio(*(numbers("form", name) for name in ("human", "chance", "loops")))


def ratio(human: Counts, chance: Counts, loops: Counts) -> FloatArray:
    """Reward table (3, 17, 6) of counts (3, 17, 5) by distance, class of the run, and kind."""
    share = LOOPED[:, None]
    against = (1.0 - share) * backed_off(chance) + share * backed_off(loops)
    bits = np.log2(backed_off(human) / against)
    value = SHARE * np.clip(bits, -STRONGEST, STRONGEST)
    return np.concatenate([value, np.zeros((*value.shape[:2], 1))], axis=2).astype(np.float32)


def backed_off(counts: Counts) -> NDArray[np.float64]:
    """Probabilities of K kinds, both (3, 17, K); each class leans on one of shorter runs."""
    chance, anywhere = np.empty(counts.shape, np.float64), counts.sum(axis=1) + 1.0
    chance[:, 0] = anywhere / anywhere.sum(axis=1, keepdims=True)
    for run, shorter in enumerate(LEANS_ON):
        here = counts[:, run] + SMOOTHING * chance[:, shorter]
        chance[:, run] = here / here.sum(axis=1, keepdims=True)
    return chance


def _followed() -> NDArray[np.int8]:
    """By the run and the kind of what comes."""
    run = np.concatenate([np.arange(LONGEST + 1), np.arange(-LONGEST, 0)])
    after = np.zeros((len(run), 6), np.int8)
    after[:, SAME] = np.minimum(np.maximum(run, 0) + 1, LONGEST)
    after[:, MOVED] = np.maximum(np.minimum(run, 0) - 1, -LONGEST)
    after[:, QUIET] = run
    return after.ravel()


_FOLLOWED = _followed()
_ROWS = np.arange(len(LAGS)) * CLASSES * 6
