"""A call: the line that a player plays alone, sixteenth by sixteenth, until they fall silent."""

from collections.abc import Set as AbstractSet

from melodyrl.core.midi.messages import NoteOn

_CHORD_NOTES, _CHORD_SPAN = 3, 12
"""So many notes of one sixteenth, within an octave, are harmony and no part of the line."""

_MOST = 16  # notes of one sixteenth that are told apart: a flood must cost no more than a chord

LONGEST = 64
"""Sixteenths of a call that are answered: its last four bars of 4/4."""


class Call:
    """What was struck at each sixteenth, and where nothing sounded."""

    def __init__(self) -> None:
        self._struck: dict[int, list[NoteOn]] = {}
        self._silent: set[int] = set()
        self._fresh: list[int] = []

    def strike(self, note: NoteOn, step: int) -> None:
        """A note began nearest to a sixteenth."""
        self.restart(step - LONGEST + 1)
        self._silent.discard(step)
        struck = self._struck.setdefault(step, [])
        if len(struck) < _MOST:
            struck.append(note)
            self._fresh.append(step)

    def pass_by(self, step: int, sounding: AbstractSet[int]) -> None:
        """A sixteenth has begun while these pitches sound."""
        line = self.line()
        last = line[max(line)].pitch if line else None
        if last not in sounding and step not in line:
            self._silent.add(step)
        # A reply looks back as far as the call, and the silence after it, are long.
        self._silent = {at for at in self._silent if at > step - 2 * LONGEST}

    def restart(self, step: int) -> None:
        """Forget what was struck before a sixteenth."""
        self._struck = {at: notes for at, notes in self._struck.items() if at >= step}

    def take_fresh(self) -> NoteOn | None:
        """The line's note that began since this was asked last, if any."""
        struck = (self._struck.get(step, []) for step in self._fresh)
        found = [note for notes in struck if notes and (note := _of_line(notes))]
        self._fresh.clear()
        return found[-1] if found else None

    def line(self) -> dict[int, NoteOn]:
        """The notes of the line by sixteenth, in order: of several at once the highest."""
        notes = ((step, _of_line(self._struck[step])) for step in sorted(self._struck))
        return {step: note for step, note in notes if note is not None}

    def is_silent(self, step: int) -> bool:
        """Whether nothing of the line sounded at a sixteenth."""
        return step in self._silent

    def rested(self, step: int) -> int:
        """Sixteenths of silence up to and with this one."""
        length = 0
        while step - length in self._silent:
            length += 1
        return length


def _of_line(struck: list[NoteOn]) -> NoteOn | None:
    """The highest of the notes of one sixteenth; None where they are a chord alone."""
    pitches = [note.pitch for note in struck]
    if len(set(pitches)) >= _CHORD_NOTES and max(pitches) - min(pitches) <= _CHORD_SPAN:
        return None
    return max(struck, key=lambda note: note.pitch)
