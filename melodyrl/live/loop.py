"""The loop: the one thread that owns the engine. Nothing escapes it, and no note is left behind.

Each turn takes what has arrived, tells the engine, and sends what is due. Between turns it waits in
the inbox until just before the next deadline, then waits out the rest on the clock.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Event, Nanos, Outgoing, Panic, SetClock, SetTempo, Tap
from melodyrl.core.midi.clock import ClockMessage
from melodyrl.core.midi.messages import Message
from melodyrl.live.clock import Clock
from melodyrl.live.inbox import Call, Told
from melodyrl.live.leader import Leader
from melodyrl.live.sender import Output, Sender

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
        self.sender = Sender(output, clock, record, engine.drum_channel, late_ns)
        self._thru = thru
        self._next_show_ns = Nanos(0)
        self._rest_until_ns = Nanos(0)
        self._stopping = False
        self.failures = 0
        """Times that the engine raised; its notes were released and it went on."""
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
        self.sender.take_back()
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
            self.sender.hand_on(event, at_ns)
        self._answer_ahead(event, at_ns)
        self._tell_all([event], at_ns)
        self.sender.show("player", event, at_ns)
        match event:
            case SetTempo() | Tap():
                self._tell_all(self._leader.hear(event, at_ns), at_ns)
            case SetClock():
                self._tell_all(self._leader.choose(self._engine.clock, at_ns), at_ns)

    def _answer_ahead(self, event: Event, at_ns: Nanos) -> None:
        """Send the answer that the engine foretells; it is told of the note after that."""
        if at_ns < self._rest_until_ns:
            return
        try:
            answer = self._engine.foretell(event, at_ns)
        except Exception:  # noqa: BLE001 - it is told all the same, and what fails fails there
            return
        if answer is not None:
            self.sender.send_ahead(answer)

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
            self.sender.record((self._engine.told_ns, event))

    def _send_due(self) -> None:
        now_ns = self._clock.now()
        if now_ns < self._rest_until_ns:
            return
        for each in self._engine.due(now_ns):
            self.sender.send(each)

    def _show_notes(self) -> None:
        """Publish what was heard and played: no note waits for that."""
        while self.sender.unshown:
            self._publish(self.sender.unshown.popleft())

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
                timing=self.sender.lateness.timing,
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
        try:
            outgoing = offs()
        except Exception:  # noqa: BLE001 - what sounds is released all the same
            outgoing = []
        self.sender.silence(outgoing)


def _goes_on(thoughts: Iterator[None]) -> bool:
    """Whether there was another thought."""
    with suppress(Exception):  # what fails here fails again, and is told, where it is decided
        next(thoughts)
        return True
    return False
