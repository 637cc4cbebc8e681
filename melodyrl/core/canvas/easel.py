"""N canvases that are being painted, side by side."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.canvas.size import Size

Cells = NDArray[np.int8]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]

BLANK = -1
"""The colour of a cell that nobody has painted."""


@dataclass(slots=True)
class Easel:
    """Canvases, what of them must not be touched, and what each is to become."""

    canvas: Cells
    """(N, H, W): colours from 0, or BLANK."""
    fixed: Bools
    """(N, H, W): cells that no stroke may change."""
    aim: Floats
    """(N, ...): what is wished for, as the subject understands it."""

    def take(self, lanes: NDArray[np.intp]) -> "Easel":
        """A copy of some lanes."""
        return Easel(*(getattr(self, field.name)[lanes] for field in fields(self)))

    def put(self, lanes: NDArray[np.intp], other: "Easel") -> None:
        """Replace some lanes by those of other."""
        for field in fields(self):
            getattr(self, field.name)[lanes] = getattr(other, field.name)

    def legal(self, size: Size) -> Bools:
        """Strokes that change a cell which may be changed, (N, A)."""
        colour = np.arange(size.colours, dtype=np.int8)
        free = ~self.fixed[..., None] & (self.canvas[..., None] != colour)
        return free.reshape(len(free), size.actions)

    def paint(self, size: Size, action: NDArray[np.int_]) -> None:
        """Put one stroke on each canvas, (N,)."""
        cell, colour = np.divmod(action, size.colours)
        y, x = np.divmod(cell, size.width)
        self.canvas[np.arange(len(action)), y, x] = colour
