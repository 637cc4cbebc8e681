"""MIDI channel messages as values, and the bytes they travel as.

Source: MIDI 1.0 Detailed Specification, 4.2 (channel voice messages). Channels are 0-15.
"""

from dataclasses import dataclass

from melodyrl.core.midi.clock import ClockMessage, clock_to_bytes


@dataclass(frozen=True, slots=True)
class NoteOn:
    """A key goes down: pitch 0-127, velocity 1-127, channel 0-15."""

    pitch: int
    velocity: int = 80
    channel: int = 0


@dataclass(frozen=True, slots=True)
class NoteOff:
    """A key comes up: pitch 0-127, channel 0-15."""

    pitch: int
    channel: int = 0


@dataclass(frozen=True, slots=True)
class ControlChange:
    """A controller moves: 64 is the sustain pedal, `SILENCES` let every key of its channel go."""

    controller: int
    value: int
    channel: int = 0


@dataclass(frozen=True, slots=True)
class ProgramChange:
    """A keyboard asks for a sound, 0-127: heard, and never sent."""

    program: int
    channel: int = 0


Message = NoteOn | NoteOff | ControlChange

DRUMS = 9
"""The channel whose pitches are drums, which is shown as 10. Source: General MIDI 1."""

SUSTAIN, PEDAL_DOWN = 64, 64
"""The controller of the sustain pedal, and the value from which it counts as down."""

ALL_SOUND_OFF, ALL_NOTES_OFF = 120, 123
"""The channel mode messages after which no key is down; what the pedal holds ends by the first
alone. Some DAWs send the second on every channel where they stop or move on in a song."""

SILENCES = (ALL_SOUND_OFF, ALL_NOTES_OFF)

_NOTE_OFF, _NOTE_ON, _CONTROL_CHANGE, _PROGRAM_CHANGE = 0x80, 0x90, 0xB0, 0xC0


def to_bytes(message: Message | ClockMessage) -> bytes:
    """The bytes of a message."""
    match message:
        case NoteOn(pitch, velocity, channel):
            return bytes((_NOTE_ON | channel, pitch, velocity))
        case NoteOff(pitch, channel):
            return bytes((_NOTE_OFF | channel, pitch, 0))
        case ControlChange(controller, value, channel):
            return bytes((_CONTROL_CHANGE | channel, controller, value))
        case _:
            return clock_to_bytes(message)


def from_bytes(data: bytes) -> Message | None:
    """The message in exactly one whole MIDI message, or None where it is not one of ours.

    A note-on of velocity 0 is a note-off (MIDI 1.0, 4.2.3). Truncated or malformed bytes are None.
    """
    if len(data) != 3 or data[1] > 127 or data[2] > 127:
        return None
    kind, channel = data[0] & 0xF0, data[0] & 0x0F
    if kind == _NOTE_ON and data[2] > 0:
        return NoteOn(data[1], data[2], channel)
    if kind in (_NOTE_ON, _NOTE_OFF):
        return NoteOff(data[1], channel)
    if kind == _CONTROL_CHANGE:
        return ControlChange(data[1], data[2], channel)
    return None


def program_from_bytes(data: bytes) -> ProgramChange | None:
    """The program change in exactly one whole MIDI message, or None where it is none."""
    if len(data) != 2 or data[0] & 0xF0 != _PROGRAM_CHANGE or data[1] > 127:
        return None
    return ProgramChange(data[1], data[0] & 0x0F)
