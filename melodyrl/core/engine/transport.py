"""Whether the music runs, and where it is."""

from math import floor

from melodyrl.core.engine.events import Nanos
from melodyrl.core.engine.grid import Grid, Position, step_ns
from melodyrl.core.music import Meter

_SILENT_BARS = 4
"""Bars without a note of the player after which the music ends."""

_FORSAKEN_BARS = 128
"""Bars without any event, although a note is held, after which its note-off is taken as lost."""

_START = Position(0, 0, 0)


class Transport:
    """Counts the grid steps that were decided since the music began."""

    def __init__(self, tempo_bpm: float, meter: Meter, listen_ns: Nanos) -> None:
        self.tempo_bpm = tempo_bpm
        self.meter = meter
        self._listen_ns = listen_ns
        self._grid: Grid | None = None
        self._next_step = 0
        self._active_step = 0
        self._touched_step = 0

    @property
    def running(self) -> bool:
        """Whether the music runs."""
        return self._grid is not None

    def start(self, at_ns: Nanos) -> None:
        """Bar 0 begins."""
        self._grid = Grid(at_ns, self.tempo_bpm, self.meter)
        self._next_step = self._active_step = self._touched_step = 0

    def stop(self) -> None:
        """The music ends; the next start begins a bar 0 again."""
        self._grid = None
        self._next_step = 0

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

    def touch(self, at_ns: Nanos) -> None:
        """The player did something."""
        self._active_step = self._touched_step = self.position_at(at_ns).step

    @property
    def is_forsaken(self) -> bool:
        """Whether the player has been silent for so long that the music ends."""
        bar, step = self.meter.steps_per_bar, self.position().step
        return (
            step - self._active_step >= _SILENT_BARS * bar
            or step - self._touched_step >= _FORSAKEN_BARS * bar
        )

    def position(self) -> Position:
        """The step that was decided last."""
        return self._grid.position(max(self._next_step - 1, 0)) if self._grid else _START

    def position_at(self, at_ns: Nanos) -> Position:
        """The step that a moment lies in."""
        if self._grid is None:
            return _START
        return self._grid.position(max(floor(self._grid.step_at(at_ns)), 0))

    def is_on_beat(self, position: Position) -> bool:
        """Whether a step begins a beat."""
        return position.step_in_bar % self.meter.steps_per_beat == 0

    def set_tempo(self, tempo_bpm: float, at_ns: Nanos) -> None:
        """Change the tempo; the place in the music is kept."""
        self.tempo_bpm = tempo_bpm
        if self._grid is not None:
            self._grid.set_tempo(tempo_bpm, at_ns)

    def set_meter(self, meter: Meter) -> None:
        """Change the meter; the next step begins a bar."""
        self.meter = meter
        if self._grid is not None:
            self._grid.set_meter(meter, self._next_step)

    @property
    def step_ns(self) -> float:
        """Nanoseconds that a sixteenth lasts."""
        return step_ns(self.tempo_bpm)
