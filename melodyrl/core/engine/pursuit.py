"""The beat of the player as the grid that we play to: moved gently, and never far at once."""

from melodyrl.core.engine.beat_tracker import Beat, BeatTracker
from melodyrl.core.engine.events import Nanos, Sync
from melodyrl.core.engine.grid import Grid, step_ns
from melodyrl.core.music import Meter

_FEWEST = 4
"""Onsets before the tempo that was told is left."""

_FARTHEST = 0.25
"""Steps by which a step moves us at most: half a beat off is made good within two."""

_NEAR_NS, _NEAR = 2e6, 0.002
"""Error of the place, and share of the tempo, that are let be."""


class Pursuit:
    """Hears when the player's notes begin, and says where the grid is to be laid."""

    def __init__(self, tempo_bpm: float, meter: Meter) -> None:
        """Told a tempo in quarter notes a minute."""
        self._steps = meter.steps_per_beat
        self._told_bpm = 4 * tempo_bpm / self._steps
        self._tracker: BeatTracker | None = None
        self._waiting: list[Nanos] = []
        self._heard = 0

    def hear(self, at_ns: Nanos) -> None:
        """A note of the player began. What it says is thought over at the next step."""
        self._waiting.append(at_ns)

    def sync(self, grid: Grid, at_ns: Nanos) -> Sync | None:
        """Where the grid is to be laid at a moment; None where it can stay."""
        beat = self._beat(grid)
        if beat is None:
            return None
        tempo_bpm = step_ns(1.0) * self._steps / beat.period_ns
        ours = grid.step_at(at_ns)
        theirs = (at_ns - beat.at_ns) / beat.period_ns * self._steps
        half = self._steps / 2
        error = (theirs - ours + half) % self._steps - half
        is_near = abs(error) * step_ns(tempo_bpm) < _NEAR_NS
        if is_near and abs(tempo_bpm / grid.tempo_bpm - 1) < _NEAR:
            return None
        return Sync(at_ns, max(ours + min(max(error, -_FARTHEST), _FARTHEST), 0.0), tempo_bpm)

    def _beat(self, grid: Grid) -> Beat | None:
        """The player's beat, once enough of it was heard."""
        for onset_ns in self._waiting:
            self._tracker = self._tracker or BeatTracker(self._told_bpm, self._steps)
            self._tracker.hear(onset_ns, grid.step_at(onset_ns) / self._steps % 1.0)
        self._heard += len(self._waiting)
        self._waiting.clear()
        return self._tracker.beat() if self._tracker and self._heard >= _FEWEST else None
