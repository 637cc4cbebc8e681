"""MIDI clock messages as values: 24 ticks to a quarter, and where the song is.

Source: MIDI 1.0 Detailed Specification, system common (song position) and system real time.
"""

from dataclasses import dataclass
from enum import Enum

TICKS_PER_STEP = 6
"""Ticks to a sixteenth, which is also the unit of the song position."""

_SONG_POSITION = 0xF2


class RealTime(Enum):
    """The messages of one byte that a clock master sends; the value is the byte."""

    TICK = 0xF8
    START = 0xFA
    """Play from the beginning: its first beat is the next tick."""
    CONTINUE = 0xFB
    """Play from the song position: it is the next tick."""
    STOP = 0xFC


@dataclass(frozen=True, slots=True)
class SongPosition:
    """Where a CONTINUE begins, in sixteenths from the beginning of the song: 0-16383."""

    step: int


ClockMessage = RealTime | SongPosition

_REAL_TIME = {kind.value: kind for kind in RealTime}


def clock_to_bytes(message: ClockMessage) -> bytes:
    """The one or three bytes of a clock message; a position past the last one is the last one."""
    if isinstance(message, RealTime):
        return bytes((message.value,))
    step = min(message.step, 0x3FFF)
    return bytes((_SONG_POSITION, step & 0x7F, step >> 7))


def clock_from_bytes(data: bytes) -> ClockMessage | None:
    """The clock message in exactly one whole MIDI message, or None where it is none."""
    if len(data) == 1:
        return _REAL_TIME.get(data[0])
    if len(data) == 3 and data[0] == _SONG_POSITION and max(data[1:]) <= 127:
        return SongPosition(data[1] | data[2] << 7)
    return None
