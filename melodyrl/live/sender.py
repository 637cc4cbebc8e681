"""What goes out: each message once, recorded and measured, and each note-on owed its note-off."""

import logging
from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol

from melodyrl.core.engine.events import Nanos, Outgoing
from melodyrl.core.engine.session import Fate, Sent
from melodyrl.core.midi.clock import ClockMessage
from melodyrl.core.midi.messages import Message, NoteOff, NoteOn
from melodyrl.live.clock import Clock
from melodyrl.live.lateness import Lateness

log = logging.getLogger(__name__)


class Output(Protocol):
    """Where messages go."""

    @property
    def unplugged(self) -> tuple[str, ...]:
        """Names of the devices that are waited for; read often, so it must not wait."""
        ...

    def send(self, message: Message | ClockMessage) -> None:
        """Send one message now."""
        ...


class Sender:
    """Sends what the engine says, and what it is known to say before it does. It never raises."""

    def __init__(
        self,
        output: Output,
        clock: Clock,
        record: Callable[[object], None],
        drum_channel: int,
        late_ns: Nanos,
    ) -> None:
        """`record` gets each `Sent`, and must never wait; later than `late_ns` no note begins."""
        self._output = output
        self._clock = clock
        self._recorder = record
        self._drum_channel = drum_channel
        self._late_ns = late_ns
        self._sounding: set[tuple[int, int]] = set()
        self._ahead: tuple[Outgoing, Nanos] | None = None  # and when it was sent
        self.unshown: deque[tuple[object, ...]] = deque()
        """Notes that are to be shown, the oldest first."""
        self.lateness = Lateness()
        self.unsent = 0
        """Messages that the output refused."""
        self.unrecorded = 0
        """Lines that the record refused."""

    def hand_on(self, heard: Message, at_ns: Nanos) -> None:
        """Send on what the player played."""
        self._emit(heard)
        self._keep(self._clock.now(), Outgoing(at_ns, heard), "more")

    def send_ahead(self, answer: Outgoing) -> None:
        """Send a note that the engine will say in this turn; one that is late waits for that."""
        if not self._is_late(answer, self._clock.now()):
            self._emit(answer.message)
            self._ahead = answer, self._clock.now()

    def send(self, outgoing: Outgoing) -> None:
        """Send what the engine says, unless it was sent ahead, or is better not played any more."""
        now_ns = self._clock.now()
        if self._is_late(outgoing, now_ns) and self._ahead_ns(outgoing) is None:
            self.lateness.dropped += 1
            self._keep(now_ns, outgoing, "late")
        else:
            self._send(outgoing)

    def take_back(self) -> None:
        """The turn is over: end a note that was sent ahead and that the engine did not say."""
        if self._ahead is not None and isinstance(note := self._ahead[0].message, NoteOn):
            self._account_for(*self._ahead, "more")
            self._ahead = None
            off = NoteOff(note.pitch, note.channel)
            self._send(Outgoing(self._clock.now(), off), "more")

    def silence(self, said: Iterable[Outgoing]) -> None:
        """Send what the engine says to be silent, then a note-off for whatever still sounds."""
        for each in said:
            self._send(each)
        self.take_back()
        now_ns = self._clock.now()
        for pitch, channel in sorted(self._sounding):
            self._send(Outgoing(now_ns, NoteOff(pitch, channel)), "more")

    def show(self, who: str, event: object, at_ns: Nanos) -> None:
        """Have an event shown, where it is a note."""
        match event:
            case NoteOn(pitch, velocity):
                self.unshown.append(("note", who, True, pitch, velocity, at_ns))
            case NoteOff(pitch):
                self.unshown.append(("note", who, False, pitch, 0, at_ns))
            case _:
                return

    def record(self, item: object) -> None:
        """Write down; a take that is lost must not leave a note hanging."""
        try:
            self._recorder(item)
        except Exception:  # noqa: BLE001
            self.unrecorded += 1

    def _is_late(self, outgoing: Outgoing, now_ns: Nanos) -> bool:
        return isinstance(outgoing.message, NoteOn) and now_ns - outgoing.due_ns > self._late_ns

    def _ahead_ns(self, outgoing: Outgoing) -> Nanos | None:
        """When a message was sent, where that was ahead."""
        return self._ahead[1] if self._ahead is not None and outgoing == self._ahead[0] else None

    def _send(self, outgoing: Outgoing, fate: Fate = "sent") -> None:
        sent_ns = self._ahead_ns(outgoing)
        if sent_ns is None:
            self._emit(outgoing.message)
            sent_ns = self._clock.now()
        else:
            self._ahead = None
        self._account_for(outgoing, sent_ns, fate)

    def _account_for(self, outgoing: Outgoing, sent_ns: Nanos, fate: Fate) -> None:
        """Record what was sent, measure how late it was, and have it shown."""
        self._keep(sent_ns, outgoing, fate)
        self.lateness.add(sent_ns - outgoing.due_ns)
        if isinstance(message := outgoing.message, Message):
            who = "drums" if message.channel == self._drum_channel else "machine"
            self.show(who, message, outgoing.due_ns)

    def _emit(self, message: Message | ClockMessage) -> None:
        try:
            self._output.send(message)
        except Exception as error:  # noqa: BLE001 - a port that vanished must not end the music
            self.unsent += 1
            if self.unsent == 1:
                log.warning("message refused error=%s", error)
        match message:
            case NoteOn(pitch, _, channel):
                self._sounding.add((pitch, channel))
            case NoteOff(pitch, channel):
                self._sounding.discard((pitch, channel))
            case _:
                return

    def _keep(self, at_ns: Nanos, outgoing: Outgoing, fate: Fate) -> None:
        """Record what is played; a clock's ticks, 24 a quarter, follow from what was told."""
        if isinstance(outgoing.message, Message):
            self.record(Sent(at_ns, outgoing.due_ns, outgoing.message, fate))
