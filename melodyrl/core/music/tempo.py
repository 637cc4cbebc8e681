"""Time: nanoseconds, ticks, and the map between them that a tempo or a file's tempi make."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import NewType

Nanos = NewType("Nanos", int)
"""A moment or a duration in nanoseconds of one monotonic clock; never the wall clock."""

Ticks = NewType("Ticks", int)
"""A moment or a duration in ticks, of which a quarter note has `ppqn`."""

DEFAULT_TEMPO_US = 500_000  # a quarter, where a file sets no tempo: Standard MIDI Files 1.0
_NS_PER_US = 1000
_NS_PER_MINUTE = 60_000_000_000
_US_PER_MINUTE = 60_000_000


def quarter_ns(tempo_bpm: float) -> Nanos:
    """How long a quarter note lasts at a tempo in quarters a minute."""
    return Nanos(round(_NS_PER_MINUTE / tempo_bpm))


def sixteenth_ns(tempo_bpm: float) -> Nanos:
    """How long a sixteenth lasts at a tempo in quarters a minute."""
    return Nanos(round(_NS_PER_MINUTE / tempo_bpm / 4))


def tempo_us(tempo_bpm: float) -> int:
    """A tempo in quarters a minute as a MIDI file keeps it: microseconds a quarter."""
    return round(_US_PER_MINUTE / tempo_bpm)


def tempo_bpm(tempo_us: int) -> float:
    """A tempo in microseconds a quarter as quarters a minute."""
    return _US_PER_MINUTE / tempo_us


@dataclass(frozen=True)
class TempoMap:
    """Ticks to nanoseconds and back, exact but for the last rounding to a whole number.

    `changes` are (tick, microseconds a quarter), rising, the first at tick 0; tempi are above 0.
    """

    ppqn: int
    changes: tuple[tuple[Ticks, int], ...] = ((Ticks(0), DEFAULT_TEMPO_US),)

    @classmethod
    def constant(cls, tempo_bpm: float, ppqn: int) -> "TempoMap":
        """One tempo, in quarters a minute, throughout."""
        return cls(ppqn, ((Ticks(0), tempo_us(tempo_bpm)),))

    def ns(self, tick: Ticks) -> Nanos:
        """The moment of a tick, tick 0 being 0, to the nearest nanosecond."""
        index = bisect_right(self._ticks, tick) - 1
        scaled = self._scaled(max(index, 0), tick)
        return Nanos((scaled + self.ppqn // 2) // self.ppqn)

    def tick(self, at_ns: Nanos) -> Ticks:
        """The tick nearest to a moment."""
        scaled = at_ns * self.ppqn
        index = max(bisect_right(self._starts, scaled) - 1, 0)
        start, tempo = self.changes[index]
        tick_scaled = tempo * _NS_PER_US
        return Ticks(
            start + (2 * (scaled - self._starts[index]) + tick_scaled) // (2 * tick_scaled)
        )

    @cached_property
    def _ticks(self) -> list[Ticks]:
        return [tick for tick, _ in self.changes]

    @cached_property
    def _starts(self) -> list[int]:
        """The moment of each change in nanoseconds x ppqn, which is a whole number."""
        starts = [0]
        for (tick, tempo), (following, _) in zip(self.changes, self.changes[1:], strict=False):
            starts.append(starts[-1] + (following - tick) * tempo * _NS_PER_US)
        return starts

    def _scaled(self, index: int, tick: Ticks) -> int:
        start, tempo = self.changes[index]
        return self._starts[index] + (tick - start) * tempo * _NS_PER_US
