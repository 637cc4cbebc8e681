"""What was decided and is not yet due, and what was sent."""

from collections import deque
from dataclasses import replace

from melodyrl.core.engine.events import Nanos, Outgoing
from melodyrl.core.engine.recorder import MOST_EVENTS
from melodyrl.core.midi.clock import ClockMessage
from melodyrl.core.midi.messages import Message, NoteOff, NoteOn


class Outbox:
    """Notes leave in the order in which they were said; the clock's ticks go between them."""

    def __init__(self) -> None:
        self._waiting: list[Outgoing] = []
        self.sent: deque[Outgoing] = deque(maxlen=MOST_EVENTS)
        """The newest notes and controls that were handed out, oldest first."""

    @property
    def next_due(self) -> Nanos | None:
        """When the next message is due; None where none waits."""
        return self._waiting[0].due_ns if self._waiting else None

    def say(self, messages: list[Message], due_ns: Nanos) -> None:
        """Send these at `due_ns`; notes that wait for later go ahead of them.

        A note that waits and is ended here is not played at all.
        """
        if messages and any(each.due_ns > due_ns for each in self._waiting):
            messages = self._strike_out(messages)
            self._waiting = [_hurried(each, due_ns) for each in self._waiting]
        self._add(messages, due_ns)

    def tell_time(self, messages: list[ClockMessage], due_ns: Nanos) -> None:
        """Send messages of the clock at `due_ns`, whatever else waits."""
        self._add(messages, due_ns)

    def take(self, now_ns: Nanos) -> list[Outgoing]:
        """What is due by now, in order; each is handed out once."""
        due = [each for each in self._waiting if each.due_ns <= now_ns]
        if due:
            self._waiting = self._waiting[len(due) :]
            self.sent.extend(each for each in due if isinstance(each.message, Message))
        return due

    def _add(self, messages: list[Message] | list[ClockMessage], due_ns: Nanos) -> None:
        self._waiting += [Outgoing(due_ns, message) for message in messages]
        self._waiting.sort(key=lambda each: each.due_ns)

    def _strike_out(self, messages: list[Message]) -> list[Message]:
        """Take out each note that waits and ends in `messages`; what is left of them."""
        ended = [_key(each) for each in messages if isinstance(each, NoteOff)]
        begun = {_key(each.message) for each in self._waiting if isinstance(each.message, NoteOn)}
        struck = begun.intersection(ended)
        self._waiting = [
            each
            for each in self._waiting
            if not (isinstance(each.message, NoteOn) and _key(each.message) in struck)
        ]
        return [
            each for each in messages if not (isinstance(each, NoteOff) and _key(each) in struck)
        ]


def _key(note: NoteOn | NoteOff) -> tuple[int, int]:
    return note.pitch, note.channel


def _hurried(waiting: Outgoing, due_ns: Nanos) -> Outgoing:
    is_note = isinstance(waiting.message, Message)
    return replace(waiting, due_ns=min(waiting.due_ns, due_ns)) if is_note else waiting
