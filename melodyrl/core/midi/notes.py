"""Notes: what lies between a note-on and its note-off."""

from collections.abc import Iterable
from dataclasses import dataclass

from melodyrl.core.midi.messages import SILENCES, ControlChange, Message, NoteOff, NoteOn
from melodyrl.core.music.tempo import Nanos


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """A pitch (0-127) that sounds from start to end, struck with a velocity (1-127)."""

    start_ns: Nanos
    pitch: int
    end_ns: Nanos
    velocity: int = 80


def notes_of(messages: Iterable[tuple[Nanos, Message]], end_ns: Nanos | None = None) -> list[Note]:
    """The notes that messages in order of time make, by start and pitch.

    A pitch struck again while it sounds ends there. Notes that no message ends last until
    `end_ns`, or until the last message.
    """
    sounding: dict[tuple[int, int], tuple[Nanos, int]] = {}
    notes: list[Note] = []
    last_ns = Nanos(0)

    def release(key: tuple[int, int], at_ns: Nanos) -> None:
        if key in sounding:
            start_ns, velocity = sounding.pop(key)
            notes.append(Note(start_ns, key[1], at_ns, velocity))

    for last_ns, message in messages:
        match message:
            case NoteOn(pitch, velocity, channel):
                release((channel, pitch), last_ns)
                sounding[channel, pitch] = last_ns, velocity
            case NoteOff(pitch, channel):
                release((channel, pitch), last_ns)
            case ControlChange(controller, _, channel) if controller in SILENCES:
                for key in [each for each in sounding if each[0] == channel]:
                    release(key, last_ns)
            case ControlChange():
                pass
    for key in list(sounding):
        release(key, last_ns if end_ns is None else end_ns)
    return sorted(notes)
