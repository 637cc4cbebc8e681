"""Charts as SVG: people in one colour, the policy in another; no script, nothing from elsewhere."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from melodyrl.measure.bands import Band
from melodyrl.measure.report.markup import Markup, tag
from melodyrl.measure.row import Row

TOP = 24
"""Pixels above a chart's frame: the name of its vertical axis."""

Point = tuple[float, float]
Scale = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points, or where it has no path, the points alone."""

    points: Sequence[Point]
    style: str
    """A class of the style sheet."""
    has_path: bool = True


@dataclass(frozen=True, slots=True)
class Axes:
    """The frame of a chart, and what its two axes mean."""

    x: str
    y: str
    x_range: Point
    y_range: Point
    width: int = 340
    height: int = 190
    left: int = 46
    bottom: int = 34

    @property
    def across(self) -> Scale:
        """Pixels of a value on the horizontal axis."""
        return _scale(self.x_range, (self.left, self.width - 12))

    @property
    def up(self) -> Scale:
        """Pixels of a value on the vertical axis."""
        return _scale(self.y_range, (self.height - self.bottom, TOP))


def chart(
    title: str, axes: Axes, lines: Sequence[Line], band: Point | None = None, *labels: Markup
) -> Markup:
    """Lines in a frame; a band of people is shaded across it."""
    parts: list[Markup] = [tag("title", title)]
    if band is not None:
        parts.append(_shaded(axes, band))
    parts += _frame(axes)
    for line in lines:
        parts += _drawn(axes, line)
    return _picture(axes.width, axes.height, *parts, *labels)


def label(axes: Axes, at: Point, text: str) -> Markup:
    """A word beside a point of a chart."""
    x, y = axes.across(at[0]), axes.up(at[1]) + 4
    if x > 0.7 * axes.width:
        return tag("text", text, x=x - 6, y=y, class_="small end")
    return tag("text", text, x=x + 6, y=y, class_="small")


def histogram(name: str, band: Band, ours: Sequence[float]) -> Markup:
    """People's histogram filled, ours as an outline over it; their band marked below."""
    width, height, floor = 210, 92, 74
    across = _scale((band.begin, band.end), (6, width - 6))
    top = max(*band.shares, *ours)
    up = _scale((0.0, top), (floor, 20))
    wide = (width - 12) / len(band.shares)
    bars = _columns(band.shares, wide, wide, up, floor)
    low, high = (min(max(across(each), 6), width - 6) for each in (band.low, band.high))
    return _picture(
        width,
        height,
        tag("title", f"{name}: people filled, the policy as a line"),
        tag("text", name, x=6, y=12),
        tag("g", *bars, class_="people"),
        tag("path", d=_steps(ours, wide, up), class_="ours line"),
        tag("rect", x=low, y=floor + 2, width=max(high - low, 2.0), height=3, class_="people"),
        tag("text", f"{band.begin:.3g}", x=6, y=height - 3, class_="small"),
        tag("text", f"{band.end:.3g}", x=width - 6, y=height - 3, class_="small end"),
    )


def bars(title: str, people: Sequence[float], ours: Sequence[float]) -> Markup:
    """Two distributions over sixteenths, people's filled, ours as an outline over it."""
    width, height, floor = 340, 120, 100
    up = _scale((0.0, max(*people, *ours, 1e-9)), (floor, 22))
    wide = (width - 12) / len(people)
    filled = _columns(people, wide, wide - 1, up, floor)
    marks = [
        tag("text", str(n + 1), x=6 + (n + 0.5) * wide, y=height - 6, class_="small middle")
        for n in range(len(people))
    ]
    return _picture(
        width,
        height,
        tag("title", f"{title}: people filled, the policy as a line"),
        tag("text", title, x=6, y=12),
        tag("g", *filled, class_="people"),
        tag("path", d=_steps(ours, wide, up), class_="ours line"),
        *marks,
    )


