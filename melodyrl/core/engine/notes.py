"""What both players played, as notes, to be exported."""

from collections.abc import Iterable
from dataclasses import dataclass

from melodyrl.core.engine.events import Event, Nanos, Outgoing
from melodyrl.core.engine.recorder import Recording
from melodyrl.core.midi.messages import ControlChange, Message, NoteOff, NoteOn
from melodyrl.core.midi.notes import Note, notes_of


@dataclass(frozen=True, slots=True)
class Take:
    """The notes of both players, by onset. Ours lie the engine's listen_ns behind the grid.

    The drums, ours too, lie on it.
    """

    player: tuple[Note, ...]
    ours: tuple[Note, ...]
    drums: tuple[Note, ...] = ()


def take_of(recording: Recording, sent: Iterable[Outgoing]) -> Take:
    """The notes of both players, those that still sound at the end of the recording ending there.

    Pairing hours of notes takes longer than a note may wait: not for the thread that plays.
    """
    until_ns, drums = recording.until_ns, recording.config.drum_channel
    said = [(each.due_ns, each.message) for each in sent if isinstance(each.message, Message)]
    return Take(
        part(recording.events, until_ns),
        part([each for each in said if each[1].channel != drums], until_ns),
        part([each for each in said if each[1].channel == drums], until_ns),
    )


def part(events: Iterable[tuple[Nanos, Event]], until_ns: Nanos) -> tuple[Note, ...]:
    """The notes of events; they end at `until_ns` at last."""
    messages = [
        (at_ns, event)
        for at_ns, event in events
        if isinstance(event, NoteOn | NoteOff | ControlChange)
    ]
    return tuple(notes_of(messages, until_ns))
