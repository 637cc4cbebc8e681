"""What a bound remembers of the pitches: the last note and the interval that led to it.

Everything that reads no further back is exact; what does is taken at its best.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.actions import FULL_ACTIONS
from melodyrl.core.policy.legal import WIDEST
from melodyrl.core.policy.presets import FULL
from melodyrl.core.policy.state import NONE
from rewards import diversity, register, smoothness

Floats = NDArray[np.float32]
Ints = NDArray[np.int_]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Notes:
    """Z memories, and up to C notes that may come next in each."""

    last: Ints
    """(Z,) offset of the last note."""
    interval: Ints
    """(Z,) semitones that led to it, NONE for a first note."""
    following: Ints
    """(Z, C) offsets of the notes that may come next; where there are fewer, one that is not
    usable."""
    after: Ints
    """(Z, C) the memory that each leads to, 0 where it is not usable."""
    usable: Bools
    """(Z, C) where there is such a note."""

    @classmethod
    def of(cls, classes: Bools) -> "Notes":
        """All memories of notes of some pitch classes, (12,)."""
        last, interval = (grid.ravel() for grid in np.meshgrid(_PITCHES, _INTERVALS, indexing="ij"))
        known = classes[last % 12] & ((interval == NONE) | classes[(last - interval) % 12])
        last, interval = last[known], interval[known]
        number = _numbers(last, interval)
        steps = np.broadcast_to(_INTERVALS[:-1], (len(last), 2 * WIDEST + 1))
        following = np.clip(last[:, None] + steps, 0, _PITCHES[-1])
        usable = (following == last[:, None] + steps) & classes[following % 12]
        # The usable ones first: no memory has notes of all intervals.
        order = np.argsort(~usable, axis=1, kind="stable")[:, : usable.sum(axis=1).max()]
        after = number[following, _column(steps)]
        following, after = (np.take_along_axis(of, order, axis=1) for of in (following, after))
        return cls(last, interval, following, after, np.take_along_axis(usable, order, axis=1))

    def find(self, last: NDArray[np.integer], interval: Ints) -> Ints:
        """The memory of a last note and the interval that led to it, -1 for one that is not."""
        return _numbers(self.last, self.interval)[last, _column(interval)]

    def judged(self, w: Floats, minor: bool) -> Floats:
        """The most that a note that comes next earns by smoothness, diversity and guard, (Z, C).

        As w·r, -inf for one that is not usable. To diversity the notes before the two that are
        known are of other classes; the guard is the register alone, as its rest is 0 at best.
        """
        last, interval = self.last[:, None], self.interval[:, None]
        moved = self.following - last
        judged = np.zeros((*moved.shape, len(FULL.terms)), np.float32)
        terms = {
            "smoothness": smoothness.smoothness(minor, last, interval, moved),
            "diversity": diversity.novelty(self._windows(), self.following),
            "guard": register.register(self.following),
        }
        for term, value in terms.items():
            judged[..., FULL.terms.index(term)] = value
        return np.where(self.usable, judged @ w, -np.inf).astype(np.float32)

    def _windows(self) -> NDArray[np.int16]:
        """The last seven notes that make each note that comes next the newest, (Z, C, 7)."""
        alone = self.interval == NONE
        windows = np.repeat(self.following[..., None] + 1, diversity.WINDOW, axis=-1)
        windows[..., -2] = (self.last - self.interval)[:, None]
        windows[alone] = NONE
        windows[..., -1] = self.last[:, None]
        return windows.astype(np.int16)


def _numbers(last: Ints, interval: Ints) -> Ints:
    """The number of each memory, (P, 26) by last note and column of the interval; -1 for none."""
    numbers = np.full((len(_PITCHES), len(_INTERVALS)), -1)
    numbers[last, _column(interval)] = np.arange(len(last))
    return numbers


def _column(interval: Ints) -> Ints:
    return np.where(np.asarray(interval) == NONE, len(_INTERVALS) - 1, interval + WIDEST)


_PITCHES = FULL_ACTIONS.pitches.astype(np.int_)
_INTERVALS = np.append(np.arange(-WIDEST, WIDEST + 1), NONE)
