"""A canvas of cells that are painted one at a time, and a network that paints."""

from melodyrl.core.canvas.easel import BLANK, Easel
from melodyrl.core.canvas.size import Size

__all__ = ["BLANK", "Easel", "Size"]
