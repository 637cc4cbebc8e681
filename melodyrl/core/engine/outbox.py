"""What was decided and is not yet due, and what was sent."""

from collections import deque

from melodyrl.core.engine.events import Nanos, Outgoing
from melodyrl.core.engine.recorder import MOST_EVENTS
from melodyrl.core.midi.clock import ClockMessage
from melodyrl.core.midi.messages import Message, NoteOff, NoteOn


class Outbox:
    """Notes of a channel leave in the order in which they were said; ticks go between them."""

    def __init__(self) -> None:
        self._waiting: list[Outgoing] = []
        self._sounding: set[_Note] = set()
        self.sent: deque[Outgoing] = deque(maxlen=MOST_EVENTS)
        """The newest notes and controls that were handed out, oldest first."""

    @property
    def next_due(self) -> Nanos | None:
        """When the next message is due; None where none waits."""
        return self._waiting[0].due_ns if self._waiting else None

    def sounding(self, now_ns: Nanos, channel: int) -> tuple[int, ...]:
        """The pitches of a channel that sound by what is due by now, lowest first."""
        notes = self._sounding.copy()
        for each in self._waiting:
            if each.due_ns <= now_ns:
                _follow(notes, each.message)
        return tuple(sorted(pitch for pitch, its in notes if its == channel))

    def say(self, messages: list[Message], due_ns: Nanos, channel: int) -> None:
        """Send these of a channel, if any, at `due_ns`; its notes that wait for later go ahead.

        A note that waits for later and is ended here is not played at all.
        """
        self._add(_heard([*self._later(due_ns, channel), *messages]), due_ns)

    def tell_time(self, messages: list[ClockMessage], due_ns: Nanos) -> None:
        """Send messages of the clock at `due_ns`, whatever else waits."""
        self._add(messages, due_ns)

    def take(self, now_ns: Nanos) -> list[Outgoing]:
        """What is due by now, in order; each is handed out once."""
        due = [each for each in self._waiting if each.due_ns <= now_ns]
        self._waiting = self._waiting[len(due) :]
        for each in due:
            if isinstance(each.message, Message):
                self.sent.append(each)
            _follow(self._sounding, each.message)
        return due

    def _add(self, messages: list[Message] | list[ClockMessage], due_ns: Nanos) -> None:
        self._waiting += [Outgoing(due_ns, message) for message in messages]
        self._waiting.sort(key=lambda each: each.due_ns)

    def _later(self, due_ns: Nanos, channel: int) -> list[Message]:
        """Take out what waits for later than `due_ns` on a channel, in order."""
        if not self._waiting:
            return []
        later = [each for each in self._waiting if _is_later(each, due_ns, channel)]
        self._waiting = [each for each in self._waiting if not _is_later(each, due_ns, channel)]
        return [each.message for each in later if isinstance(each.message, Message)]


_Note = tuple[int, int]  # pitch and channel


def _follow(notes: set[_Note], message: Message | ClockMessage) -> None:
    match message:
        case NoteOn(pitch, _, channel):
            notes.add((pitch, channel))
        case NoteOff(pitch, channel):
            notes.discard((pitch, channel))
        case _:
            return


def _is_later(each: Outgoing, due_ns: Nanos, channel: int) -> bool:
    message = each.message
    return each.due_ns > due_ns and isinstance(message, Message) and message.channel == channel


def _heard(messages: list[Message]) -> list[Message]:
    """What is left of messages of one moment without the notes that begin and end in it."""
    kept: list[Message] = []
    for message in messages:
        begun = _begun(kept, message) if isinstance(message, NoteOff) else None
        if begun is None:
            kept.append(message)
        else:
            kept.remove(begun)
    return kept


def _begun(messages: list[Message], off: NoteOff) -> NoteOn | None:
    """The note-on among messages that a note-off ends."""
    for each in messages:
        if isinstance(each, NoteOn) and (each.pitch, each.channel) == (off.pitch, off.channel):
            return each
    return None
