"""An accompaniment kept whole, in plain Python: what a reward is when nothing was forgotten."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from melodyrl.core.policy.chords.actions import ACTIONS
from melodyrl.env.songs import Songs
from rewards import colour, fit, function, loops, pace, returns


@dataclass
class Accompanied:
    """One lane: the song so far, and every change made to it."""

    song: Songs
    lane: int
    first: int
    changes: list[tuple[int, int]] = field(default_factory=list)
    """(sixteenth, row)."""

    def rewards(self, at: int) -> np.ndarray:
        """(A, K) at a sixteenth, before the decision."""
        return np.array([self._of(at, action) for action in range(ACTIONS.count)], np.float32)

    def _of(self, at: int, action: int) -> tuple[float, ...]:
        rows = [row for _, row in self.changes]
        present = rows[-1] if rows else None
        late = bool(self.song.late[self.lane])
        after = present if action == 0 or late else action - 1
        fits = self._fit(at - late, after)
        bar_steps = 16 if self.song.meter[self.lane] == 0 else 12
        age = min(at - self.changes[-1][0], pace.OLDEST) if rows else 0
        stay, change = pace.pace(at % bar_steps, bar_steps, age)
        if action == 0:
            return fits, 0, stay, 0, 0, 0
        row = action - 1
        kind, left = self._kind(rows, row)
        return (
            fits,
            function.function(-1 if present is None else present)[row],
            change,
            colour.colour()[row],
            returns.returns(kind, left),
            loops.loops(*self._run(rows), self._away(rows, row)),
        )

    def _fit(self, at: int, row: int | None) -> float:
        if row is None or at < self.first:
            return 0.0
        chord = ACTIONS.chords[row]
        began = max(i for i in range(at + 1) if self.song.onset[self.lane, i])
        bar_steps = 16 if self.song.meter[self.lane] == 0 else 12
        beat = 6 if self.song.meter[self.lane] == 2 else 4
        on_beat = began % bar_steps % beat == 0
        heard = int(self.song.pitch_class[self.lane, at])
        return float(fit.fit(fit.QUALITIES.index(chord.quality), chord.root, heard, on_beat))

    def _kind(self, rows: list[int], row: int) -> tuple[int, bool]:
        turns = [b for a, b in pairwise(rows) if a == rows[-1]]
        if turns and turns[-1] == row:
            return returns.LAST, True
        if row in turns:
            return returns.EARLIER, True
        return (returns.KNOWN if row in rows else returns.NEW), bool(turns)

    def _away(self, rows: list[int], row: int) -> int:
        recent = rows[-loops.WINDOW :][::-1]
        return recent.index(row) + 1 if row in recent else loops.NEW

    def _run(self, rows: list[int]) -> tuple[int, int]:
        run = period = 0
        for end in range(len(rows)):
            away = self._away(rows[:end], rows[end])
            run = 0 if away == loops.NEW else min(run + 1, loops.LONGEST) if away == period else 1
            period = 0 if away == loops.NEW else away
        return run, period