def strip(bands: dict[str, Band], row: Row, others: Sequence[Row]) -> Markup:
    """Every statistic's mean against people's, in standard deviations of their stretches."""
    left, width, high = 170, 780, 18
    across = _scale((-3.0, 3.0), (left, width - 10))
    parts: list[Markup] = [tag("title", "Means against people's bands")]
    bottom = high * len(bands) + 8
    for mark in range(-3, 4):
        x = across(float(mark))
        parts.append(tag("line", x1=x, x2=x, y1=4, y2=bottom, class_="grid"))
        parts.append(
            tag(
                "text",
                f"{mark:+d}" if mark else "people",
                x=x,
                y=bottom + 14,
                class_="small middle",
            )
        )
    for number, (name, band) in enumerate(bands.items()):
        parts += _strip_line(name, band, row, others, across, high * number + 14)
    return _picture(width, bottom + 20, *parts)


def _strip_line(
    name: str, band: Band, row: Row, others: Sequence[Row], across: Scale, y: int
) -> list[Markup]:
    def place(value: float) -> float:
        return across(min(max(band.off(value), -3.0), 3.0))

    low, high = place(band.low), place(band.high)
    parts = [
        tag("text", name, x=4, y=y + 4),
        tag("rect", x=low, y=y - 4, width=max(high - low, 2.0), height=8, class_="people"),
    ]
    for other in others:
        if (found := other.statistics.get(name)) is not None:
            told = tag("title", f"{other.name}: {found.mean:.3g}")
            parts.append(tag("circle", told, cx=place(found.mean), cy=y, r=3, class_="other"))
    if (found := row.statistics.get(name)) is not None:
        told = tag("title", f"{row.name}: {found.mean:.3g}, people {band.mean:.3g}")
        style = "ours" if band.holds(found.mean) else "outside"
        parts.append(tag("circle", told, cx=place(found.mean), cy=y, r=4.5, class_=style))
    return parts


def _picture(width: int, height: int, *parts: Markup) -> Markup:
    return tag(
        "svg", *parts, viewBox=f"0 0 {width} {height}", width=width, height=height, role="img"
    )


def _columns(
    shares: Sequence[float], apart: float, wide: float, up: Scale, floor: float
) -> list[Markup]:
    """A column for each share, from the floor up."""
    return [
        tag("rect", x=6 + n * apart, y=up(share), width=wide, height=floor - up(share))
        for n, share in enumerate(shares)
    ]


def _steps(shares: Sequence[float], wide: float, up: Scale) -> str:
    """The outline of a histogram as the path of an SVG."""
    return "".join(
        f"{'M' if n == 0 else 'L'}{6 + n * wide:.1f} {up(share):.1f}h{wide:.1f}"
        for n, share in enumerate(shares)
    )


def _shaded(axes: Axes, band: Point) -> Markup:
    top, bottom = (min(max(axes.up(each), TOP), axes.height - axes.bottom) for each in band[::-1])
    wide = axes.width - 12 - axes.left
    return tag("rect", x=axes.left, y=top, width=wide, height=bottom - top, class_="people faint")


def _frame(axes: Axes) -> list[Markup]:
    floor, right = axes.height - axes.bottom, axes.width - 12
    parts = [
        tag("line", x1=axes.left, x2=right, y1=floor, y2=floor, class_="axis"),
        tag("line", x1=axes.left, x2=axes.left, y1=TOP, y2=floor, class_="axis"),
        tag("text", axes.x, x=(axes.left + right) / 2, y=axes.height - 4, class_="middle"),
        tag("text", axes.y, x=4, y=11),
    ]
    parts += [
        tag("text", f"{value:.3g}", x=axes.across(value), y=floor + 13, class_="small middle")
        for value in axes.x_range
    ]
    parts += [
        tag("text", f"{value:.3g}", x=axes.left - 5, y=axes.up(value) + 4, class_="small end")
        for value in axes.y_range
    ]
    return parts


def _drawn(axes: Axes, line: Line) -> list[Markup]:
    places = [(axes.across(x), axes.up(y)) for x, y in line.points if x == x and y == y]
    parts = [tag("circle", cx=x, cy=y, r=2.5, class_=line.style) for x, y in places]
    if line.has_path:
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        parts.insert(0, tag("path", d=f"M{path}", class_=f"{line.style} line"))
    return parts


def _scale(values: Point, pixels: Point) -> Scale:
    (low, high), (begin, end) = values, pixels
    wide = (high - low) or 1.0
    return lambda value: begin + (value - low) / wide * (end - begin)
