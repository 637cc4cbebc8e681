"""Canvases as RGB arrays, PNG files and animations."""

from collections.abc import Iterable, Sequence
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from melodyrl.core.canvas.easel import Cells

Pixels = NDArray[np.uint8]

CELL_PX = 12
"""Pixels along the side of a cell."""

_PAPER = (255, 255, 255)
_COLOURS = (
    (233, 236, 241), (31, 111, 178), (27, 38, 59), (224, 160, 48),
    (209, 73, 91), (61, 131, 97), (143, 169, 199), (120, 94, 160),
)  # fmt: skip
"""Ours: ground, body, outline, mark, and on."""


def rgb(canvas: Cells, cell_px: int = CELL_PX) -> Pixels:
    """A canvas (H, W) as (H x px, W x px, 3); what is blank is white."""
    table = np.array([_PAPER, *_COLOURS], np.uint8)
    # BLANK is -1; colours beyond the table begin again.
    index = np.where(canvas < 0, 0, canvas % len(_COLOURS) + 1)
    return table[index].repeat(cell_px, axis=0).repeat(cell_px, axis=1)


def beside(pictures: Sequence[Pixels], gap_px: int = CELL_PX) -> Pixels:
    """Pictures of one height in a row, with paper between them."""
    gap = np.full((pictures[0].shape[0], gap_px, 3), 255, np.uint8)
    parts = [part for picture in pictures for part in (picture, gap)]
    return np.concatenate(parts[:-1], axis=1)


def png(picture: Pixels) -> bytes:
    """A picture as a PNG file."""
    buffer = BytesIO()
    Image.fromarray(picture).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def gif(pictures: Iterable[Pixels], frame_ms: int = 40, rest_ms: int = 1500) -> bytes:
    """Pictures of one size as an endless animation that rests on its last one."""
    frames = [Image.fromarray(each).quantize(32, dither=Image.Dither.NONE) for each in pictures]
    durations = [frame_ms] * (len(frames) - 1) + [rest_ms]
    buffer = BytesIO()
    frames[0].save(
        buffer, "GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0
    )
    return buffer.getvalue()
