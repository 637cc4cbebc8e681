"""Whether the music runs, where it is, and who leads."""

from math import ceil, floor

from melodyrl.core.engine.events import ClockSource, Nanos, Sync
from melodyrl.core.engine.grid import Grid, Place, Position, step_ns
from melodyrl.core.engine.pursuit import Pursuit
from melodyrl.core.music import Meter

_SILENT_BARS = 4
"""Bars without a note of the player after which the music ends, at the next bar line."""

_FORSAKEN_BARS = 128
"""Bars without any event, although a note is held, after which its note-off is taken as lost. Also
those without a word from a clock that leads, after which it will not come back."""

_BEHIND, _AHEAD = 1.5, 3.0
"""Steps that another clock may put us behind or ahead before it is a jump, not a correction."""

_START = Position(0, 0, 0)


class Transport:
    """Counts the grid steps that were decided since the music began."""

    def __init__(
        self, tempo_bpm: float, meter: Meter, clock: ClockSource, listen_ns: Nanos
    ) -> None:
        self.tempo_bpm = tempo_bpm
        self.meter = meter
        self.clock: ClockSource = clock
        """Who leads."""
        self._listen_ns = listen_ns
        self._grid: Grid | None = None
        self._pursuit = Pursuit(tempo_bpm, meter)
        self._next_step = 0
        self._active_step = 0
        self._touched_step = 0
        self._synced_step = 0
        self.is_resting = False
        """Whether the music runs, but silently, until the player plays again."""
        self.is_held = False
        """Whether the clock that leads has fallen silent."""

    @property
    def is_led(self) -> bool:
        """Whether another clock leads, so that the music runs with it and with nothing else."""
        return self.clock not in ("internal", "follow")

    @property
    def running(self) -> bool:
        """Whether the music runs."""
        return self._grid is not None

    def start(self, at_ns: Nanos) -> None:
        """Bar 0 begins."""
        self._grid = Grid(at_ns, self.tempo_bpm, self.meter)
        self._pursue_anew()
        self._begin(0)

    def stop(self) -> None:
        """The music ends; the next start begins a bar 0 again."""
        self._grid = None
        self._next_step = 0
        self.is_held = False

    def rest(self) -> None:
        """Run on in silence until the player's next note."""
        self.is_resting = True

    def resume(self) -> None:
        """The player plays again."""
        self.is_resting = False

    def hand_over(self, clock: ClockSource) -> None:
        """Another clock leads. Running music runs on, at its tempo until that clock is heard."""
        self.clock = clock
        self.is_held = self.running and self.is_led
        self._synced_step = self._next_step
        self._pursue_anew()

    def is_elsewhere(self, sync: Sync, at_ns: Nanos) -> bool:
        """Whether another clock is at a place that can only be reached by a jump."""
        to_go = self._next_step - self._listened(sync, at_ns)
        return self._grid is None or not -_BEHIND < to_go < _AHEAD

    def jump(self, sync: Sync, at_ns: Nanos) -> int:
        """The music runs from where another clock is; gives the step that comes first."""
        self._grid = Grid(sync.anchor_ns, sync.tempo_bpm, self.meter)
        self._begin(max(ceil(self._listened(sync, at_ns)), 0))
        self.follow(sync, at_ns)
        return self._next_step

    def follow(self, sync: Sync, at_ns: Nanos) -> None:
        """Lay the grid where another clock has it."""
        if self._grid is not None:
            self._grid.lay(sync, Nanos(at_ns - self._listen_ns))
        self.tempo_bpm = sync.tempo_bpm
        self.is_held = sync.is_held
        self._synced_step = self._next_step

    def at(self, step: float) -> Nanos:
        """The moment of a place on the grid; the music must run."""
        assert self._grid is not None
        return self._grid.at(step)

    def began(self, at_ns: Nanos) -> Nanos:
        """Where the step that was decided last begins by the tempo in force, else the present."""
        return self._grid.lies_at(self.position().step) if self._grid else at_ns

    def wake(self) -> Nanos | None:
        """When the next step is decided: when it has been listened to."""
        if self._grid is None:
            return None
        return Nanos(self._grid.at(self._next_step) + self._listen_ns)

    def begin_step(self, *, is_active: bool) -> Position:
        """Go on to the next step, which is the present one from now on."""
        if is_active:
            self._active_step = self._next_step
        self._next_step += 1
        return self.position()

    def hear(self, at_ns: Nanos) -> None:
        """The player began a note."""
        self.touch(at_ns)
        if self.clock == "follow":
            self._pursuit.hear(at_ns)

    def pursue(self, at_ns: Nanos) -> Sync | None:
        """Where the player has the beat, if they are followed and the grid is not there."""
        if self._grid is None or self.clock != "follow":
            return None
        return self._pursuit.sync(self._grid, at_ns)

    def touch(self, at_ns: Nanos) -> None:
        """The player did something."""
        self._active_step = self._touched_step = self.position_at(at_ns).step

    @property
    def is_leaderless(self) -> bool:
        """Whether nothing was heard of the clock that leads for so long that the music ends."""
        behind = self.position().step - self._synced_step
        return behind >= _FORSAKEN_BARS * self.meter.steps_per_bar

    @property
    def is_forsaken(self) -> bool:
        """Whether the player has been silent for so long that the music ends, at a bar line."""
        at = self.position()
        untouched = at.step - self._touched_step
        return at.step_in_bar == 0 and (
            self._is_silent_for(_SILENT_BARS, at.step)
            or untouched >= _FORSAKEN_BARS * self.meter.steps_per_bar
        )

    def is_last(self, at: Position) -> bool:
        """Whether the bar of a place is the last one, unless the player plays in it."""
        first = at.step - at.step_in_bar
        return self._is_silent_for(_SILENT_BARS - 1, first)

    def _is_silent_for(self, bars: int, step: int) -> bool:
        return step - self._active_step >= bars * self.meter.steps_per_bar

    def position(self) -> Position:
        """The step that was decided last."""
        return self._grid.position(max(self._next_step - 1, 0)) if self._grid else _START

    def position_at(self, at_ns: Nanos) -> Position:
        """The step that a moment lies in."""
        if self._grid is None:
            return _START
        return self._grid.position(max(floor(self._grid.step_at(at_ns)), 0))

    def first_in(self, step: int) -> Nanos:
        """The first moment that lies in a step, or past it; the music must run."""
        assert self._grid is not None
        return self._grid.first_in(step)

    def place(self, at_ns: Nanos) -> Place:
        """Where the music is at a moment."""
        if self._grid is None:
            return Place(0.0, 0.0, self.meter.steps_per_bar, self.tempo_bpm, False)
        return self._grid.place(at_ns)

    def next_step_at(self, at_ns: Nanos) -> int:
        """The first step that begins at a moment or after it."""
        return 0 if self._grid is None else max(ceil(self._grid.step_at(at_ns)), 0)

    def position_of(self, step: int) -> Position:
        """Where a step lies; the music must run."""
        assert self._grid is not None
        return self._grid.position(step)

    def nearest_step(self, at_ns: Nanos) -> int:
        """The step whose beginning is nearest to a moment."""
        return 0 if self._grid is None else max(round(self._grid.step_at(at_ns)), 0)

    def is_on_beat(self, position: Position) -> bool:
        """Whether a step begins a beat."""
        return position.step_in_bar % self.meter.steps_per_beat == 0

    def set_tempo(self, tempo_bpm: float, at_ns: Nanos) -> None:
        """Change the tempo; the place in the music is kept."""
        self.tempo_bpm = tempo_bpm
        if self._grid is not None:
            self._grid.set_tempo(tempo_bpm, at_ns)
        self._pursue_anew()

    def set_meter(self, meter: Meter) -> None:
        """Change the meter; the next step begins a bar."""
        self.meter = meter
        if self._grid is not None:
            self._grid.set_meter(meter, self._next_step)
        self._pursue_anew()

    @property
    def step_ns(self) -> float:
        """Nanoseconds that a sixteenth lasts."""
        return step_ns(self.tempo_bpm)

    def _begin(self, step: int) -> None:
        self._next_step = self._active_step = self._touched_step = self._synced_step = step
        self.is_resting = self.is_held = False

    def _pursue_anew(self) -> None:
        """What was believed of the player's beat no longer holds."""
        self._pursuit = Pursuit(self.tempo_bpm, self.meter)

    def _listened(self, sync: Sync, at_ns: Nanos) -> float:
        """The step, by another clock, whose listening time ends at a moment."""
        return sync.step + (at_ns - self._listen_ns - sync.anchor_ns) / step_ns(sync.tempo_bpm)
