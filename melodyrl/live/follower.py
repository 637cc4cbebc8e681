"""Follows another clock: hears its messages, and tells the engine where its song is.

The engine is told only where the grid that it has would be off by more than `TOLERANCE_NS`, so a
steady clock costs a recording one event a bar.
"""

from typing import Protocol

from melodyrl.core.engine.events import Event, Halt, Nanos, Sync
from melodyrl.core.engine.grid import step_ns
from melodyrl.core.midi.clock import TICKS_PER_STEP, ClockMessage, RealTime, SongPosition
from melodyrl.live.delay_locked import LOST_TICKS, DelayLockedLoop

TOLERANCE_NS = 500_000
"""Least error of the grid that is corrected: a quarter of what can be heard."""

_STEADY = 24
"""Ticks heard after which a correction at each sixteenth is enough."""

_FEWEST = 4
"""Ticks heard before which the tempo that was told or heard last is the better guess."""

_BAR_STEPS = 16
"""A correction is told at least this often, so that the engine knows that someone leads."""


class Follower(Protocol):
    """What the loop needs of a clock that can lead. It is heard also while another one leads."""

    def join(self, now_ns: Nanos) -> list[Event]:
        """It leads from now on: what the engine is to be told of where its song is."""
        ...

    def leave(self) -> None:
        """It leads no longer."""
        ...

    def hear(self, message: ClockMessage | Event, at_ns: Nanos) -> list[Event]:
        """What the engine is to be told of a message that arrived at `at_ns`.

        Of events those are heard that set a tempo.
        """
        ...

    def next_wake(self) -> Nanos | None:
        """The moment at which `due` has something to say, unless a message comes first."""
        ...

    def due(self, now_ns: Nanos) -> list[Event]:
        """What the engine is to be told although nothing has arrived."""
        ...


class MidiFollower:
    """Follows a MIDI clock with start, stop, continue and song position.

    The first tick after a start is the song's first step (MIDI 1.0, system real time). A clock that
    falls silent without a stop is played on without, at its last tempo, until it comes back.
    """

    def __init__(self, tempo_bpm: float) -> None:
        """Begin with the guess that the clock has this tempo, 20 to 400."""
        self._loop = DelayLockedLoop(tempo_bpm)
        self._starts_at: int | None = None
        """Song tick that the next tick is, once it has been told to start."""
        self._origin = 0
        """Song tick of the loop's tick 0."""
        self._next = 0
        """Song tick from which a continue without a position goes on."""
        self._told: Sync | None = None
        """The grid that the engine has; None where the song stands still."""

    def join(self, now_ns: Nanos) -> list[Event]:
        """Where its song is, if it runs: it may have begun while another clock led."""
        return [] if self._told is None else self._sync(is_held=self._loop.is_gone(now_ns))

    def leave(self) -> None:
        """Nothing: a cable has no session to leave."""

    def hear(self, message: ClockMessage | Event, at_ns: Nanos) -> list[Event]:
        """What the engine is to be told of a message that arrived at `at_ns`."""
        match message:
            case RealTime.TICK:
                return self._tick(at_ns)
            case RealTime.START:
                return self._arm(0)
            case RealTime.CONTINUE:
                return self._arm(self._next)
            case RealTime.STOP:
                return self._halt()
            case SongPosition(step):
                return self._locate(step * TICKS_PER_STEP)
            case _:
                return []

    def next_wake(self) -> Nanos | None:
        """The moment from which the clock is taken to be gone."""
        if self._told is None or self._told.is_held:
            return None
        return Nanos(round(self._loop.heard_ns + LOST_TICKS * self._loop.period_ns) + 1)

    def due(self, now_ns: Nanos) -> list[Event]:
        """Hold the tempo of a clock that is gone."""
        wake_ns = self.next_wake()
        return self._sync(is_held=True) if wake_ns is not None and now_ns >= wake_ns else []

    def _tick(self, at_ns: Nanos) -> list[Event]:
        loop = self._loop
        if self._starts_at is not None and loop.is_gone(at_ns):
            loop.begin()
        loop.hear(at_ns)
        if self._starts_at is not None:
            self._origin, self._starts_at = self._starts_at - loop.tick, None
            return self._sync()
        if self._told is None:
            return []
        self._next = self._song_tick + 1
        return self._sync() if self._is_off(self._told) else []

    def _is_off(self, told: Sync) -> bool:
        """Whether the engine's grid is to be corrected."""
        if told.is_held:
            return True
        is_steady = self._loop.memory >= _STEADY
        if self._loop.memory < _FEWEST or (is_steady and self._song_tick % TICKS_PER_STEP):
            return False
        ahead = self._song_tick / TICKS_PER_STEP + 1 - told.step  # at the next sixteenth
        there_ns = told.anchor_ns + ahead * step_ns(told.tempo_bpm)
        wanted_ns = self._loop.at_ns + TICKS_PER_STEP * self._loop.period_ns
        return abs(there_ns - wanted_ns) > TOLERANCE_NS or ahead > _BAR_STEPS

    def _sync(self, *, is_held: bool = False) -> list[Event]:
        loop = self._loop
        step = self._song_tick / TICKS_PER_STEP
        self._next = self._song_tick + 1
        self._told = Sync(Nanos(round(loop.at_ns)), max(step, 0.0), loop.tempo_bpm, is_held)
        return [self._told]

    @property
    def _song_tick(self) -> int:
        return self._origin + self._loop.tick

    def _arm(self, tick: int) -> list[Event]:
        """The next tick begins the music; what ran until now ends."""
        events = self._halt()
        self._starts_at = tick
        return events

    def _halt(self) -> list[Event]:
        self._starts_at = None
        if self._told is None:
            return []
        self._told = None
        return [Halt()]

    def _locate(self, tick: int) -> list[Event]:
        """Go on from another place: at the next tick where the music runs, else when told to."""
        is_running = self._told is not None or self._starts_at is not None
        events = self._arm(tick) if is_running else []
        self._next = tick
        return events
