"""What a mind can do at one step: hold the note, rest, or begin a note so far above the base."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

ONSET, HOLD, REST = 0, 1, 2
"""The three kinds of action, in the order that rewards.rhythm counts events."""

NONE = -128
"""No pitch, or no interval: the sentinel that the rewards read."""


@dataclass(frozen=True, eq=False)
class Actions:
    """A table of actions. HOLD and REST, where there are any, come before the pitches.

    Offsets are semitones above the base, a MIDI pitch whose class is the tonic: a table
    knows no key. HOLD and REST rows hold 0 there.
    """

    offsets: NDArray[np.int16]
    hold: int | None = None
    rest: int | None = None

    @cached_property
    def count(self) -> int:
        """How many actions there are."""
        return len(self.offsets)

    @cached_property
    def first_pitch(self) -> int:
        """The index of the first action that begins a note; all after it do too."""
        return (self.hold is not None) + (self.rest is not None)

    @cached_property
    def pitches(self) -> NDArray[np.int16]:
        """Offsets of the actions that begin a note, (P,)."""
        return self.offsets[self.first_pitch :]

    @cached_property
    def classes(self) -> NDArray[np.int16]:
        """Pitch classes above the tonic of the actions that begin a note, (P,)."""
        return self.pitches % 12

    @cached_property
    def kinds(self) -> NDArray[np.int8]:
        """ONSET, HOLD or REST of each action, (A,)."""
        kinds = np.full(self.count, ONSET, np.int8)
        if self.hold is not None:
            kinds[self.hold] = HOLD
        if self.rest is not None:
            kinds[self.rest] = REST
        return kinds

    @cached_property
    def onsets(self) -> NDArray[np.int8]:
        """The offset that begins with each action, NONE with those that begin no note, (A,)."""
        return np.where(self.kinds == ONSET, self.offsets, NONE).astype(np.int8)


def _table(offsets: list[int], *, silence: bool) -> Actions:
    rows = np.array([0, 0, *offsets] if silence else offsets, np.int16)
    rows.setflags(write=False)
    return Actions(rows, 0, 1) if silence else Actions(rows)


FULL_ACTIONS = _table(list(range(36)), silence=True)
"""HOLD, REST and three octaves: the 38 of Magenta's melody encoding."""

EIGHT_BAR_ACTIONS = _table([0, 2, 4, 5, 7, 9, 11], silence=False)
"""C D E F G A B: the seven notes of the minimal task."""
