"""Names of pitches and pitch classes, and 12-bit pitch-class sets.

A pitch is a MIDI number 0-127 (60 is C4). A mask is a pitch-class set: bit n is pitch class n.
"""

from collections.abc import Iterable

from melodyrl.errors import ConfigError

PITCH_CLASS_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
"""One name for each pitch class, the one that chord symbols use most."""

ALL_PITCH_CLASSES = (1 << 12) - 1

_MAJOR_SCALE, _MINOR_SCALE = 0b1010_1011_0101, 0b0101_1010_1101
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ACCIDENTALS = {"#": 1, "♯": 1, "b": -1, "♭": -1}


def pitch_name(pitch: int) -> str:
    """The name of a pitch with its octave, C4 for 60."""
    return f"{PITCH_CLASS_NAMES[pitch % 12]}{pitch // 12 - 1}"


def split_pitch_class(text: str) -> tuple[int, str] | None:
    """The pitch class that a text begins with, and the rest; None where it begins with none."""
    if not text or text[0].upper() not in _LETTERS:
        return None
    pitch_class, rest = _LETTERS[text[0].upper()], text[1:]
    while rest and rest[0] in _ACCIDENTALS:
        pitch_class, rest = pitch_class + _ACCIDENTALS[rest[0]], rest[1:]
    return pitch_class % 12, rest


def parse_pitch_class(text: str) -> int:
    """The pitch class (0-11) of a name such as C, F# or Bb.

    Raises:
        ConfigError: the text is not a name of a pitch class.
    """
    found = split_pitch_class(text.strip())
    if found is None or found[1]:
        raise ConfigError(f"{text!r} is not the name of a note; write one such as C, F# or Bb.")
    return found[0]


def parse_pitch(text: str) -> int:
    """The pitch of a name with its octave, such as C4 (60), F#3 or Bb2.

    Raises:
        ConfigError: the text is not a name of a pitch of MIDI.
    """
    name = text.strip()
    found = split_pitch_class(name)
    octave = found[1] if found else ""
    if octave.removeprefix("-").isdecimal() and octave.isascii():
        # B#3 and Cb4 lie beyond the octave that they are written in
        written = 12 * (int(octave) + 1) + _LETTERS[name[0].upper()]
        pitch = written + sum(_ACCIDENTALS[each] for each in name[1 : -len(octave)])
        if 0 <= pitch <= 127:
            return pitch
    raise ConfigError(f"{text!r} is not the name of a pitch; write one such as C4, F#3 or Bb2.")


def mask_of(pitches: Iterable[int]) -> int:
    """The mask of the classes of some pitches."""
    mask = 0
    for pitch in pitches:
        mask |= 1 << pitch % 12
    return mask


def rotate(mask: int, semitones: int) -> int:
    """The mask moved up by some semitones (modulo the octave)."""
    up = semitones % 12
    return (mask << up | mask >> (12 - up)) & ALL_PITCH_CLASSES


def pitch_classes(mask: int) -> tuple[int, ...]:
    """The pitch classes of a mask, rising from C."""
    return tuple(pitch_class for pitch_class in range(12) if mask >> pitch_class & 1)


def scale_mask(minor: bool) -> int:
    """The scale on C, major or natural minor, as a pitch-class mask."""
    return _MINOR_SCALE if minor else _MAJOR_SCALE
