"""The loop: the one thread that owns the engine. Nothing escapes it, and no note is left behind.

Each turn takes what has arrived, tells the engine, and sends what is due. Between turns it waits in
the inbox until just before the next deadline, then waits out the rest on the clock.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Event, Nanos, Outgoing, Panic, SetClock, SetTempo, Tap
from melodyrl.core.engine.session import Fate, Sent
from melodyrl.core.midi.clock import ClockMessage
from melodyrl.core.midi.messages import Message, NoteOff, NoteOn
from melodyrl.live.clock import Clock
from melodyrl.live.inbox import Call, Told
from melodyrl.live.lateness import Lateness
from melodyrl.live.leader import Leader

EARLY_NS = 100_000
"""How long before a deadline the inbox is left, and nothing heard: its wait ends 0.02 ms late, and
0.1 in the worst of a hundred without real-time priority (measured, Linux 6)."""

SHOW_NS = 50_000_000
"""From one published snapshot to the next: 20 a second."""

GAP_NS = 20_000
"""From one thought to the next: long enough for a thread that waits to post a note."""

SLACK_NS = 5_000_000
"""Snapshots and thoughts ahead wait where something is due sooner than this; a note is sent 3 ms
after deciding."""

LATE_NS = Nanos(100_000_000)
"""A note-on later than this is dropped: at 150 bpm it would sound as the next sixteenth."""

REST_NS = 50_000_000
"""Pause after the engine has failed, so that one that fails always cannot spin."""

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


class Source(Protocol):
    """Where events come from: an `Inbox`, or a script in tests."""

    def take(self, timeout_ns: int) -> list[Told | Call]:
        """All that has arrived; waits up to `timeout_ns` for the first."""
        ...


class Loop:
    """Runs an engine against a clock, an inbox and an output."""

    def __init__(
        self,
        engine: Engine,
        inbox: Source,
        output: Output,
        clock: Clock,
        publish: Callable[[object], None] = lambda item: None,
        *,
        leader: Leader | None = None,
        record: Callable[[object], None] = lambda item: None,
        thru: bool = False,
        late_ns: Nanos = LATE_NS,
    ) -> None:
        """`record` gets all that the engine is told, and each `Sent`; it must never wait either.

        With `thru` what is heard is sent on. Note-ons later than `late_ns` are dropped.
        """
        self._engine = engine
        self._inbox = inbox
        self._output = output
        self._clock = clock
        self.publish = publish
        self._leader = leader or Leader({}, "internal")
        self._recorder = record
        self._thru = thru
        self._late_ns = late_ns
        self._sounding: set[tuple[int, int]] = set()
        self._ahead: tuple[Outgoing, Nanos] | None = None  # and when it was sent
        self._unshown: deque[tuple[object, ...]] = deque()
        self._next_show_ns = Nanos(0)
        self._rest_until_ns = Nanos(0)
        self._stopping = False
        self.lateness = Lateness()
        self.failures = 0
        """Times that the engine raised; its notes were released and it went on."""
        self.unsent = 0
        """Messages that the output refused."""
        self.unrecorded = 0
        """Lines that the record refused."""
        self.unpublished = 0
        """Notes and snapshots that the page refused."""

    def run(self) -> None:
        """Turn until `stop`, then release every note."""
        try:
            while not self._stopping:
                self.turn()
        finally:
            self._release()

    def stop(self) -> None:
        """End after this turn; from any thread, followed by `Inbox.wake`."""
        self._stopping = True

    def turn(self) -> None:
        """Wait for the next deadline or the next event, and see to both."""
        try:
            self._turn()
        except Exception:  # noqa: BLE001 - nothing escapes the loop
            self._recover("turn")

    def _turn(self) -> None:
        for item in self._awaited(self._next_deadline()):
            self._tell(item)
        now_ns = self._clock.now()
        self._tell_all(self._leader.due(now_ns), now_ns)
        self._send_due()
        self._send_due()  # a decision that took long is due by now
        self._take_back()
        self._show_notes()
        self._show()

    def _awaited(self, until_ns: Nanos) -> list[Told | Call]:
        """What arrives until a deadline; meanwhile the engine thinks, where time is left for it."""
        thoughts = self._engine.thoughts()
        while until_ns - self._clock.now() > SLACK_NS and _goes_on(thoughts):
            if items := self._inbox.take(GAP_NS):
                return items
        items = self._inbox.take(until_ns - self._clock.now() - EARLY_NS)
        if not items:
            self._clock.wait_until(until_ns)
        return items

    def _next_deadline(self) -> Nanos:
        engine_ns, clock_ns = self._engine.next_wake(), self._leader.next_wake()
        deadline_ns = self._next_show_ns
        if engine_ns is not None:
            deadline_ns = min(deadline_ns, max(engine_ns, self._rest_until_ns))
        return deadline_ns if clock_ns is None else min(deadline_ns, clock_ns)

    def _tell(self, item: Told | Call) -> None:
        if isinstance(item, Call):
            item.run(self._engine)
            return
        event, at_ns = item.event, item.at_ns
        if isinstance(event, ClockMessage):
            self._tell_all(self._leader.hear(event, at_ns), at_ns)
            return
        if isinstance(event, SetClock) and event.source not in self._leader.clocks:
            log.warning("clock refused source=%s expected=%s", event.source, self._leader.clocks)
            return
        if self._thru and isinstance(event, Message):
            self._emit(event)
            self._keep(self._clock.now(), Outgoing(at_ns, event), "more")
        self._answer_ahead(event, at_ns)
        self._tell_all([event], at_ns)
        match event:
            case NoteOn(pitch, velocity):
                self._unshown.append(("note", "player", True, pitch, velocity, at_ns))
            case NoteOff(pitch):
                self._unshown.append(("note", "player", False, pitch, 0, at_ns))
            case SetTempo() | Tap():
                self._tell_all(self._leader.hear(event, at_ns), at_ns)
            case SetClock():
                self._tell_all(self._leader.choose(self._engine.clock, at_ns), at_ns)

    def _answer_ahead(self, event: Event, at_ns: Nanos) -> None:
        """Send the answer that the engine foretells; it is told of the note after that."""
        if self._clock.now() < self._rest_until_ns:
            return
        try:
            answer = self._engine.foretell(event, at_ns)
        except Exception:  # noqa: BLE001 - it is told all the same, and what fails fails there
            return
        if answer is not None and not self._is_late(answer, self._clock.now()):
            self._emit(answer.message)
            self._ahead = answer, self._clock.now()

    def _tell_all(self, events: list[Event], at_ns: Nanos) -> None:
        for event in events:
            try:
                self._receive(event, at_ns)
            except Exception:  # noqa: BLE001 - the rest of what arrived is told all the same
                self._recover("receive")

    def _receive(self, event: Event, at_ns: Nanos) -> None:
        try:
            self._engine.receive(event, at_ns)
        finally:
            self._record((self._engine.told_ns, event))

    def _send_due(self) -> None:
        now_ns = self._clock.now()
        if now_ns < self._rest_until_ns:
            return
        for each in self._engine.due(now_ns):
            if self._is_ahead(each):
                self._account_for_ahead("sent")
            elif self._is_late(each, now_ns):
                self.lateness.dropped += 1
                self._keep(now_ns, each, "late")
            else:
                self._send(each)

    def _is_ahead(self, outgoing: Outgoing) -> bool:
        """Whether it is the answer that was sent ahead."""
        return self._ahead is not None and outgoing == self._ahead[0]

    def _is_late(self, outgoing: Outgoing, now_ns: Nanos) -> bool:
        """Whether it is a note that is better not played."""
        return isinstance(outgoing.message, NoteOn) and now_ns - outgoing.due_ns > self._late_ns

    def _send(self, outgoing: Outgoing, fate: Fate = "sent") -> None:
        self._emit(outgoing.message)
        self._account_for(outgoing, self._clock.now(), fate)

    def _account_for_ahead(self, fate: Fate) -> None:
        """Tell of the answer that was sent ahead."""
        if self._ahead is not None:
            answer, sent_ns = self._ahead
            self._ahead = None
            self._account_for(answer, sent_ns, fate)

    def _take_back(self) -> None:
        """End an answer that was sent ahead, where the engine did not say it after all."""
        if self._ahead is not None and isinstance(note := self._ahead[0].message, NoteOn):
            self._account_for_ahead("more")
            off = NoteOff(note.pitch, note.channel)
            self._send(Outgoing(self._clock.now(), off), "more")

    def _account_for(self, outgoing: Outgoing, sent_ns: Nanos, fate: Fate) -> None:
        """Record what was sent, measure how late it was, and have it shown."""
        self._keep(sent_ns, outgoing, fate)
        self.lateness.add(sent_ns - outgoing.due_ns)
        match outgoing.message:
            case NoteOn(pitch, velocity, channel):
                who = self._who(channel)
                self._unshown.append(("note", who, True, pitch, velocity, outgoing.due_ns))
            case NoteOff(pitch, channel):
                who = self._who(channel)
                self._unshown.append(("note", who, False, pitch, 0, outgoing.due_ns))
            case _:
                return

    def _who(self, channel: int) -> str:
        return "drums" if channel == self._engine.drum_channel else "machine"

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
            self._record(Sent(at_ns, outgoing.due_ns, outgoing.message, fate))

    def _record(self, item: object) -> None:
        try:
            self._recorder(item)
        except Exception:  # noqa: BLE001 - a take that is lost must not leave a note hanging
            self.unrecorded += 1

    def _show_notes(self) -> None:
        """Publish what was heard and played: no note waits for that."""
        while self._unshown:
            self._publish(self._unshown.popleft())

    def _show(self) -> None:
        now_ns = self._clock.now()
        if now_ns < self._next_show_ns:
            return
        wake_ns = self._engine.next_wake()
        if wake_ns is not None and 0 <= wake_ns - now_ns < SLACK_NS:
            self._next_show_ns = Nanos(wake_ns + 1)
            return
        self._next_show_ns = Nanos(now_ns + SHOW_NS)
        self._publish(
            replace(
                self._engine.snapshot(),
                clocks=self._leader.clocks,
                timing=self.lateness.timing,
                unplugged=self._output.unplugged,
            )
        )

    def _publish(self, item: object) -> None:
        try:
            self.publish(item)
        except Exception:  # noqa: BLE001 - a page that fails must not stop the music
            self.unpublished += 1

    def _recover(self, where: str) -> None:
        """The engine raised: silence it, rest a moment, go on."""
        self.failures += 1
        if self.failures == 1:
            log.exception("engine failed where=%s", where)
        now_ns = self._clock.now()
        self._rest_until_ns = Nanos(now_ns + REST_NS)
        self._silence(lambda: self._panic(now_ns))

    def _panic(self, now_ns: Nanos) -> list[Outgoing]:
        panic: Event = Panic()
        self._receive(panic, now_ns)
        return self._engine.due(now_ns)

    def _release(self) -> None:
        self._silence(lambda: self._panic(self._clock.now()))
        self._show_notes()

    def _silence(self, offs: Callable[[], list[Outgoing]]) -> None:
        """Send the engine's own offs, then one for whatever still sounds."""
        try:
            outgoing = offs()
        except Exception:  # noqa: BLE001 - what sounds is released below all the same
            outgoing = []
        for each in outgoing:
            if self._is_ahead(each):
                self._account_for_ahead("sent")
            else:
                self._send(each)
        self._take_back()
        now_ns = self._clock.now()
        for pitch, channel in sorted(self._sounding):
            self._send(Outgoing(now_ns, NoteOff(pitch, channel)), "more")


def _goes_on(thoughts: Iterator[None]) -> bool:
    """Whether there was another thought."""
    with suppress(Exception):  # what fails here fails again, and is told, where it is decided
        next(thoughts)
        return True
    return False
