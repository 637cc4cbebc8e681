"""The evaluation curve as a picture, drawn with Pillow alone."""

from pathlib import Path

from PIL import Image, ImageDraw

WIDTH, HEIGHT, MARGIN = 800, 420, 56
INK, GRID, LINE, BAR = "#222222", "#dddddd", "#1f6fb2", "#c2571a"


def draw_curve(points: list[dict[str, float]], path: Path) -> None:
    """Draw mean w . r a step over updates, with one-step greedy as a level line."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(image)
    level = points[0]["greedy"]
    values = [point["reward"] for point in points]
    lowest, highest = min([*values, level]), max([*values, level])
    pad = 0.05 * (highest - lowest) or 0.05
    lowest, highest = lowest - pad, highest + pad
    last = max(point["updates"] for point in points) or 1.0

    def place(updates: float, value: float) -> tuple[float, float]:
        x = MARGIN + (WIDTH - 2 * MARGIN) * updates / last
        y = HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * (value - lowest) / (highest - lowest)
        return x, y

    for i in range(5):
        value = lowest + (highest - lowest) * i / 4
        pen.line([place(0, value), place(last, value)], fill=GRID)
        pen.text((6, place(0, value)[1] - 6), f"{value:.3f}", fill=INK)
    pen.line([place(0, level), place(last, level)], fill=BAR, width=2)
    pen.text(place(0.01 * last, level), "one-step greedy", fill=BAR)
    pen.line([place(p["updates"], p["reward"]) for p in points], fill=LINE, width=3)
    pen.text((MARGIN, 16), "mean w . r a step, greedy policy, test episodes", fill=INK)
    pen.text((WIDTH - MARGIN - 110, HEIGHT - 34), f"{last:,.0f} updates", fill=INK)
    image.save(path)
