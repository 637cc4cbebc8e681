"""How what sounds in a bar is written: chords and rests of lengths that a note can have, and names.

Each part is one voice: where a note begins or ends, what sounds on is tied over.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from melodyrl.core.music import Key, Meter
from melodyrl.core.score.bars import Bar

VALUES = {
    16: ("whole", False), 12: ("half", True), 8: ("half", False), 6: ("quarter", True),
    4: ("quarter", False), 3: ("eighth", True), 2: ("eighth", False), 1: ("16th", False),
}  # fmt: skip
"""Lengths in sixteenths that one note can have: what it is called, and whether it has a dot."""

_BEGINS_AT = {16: 16, 12: 4, 8: 4, 6: 2, 4: 2, 3: 1, 2: 1, 1: 1}
"""Sixteenths on which each may begin, so that an eye finds the beat; where beats are in four."""

_IN_SIX = {12: 12, 6: 6, 4: 2, 3: 3, 2: 1, 1: 1}
"""The same where they are in six."""

_LETTERS = "FCGDAEB"  # the line of fifths, C at 0
_BELOW = 3
"""How far the twelve names of a key's notes reach along the line of fifths below its major tonic:
two beyond its own seven there, and so three above them, where a minor key's leading note lies."""


@dataclass(frozen=True, slots=True, order=True)
class Placed:
    """A note by sixteenths of the score, the end not included."""

    start: int
    end: int
    pitch: int


@dataclass(frozen=True, slots=True)
class Written:
    """A chord, or without pitches a rest, of a length of VALUES."""

    length: int
    pitches: tuple[int, ...]
    tied_from: frozenset[int]
    """Pitches that sounded before and are held."""
    tied_to: frozenset[int]
    """Pitches that are held on."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """A pitch by its name: letter, semitones that it is altered by, and octave (C4 is 60)."""

    step: str
    alter: int
    octave: int


def written(notes: Iterable[Placed], bar: Bar) -> Iterator[Written]:
    """The chords and rests of a bar, by when they begin; they fill it."""
    here = [note for note in notes if note.start < bar.end and note.end > bar.start]
    edges = {bar.start, bar.end}
    edges |= {at for note in here for at in (note.start, note.end) if bar.start < at < bar.end}
    for begin, end in pairwise(sorted(edges)):
        sounding = {note.pitch: note for note in here if note.start <= begin < note.end}
        at = begin
        for length in _lengths(begin - bar.start, end - begin, bar.meter):
            yield _written(sounding, at, length)
            at += length


def _written(sounding: dict[int, Placed], at: int, length: int) -> Written:
    return Written(
        length,
        tuple(sorted(sounding)),
        frozenset(pitch for pitch, note in sounding.items() if note.start < at),
        frozenset(pitch for pitch, note in sounding.items() if note.end > at + length),
    )


def _lengths(at: int, length: int, meter: Meter) -> Iterator[int]:
    """A length from a sixteenth of the bar on, as lengths that a note can have."""
    begins_at = _IN_SIX if meter.is_compound else _BEGINS_AT
    while length:
        room = length
        if meter.is_compound and at % 6:
            room = min(length, 6 - at % 6)
        value = next(each for each, on in begins_at.items() if each <= room and at % on == 0)
        yield value
        at, length = at + value, length - value


def fifths(key: Key | None) -> int:
    """Sharps of a key's signature, flats below 0; without a key none."""
    if key is None:
        return 0
    sharps = key.home * 7 % 12
    return sharps if sharps <= 6 else sharps - 12


def spelled(pitch: int, sharps: int) -> Spelled:
    """A pitch as it is named in a key of so many sharps."""
    lowest = sharps - _BELOW
    line = lowest + (pitch * 7 - lowest) % 12
    step, alter = (line + 1) % 7, (line + 1) // 7
    return Spelled(_LETTERS[step], alter, (pitch - alter) // 12 - 1)
