"""The daemon: one loop thread between the ports and the page; what starts is stopped."""

import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

from melodyrl.core.engine.engine import Engine
from melodyrl.live.clock import Clock
from melodyrl.live.inbox import Inbox
from melodyrl.live.leader import Leader
from melodyrl.live.loop import Loop
from melodyrl.live.machine import hurry
from melodyrl.live.ports import MidiPorts

STOP_S = 5.0
"""Longest wait for the loop to end; a policy decides in well under a millisecond."""

ANSWER_S = 5.0
"""Longest wait for the loop to answer a call."""

SWITCH_S = 0.0005
"""Longest that another thread computes on where the loop has something to play: beside one that
worked for 0.2 s at a time, a wake was 5.1 ms late at p99 with Python's 5 ms, and 0.6 with this."""

AGAIN_S = 0.5
"""A signal sooner than this after the first is the same one: `timeout` signals twice."""

Result = TypeVar("Result")

log = logging.getLogger(__name__)


class Daemon:
    """Owns the loop and its thread. The ports are opened by who composes, and closed here."""

    def __init__(
        self,
        engine: Engine,
        inbox: Inbox,
        ports: MidiPorts,
        clock: Clock,
        *,
        leader: Leader | None = None,
        record: Callable[[object], None] = lambda item: None,
        thru: bool = False,
    ) -> None:
        """`record` is given all that is told and sent. With `thru` what is heard is sent on."""
        self._inbox = inbox
        self._ports = ports
        self.loop = Loop(engine, inbox, ports, clock, leader=leader, record=record, thru=thru)
        self._thread = threading.Thread(target=self._play, name="loop")
        self._switch_s = sys.getswitchinterval()

    def publish_to(self, publish: Callable[[object], None]) -> None:
        """Show notes and snapshots to `publish`, which must never wait; before `start`."""
        self.loop.publish = publish

    def start(self) -> None:
        """Begin to play. What was made so far is for ever, so the collector need not look at it."""
        gc.collect()
        gc.freeze()
        sys.setswitchinterval(SWITCH_S)
        self._thread.start()

    def stop(self) -> None:
        """End: every note is released, then the ports are given back."""
        self.loop.stop()
        self._inbox.wake()
        self._thread.join(STOP_S)
        if self._thread.is_alive():
            log.error("loop did not end within_s=%g", STOP_S)
        self._ports.close()
        gc.unfreeze()
        sys.setswitchinterval(self._switch_s)
        late = self.loop.sender.lateness
        log.info(
            "stopped sent=%d late_p50_us=%.0f late_p99_us=%.0f late_worst_us=%.0f "
            "late_missed=%d late_dropped=%d failures=%d unsent=%d dropped=%d",
            late.count,
            late.quantile_us(0.5),
            late.quantile_us(0.99),
            late.worst_ns / 1000,
            late.missed,
            late.dropped,
            self.loop.failures,
            self.loop.sender.unsent,
            self._inbox.dropped,
        )

    def _play(self) -> None:
        log.info("loop begins real_time=%s", hurry())
        self.loop.run()

    def ask(self, question: Callable[[Engine], Result]) -> Result:
        """The loop's answer to a question about the engine; waits for it, from any other thread."""
        return self._inbox.call(question).result(ANSWER_S)


class StopSignal:
    """Waits for SIGINT, SIGTERM or SIGHUP; the second one ends the process at once."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._first_s = 0.0

    def __enter__(self) -> "StopSignal":
        numbers = [signal.SIGINT, signal.SIGTERM]
        numbers += [signal.SIGHUP] if hasattr(signal, "SIGHUP") else []
        self._before = [(number, signal.signal(number, self._hear)) for number in numbers]
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before:
            signal.signal(number, handler)

    def wait(self) -> None:
        """Return when the first signal has come."""
        self._asked.wait()

    def _hear(self, number: int, frame: FrameType | None) -> None:
        now_s = time.monotonic()
        if not self._asked.is_set():
            self._first_s = now_s
            self._asked.set()
        elif now_s - self._first_s > AGAIN_S:
            os._exit(128 + number)  # the first stop hangs: no hope of a clean end
