"""What both players played, as notes, to be exported."""

from collections.abc import Iterable
from dataclasses import dataclass

from melodyrl.core.engine.events import Event, Nanos, Outgoing
from melodyrl.core.engine.recorder import Recording
from melodyrl.core.midi.messages import ControlChange, NoteOff, NoteOn
from melodyrl.core.midi.notes import Note, notes_of


@dataclass(frozen=True, slots=True)
class Take:
    """The notes of both players, by onset. Ours lie the engine's listen_ns behind the grid."""

    player: tuple[Note, ...]
    ours: tuple[Note, ...]


def take_of(recording: Recording, sent: Iterable[Outgoing]) -> Take:
    """The notes of both players, those that still sound at the end of the recording ending there.

    Pairing hours of notes takes longer than a note may wait: not for the thread that plays.
    """
    return Take(part(recording.events, recording.until_ns), part(sent, recording.until_ns))


def part(events: Iterable[tuple[Nanos, Event] | Outgoing], until_ns: Nanos) -> tuple[Note, ...]:
    """The notes of a recording's events, or of what was sent; they end at `until_ns` at last."""
    timed = ((each.due_ns, each.message) if isinstance(each, Outgoing) else each for each in events)
    messages = [
        (at_ns, event)
        for at_ns, event in timed
        if isinstance(event, NoteOn | NoteOff | ControlChange)
    ]
    return tuple(notes_of(messages, until_ns))
