"""The one door to the loop: every other thread posts here, and none of them waits."""

import queue
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Event, Nanos, Panic
from melodyrl.core.midi.clock import ClockMessage
from melodyrl.core.midi.messages import NoteOff

LIMIT = 8192
"""Entries that may wait: two seconds of a MIDI cable at its fastest (0.32 ms a byte)."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Told:
    """Something heard or asked for, and when."""

    event: Event | ClockMessage
    at_ns: Nanos


@dataclass(frozen=True, slots=True)
class Call:
    """A question to the engine, answered on the loop's own thread."""

    function: Callable[[Engine], Any]
    answer: Future[Any]

    def run(self, engine: Engine) -> None:
        """Answer, with the result or with what was raised."""
        if not self.answer.set_running_or_notify_cancel():
            return
        try:
            self.answer.set_result(self.function(engine))
        except Exception as error:  # noqa: BLE001 - raised again where the answer is awaited
            self.answer.set_exception(error)


class Inbox:
    """Events and calls on their way to the loop, in order of arrival."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Told | Call | None] = queue.SimpleQueue()
        self.dropped = 0
        """Events refused because the loop was too far behind; releases are never refused."""

    def post(self, event: Event | ClockMessage, at_ns: Nanos) -> None:
        """Tell the loop of an event that happened at `at_ns`; from any thread."""
        if self._queue.qsize() >= LIMIT and not isinstance(event, NoteOff | Panic):
            self.dropped += 1
            return
        self._queue.put(Told(event, at_ns))

    def call(self, function: Callable[[Engine], Result]) -> Future[Result]:
        """Ask the loop to run `function(engine)` between two events; from any thread."""
        answer: Future[Result] = Future()
        self._queue.put(Call(function, answer))
        return answer

    def wake(self) -> None:
        """End a `take` that waits."""
        self._queue.put(None)

    def take(self, timeout_ns: int) -> list[Told | Call]:
        """All that has arrived; waits up to `timeout_ns` for the first. From the loop only."""
        taken: list[Told | Call] = []
        try:
            item = self._queue.get(timeout_ns > 0, max(timeout_ns, 0) / 1e9)
            while True:
                if item is not None:
                    taken.append(item)
                # a flood must not keep the loop from what is due
                if len(taken) >= LIMIT:
                    return taken
                item = self._queue.get_nowait()
        except queue.Empty:
            return taken
