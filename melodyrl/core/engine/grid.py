"""The grid of sixteenths: which step begins when, and where in its bar it lies."""

from dataclasses import dataclass

from melodyrl.core.engine.events import Nanos, Sync
from melodyrl.core.music import Meter

_SIXTEENTH_NS_AT_1_BPM = 15e9  # 60 seconds, four sixteenths to a quarter


@dataclass(frozen=True, slots=True)
class Position:
    """A place on the grid, all counted from 0: bar, sixteenth of the bar, and the whole step."""

    bar: int
    step_in_bar: int
    step: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where the music is at a moment, in sixteenths with a fraction; 0 where it does not run."""

    step: float
    in_bar: float
    bar_steps: int
    tempo_bpm: float
    is_running: bool


class Grid:
    """Maps steps to moments. Step 0 begins at `origin_ns`; tempo and meter may change later."""

    def __init__(self, origin_ns: Nanos, tempo_bpm: float, meter: Meter) -> None:
        self.tempo_bpm = tempo_bpm
        self.meter = meter
        self._anchor_ns = self._floor_ns = origin_ns
        self._anchor_step = 0.0
        self._first_bar = 0
        self._first_step = 0

    @property
    def step_ns(self) -> float:
        """Nanoseconds that a sixteenth lasts."""
        return step_ns(self.tempo_bpm)

    def at(self, step: float) -> Nanos:
        """The moment at which a step begins, never before the last change of the grid."""
        return max(self.lies_at(step), self._floor_ns)

    def lies_at(self, step: float) -> Nanos:
        """Where a step lies by the tempo in force, as if that had never changed."""
        return Nanos(self._anchor_ns + round((step - self._anchor_step) * self.step_ns))

    def first_in(self, step: int) -> Nanos:
        """The first moment that lies in a step, or past it."""
        at_ns = self.lies_at(step)  # but for what both round
        while self.step_at(at_ns) < step:
            at_ns = Nanos(at_ns + 1)
        while self.step_at(Nanos(at_ns - 1)) >= step:
            at_ns = Nanos(at_ns - 1)
        return at_ns

    def step_at(self, at_ns: Nanos) -> float:
        """The place on the grid of a moment, in sixteenths with a fraction."""
        return self._anchor_step + (at_ns - self._anchor_ns) / self.step_ns

    def position(self, step: int) -> Position:
        """The bar that a step lies in, and its sixteenth of that bar."""
        bar, within = divmod(step - self._first_step, self.meter.steps_per_bar)
        return Position(self._first_bar + bar, within, step)

    def place(self, at_ns: Nanos) -> Place:
        """Where the music is at a moment."""
        step = self.step_at(at_ns)
        in_bar = (step - self._first_step) % self.meter.steps_per_bar
        return Place(step, in_bar, self.meter.steps_per_bar, self.tempo_bpm, True)

    def set_tempo(self, tempo_bpm: float, at_ns: Nanos) -> None:
        """Change the tempo at a moment; the present place is kept."""
        self._anchor_step = self.step_at(at_ns)
        self._anchor_ns = self._floor_ns = at_ns
        self.tempo_bpm = tempo_bpm

    def lay(self, sync: Sync, floor_ns: Nanos) -> None:
        """Lay the grid as another clock says; no step begins before `floor_ns` any more."""
        self._anchor_step = sync.step
        self._anchor_ns = sync.anchor_ns
        self._floor_ns = floor_ns
        self.tempo_bpm = sync.tempo_bpm

    def set_meter(self, meter: Meter, step: int) -> None:
        """Change the meter so that a step begins a bar."""
        before = self.position(step)
        self._first_bar = before.bar + (before.step_in_bar > 0)
        self._first_step = step
        self.meter = meter


def step_ns(tempo_bpm: float) -> float:
    """Nanoseconds that a sixteenth lasts, unrounded, so that no error adds up over steps."""
    return _SIXTEENTH_NS_AT_1_BPM / tempo_bpm
