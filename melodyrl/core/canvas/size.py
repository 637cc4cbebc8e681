"""How large a canvas is, and the number of each stroke."""

from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int_]


@dataclass(frozen=True, slots=True)
class Size:
    """Cells across and down, and colours. A stroke is one colour put on one cell."""

    width: int = 16
    height: int = 16
    colours: int = 4

    @property
    def cells(self) -> int:
        """Cells of the canvas."""
        return self.width * self.height

    @property
    def actions(self) -> int:
        """Strokes that there are: A = height x width x colours."""
        return self.cells * self.colours

    def action(self, x: int, y: int, colour: int) -> int:
        """The number of a stroke: column x from the left, row y from the top."""
        return (y * self.width + x) * self.colours + colour

    @overload
    def stroke(self, action: int) -> tuple[int, int, int]: ...

    @overload
    def stroke(self, action: Ints) -> tuple[Ints, Ints, Ints]: ...

    def stroke(self, action: Any) -> tuple[Any, Any, Any]:
        """Column, row and colour of a stroke, or of many."""
        cell, colour = divmod(action, self.colours)
        y, x = divmod(cell, self.width)
        return x, y, colour
