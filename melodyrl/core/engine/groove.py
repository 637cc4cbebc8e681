"""The drum pattern: the player's cells, the machine's, and what enters at the bar line."""

import numpy as np

from melodyrl.core.drums.kit import NAMES
from melodyrl.core.drums.pattern import Pattern, parse, rows
from melodyrl.core.engine.events import Cell, Change
from melodyrl.core.engine.snapshot import Asked


class Groove:
    """Where a fill comes from is not known here: it is asked for, and taken when it has come."""

    def __init__(self, text: str, vary_bars: int) -> None:
        pattern = parse(text)
        self._hit, self._fixed = pattern.hit, pattern.fixed
        self._coming: Pattern | None = None
        self._count = 0
        self.vary_bars = vary_bars
        self.asked: Asked | None = None
        """What was asked for and has not come."""
        self._show()

    @property
    def is_coming(self) -> bool:
        """Whether a fill waits for the bar line."""
        return self._coming is not None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is struck."""
        return not self._hit.any()

    def set_cell(self, drum: str, step: int, cell: Cell) -> None:
        """The player's wish; an open cell is a rest until a fill comes."""
        at = NAMES.index(drum), step
        self._hit[at], self._fixed[at] = cell == "hit", cell != "open"
        self._show()

    def change(self, change: Change) -> None:
        """Ask for a fill or a variation, or clear at once.

        To clear takes the machine's hits away; where there are none, the player's cells as well.
        """
        if change != "clear":
            self._ask("fill" if self.is_empty else change)
            return
        self.asked = self._coming = None
        if not (self._hit & ~self._fixed).any():
            self._fixed[:] = False
        self._hit &= self._fixed
        self._show()

    def take(self, number: int, text: str) -> None:
        """A fill has come; one that is asked for no longer is not taken."""
        if self.asked is not None and self.asked.number == number:
            self.asked, self._coming = None, parse(text)

    def enter(self) -> None:
        """What has come is played from here on, around the player's cells of now."""
        if self._coming is not None:
            self._hit = np.where(self._fixed, self._hit, self._coming.hit)
            self._coming = None
            self._show()

    def begin_bar(self, bar: int) -> None:
        """A bar line: what has come enters; in the last bar before a variation one is asked for."""
        self.enter()
        is_last = self.vary_bars > 0 and (bar + 1) % self.vary_bars == 0
        if is_last and self.asked is None:
            self.change("vary")

    def struck(self, step: int) -> list[int]:
        """The drums, by their places in the kit, that are struck on a sixteenth of the bar."""
        return np.flatnonzero(self._hit[:, step]).tolist()

    def _ask(self, change: Change) -> None:
        self._count += 1
        self.asked = Asked(self._count, change)

    def _show(self) -> None:
        self.rows = rows(Pattern(self._hit, self._fixed))
