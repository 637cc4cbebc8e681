"""N canvases that are being painted, side by side."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.canvas.size import Size
from melodyrl.core.lane_arrays import LaneArrays

Cells = NDArray[np.int8]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]

BLANK = -1
"""The colour of a cell that nobody has painted."""


@dataclass(slots=True)
class Easel(LaneArrays):
    """Canvases, what of them must not be touched, and what each is to become."""

    canvas: Cells
    """(N, H, W): colours from 0, or BLANK."""
    fixed: Bools
    """(N, H, W): cells that no stroke may change."""
    aim: Floats
    """(N, ...): what is wished for, as the subject understands it."""

    def legal(self, size: Size) -> Bools:
        """Strokes that change a cell which may be changed, (N, A)."""
        colour = np.arange(size.colours, dtype=np.int8)
        free = ~self.fixed[..., None] & (self.canvas[..., None] != colour)
        return free.reshape(len(free), size.actions)

    def paint(self, size: Size, action: NDArray[np.int_]) -> None:
        """Put one stroke on each canvas, (N,)."""
        x, y, colour = size.stroke(action)
        self.canvas[np.arange(len(action)), y, x] = colour
