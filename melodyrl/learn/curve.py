"""Curves as pictures, drawn with Pillow alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from PIL import Image, ImageDraw

WIDTH, HEIGHT, MARGIN = 800, 420, 56
INK, GRID = "#222222", "#dddddd"
COLOURS = ("#1f6fb2", "#c2571a", "#2e8b57", "#8e44ad", "#b8860b", "#c0392b", "#16a0a0", "#777777")

Line = Sequence[tuple[float, float]]
"""Points (x, y), x rising."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Named lines over one axis."""

    title: str
    lines: Mapping[str, Line]
    unit: str = "updates"
    """What is counted along the axis."""


def draw_curve(points: list[dict[str, float]], path: Path) -> None:
    """Draw mean w . r a step over updates, with one-step greedy as a level line."""
    last = points[-1]["updates"]
    lines = {
        "policy": [(point["updates"], point["reward"]) for point in points],
        "one-step greedy": [(0.0, points[0]["greedy"]), (last, points[0]["greedy"])],
    }
    draw([Panel("mean w . r a step, greedy policy, test episodes", lines)], path)


def draw_log(rows: list[dict[str, float]], terms: Iterable[str], path: Path) -> None:
    """Draw what the log of a run holds: each column over updates, the terms in one panel."""
    apart = [name for name in rows[-1] if name not in (*terms, "updates", "steps", "seconds")]
    together = {name: line_of(rows, name) for name in terms}
    panels = [Panel("mean of each term a step, in the lanes", together)]
    panels += [Panel(name.replace("_", " "), {name: line_of(rows, name)}) for name in apart]
    draw(panels, path)


def draw(panels: Sequence[Panel], path: Path) -> None:
    """Draw panels one below the other into a PNG file."""
    image = Image.new("RGB", (WIDTH, HEIGHT * len(panels)), "white")
    pen = ImageDraw.Draw(image)
    for i, panel in enumerate(panels):
        _draw_panel(pen, panel, HEIGHT * i)
    image.save(path)


def line_of(rows: Iterable[Mapping[str, float]], name: str) -> Line:
    """A figure over updates, of the rows that have it."""
    return [(row["updates"], row[name]) for row in rows if name in row]


def _draw_panel(pen: ImageDraw.ImageDraw, panel: Panel, top: int) -> None:
    lines = {name: [p for p in line if isfinite(p[1])] for name, line in panel.lines.items()}
    values = [y for line in lines.values() for _, y in line] or [0.0]
    last = max((x for line in lines.values() for x, _ in line), default=1.0) or 1.0
    pad = 0.05 * (max(values) - min(values)) or 0.05
    lowest, highest = min(values) - pad, max(values) + pad

    def place(x: float, y: float) -> tuple[float, float]:
        down = (HEIGHT - 2 * MARGIN) * (y - lowest) / (highest - lowest)
        return MARGIN + (WIDTH - 2 * MARGIN) * x / last, top + HEIGHT - MARGIN - down

    for i in range(5):
        value = lowest + (highest - lowest) * i / 4
        pen.line([place(0, value), place(last, value)], fill=GRID)
        pen.text((6, place(0, value)[1] - 6), f"{value:.3g}", fill=INK)
    for i, (name, line) in enumerate(lines.items()):
        colour = COLOURS[i % len(COLOURS)]
        pen.line([place(x, y) for x, y in line], fill=colour, width=3)
        pen.text((MARGIN + 8 + 110 * (i % 6), top + 32 + 12 * (i // 6)), name, fill=colour)
    pen.text((MARGIN, top + 12), panel.title, fill=INK)
    pen.text((WIDTH - MARGIN - 110, top + HEIGHT - 34), f"{last:,.0f} {panel.unit}", fill=INK)
