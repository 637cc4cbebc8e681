"""The MIDI clock that we send: 24 ticks to a quarter, on the grid that we play to."""

from melodyrl.core.engine.events import Nanos
from melodyrl.core.engine.transport import Transport
from melodyrl.core.midi.clock import TICKS_PER_STEP, ClockMessage, RealTime, SongPosition

_SETTLE_NS = 1_000_000
"""Least time from START to the first tick, so that slaves are ready (MIDI 1.0, real time)."""


class ClockOut:
    """Counts the ticks that were sent since the song began."""

    def __init__(self, transport: Transport, *, is_on: bool) -> None:
        self._transport = transport
        self._is_on = is_on
        self._tick = 0
        self._not_before_ns = Nanos(0)

    def start(self, step: int, at_ns: Nanos) -> list[ClockMessage]:
        """The music begins at a step."""
        if not self._is_on:
            return []
        self._tick = step * TICKS_PER_STEP
        self._not_before_ns = Nanos(at_ns + _SETTLE_NS)
        if step == 0:
            return [RealTime.START]
        return [SongPosition(step), RealTime.CONTINUE]

    def stop(self) -> list[ClockMessage]:
        """The music ends."""
        return [RealTime.STOP] if self._is_on else []

    def not_before(self, at_ns: Nanos) -> None:
        """No tick is due before this moment any more."""
        self._not_before_ns = at_ns

    def wake(self) -> Nanos | None:
        """When the next tick is due; None where none is."""
        if not (self._is_on and self._transport.running):
            return None
        return max(self._transport.at(self._tick / TICKS_PER_STEP), self._not_before_ns)

    def tick(self) -> list[ClockMessage]:
        """The next tick."""
        self._tick += 1
        return [RealTime.TICK]
