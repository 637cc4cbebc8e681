"""Where a line stands, as indices into tables that say something of each note that can come next.

What a reward or a habit says of a pitch by the notes before it is worked out once, for every last
note there can be: a decision looks a row up instead of working it out.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.actions import NONE, ONSET, Actions
from rewards import form, smoothness

IntArray = NDArray[np.int_] | NDArray[np.int16] | NDArray[np.int8]

OFFSETS = np.arange(256).astype(np.int8)
"""Every offset, where its `code` says: those below 0 come last. Tables by an offset begin so."""

STANDS = 2 * len(smoothness.CLASSES) * len(OFFSETS)
"""How many places a line can stand in, see `stand`."""


def code(offsets: NDArray[np.int8]) -> NDArray[np.intp]:
    """An offset as an index from 0 to 255."""
    return offsets.view(np.uint8).astype(np.intp)


def stand(recent: NDArray[np.int8], minor: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Mode, class of the last interval, and last note, as one index (B,)."""
    codes = code(recent[:, -2:])
    return minor * np.intp(STANDS // 2) + _stands().take(codes[:, 0] * 256 + codes[:, 1])


def spread(table: NDArray[np.floating], actions: Actions, first: float) -> NDArray[np.float32]:
    """A (..., 2, 12, 8, 27) table of `rewards.smoothness` by `stand` and pitch, (... * STANDS, P).

    `first` is what it says of a first note.
    """
    leap = interval(OFFSETS[:, None], actions.pitches)
    by_class = np.moveaxis(table.astype(np.float32), -3, -2)
    rows = by_class[..., OFFSETS[:, None] % 12, smoothness.column(leap)]
    rows[..., OFFSETS == NONE, :] = first
    return rows.reshape(-1, len(actions.pitches))


def interval(before: IntArray, after: IntArray) -> NDArray[np.int16]:
    """Semitones from one offset to another, NONE where either is."""
    moved = after.astype(np.int16) - before.astype(np.int16)
    return np.where((before == NONE) | (after == NONE), np.int16(NONE), moved)


@cache
def steps(actions: Actions) -> NDArray[np.int8]:
    """Steps of the scale from the last note to that of each action, by `stand`, (STANDS, A).

    NONE from no note, and where none begins.
    """
    minor = np.arange(2)[:, None, None, None]
    moved = form.degree(actions.offsets, minor) - form.degree(OFFSETS[:, None], minor)
    is_move = (OFFSETS[:, None] != NONE) & (actions.kinds == ONSET)
    by_mode = np.where(is_move, moved, NONE).astype(np.int8)
    return by_mode.repeat(len(smoothness.CLASSES), axis=1).reshape(STANDS, -1)


def alike(
    before: NDArray[np.int8],
    before_move: NDArray[np.int8],
    stands: NDArray[np.intp],
    actions: Actions,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether each pitch is the one that began then, and whether it moves as that did.

    Both (B, L, P), of what began at L times and its moves, both (B, L), where a line stands (B,).
    """
    move = steps(actions).take(stands, axis=0)[:, None, actions.first_pitch :]
    began = (before > form.UNHEARD)[:, :, None]
    same = before[:, :, None] == actions.pitches
    moved = (move == before_move[:, :, None]) & (before_move != NONE)[:, :, None]
    return same & began, moved & began


@cache
def kinds(actions: Actions) -> NDArray[np.int8]:
    """Of `form.kinds`, by the code of what began then, and by action, (256, A)."""
    return form.kinds(OFFSETS[:, None], actions.onsets)


@cache
def _stands() -> NDArray[np.int16]:
    """`stand` without the mode, by the codes of the last two notes."""
    classes = smoothness.classes(interval(OFFSETS[:, None], OFFSETS))
    return (classes * len(OFFSETS) + np.arange(len(OFFSETS))).astype(np.int16).ravel()
