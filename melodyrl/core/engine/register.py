"""Register: a line sounds whole octaves above or below where it was decided.

What is decided stays the same, so a turn of the knob cannot leave the line without a note in reach,
and the same music in another key still gets the same answer in that key.
"""

_OCTAVE = 12


def lift(register: float) -> int:
    """Semitones by which a register, in octaves, moves what sounds: the nearest octave's."""
    return _OCTAVE * round(register)


def lifted(pitch: int, register: float) -> int:
    """Where a pitch sounds in a register; what would leave MIDI's range comes back by octaves."""
    sounds = pitch + lift(register)
    while sounds > 127:
        sounds -= _OCTAVE
    while sounds < 0:
        sounds += _OCTAVE
    return sounds
