"""What came of a comparison, in figures."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import mean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from melodyrl.learn.compare.entry import Entry
from melodyrl.learn.compare.methods import METHODS
from melodyrl.learn.compare.referee import Point

Floats = NDArray[np.float64]
Curve = list[Point]
GREEDY = "one-step greedy"


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over seeds."""

    mean: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Of one value a seed."""
        return cls(mean(values), min(values), max(values))


@dataclass(frozen=True, slots=True)
class Row:
    """A method over its seeds; returns in percent of the optimum's."""

    title: str
    by_seconds: Spread
    """At the end of the budget."""
    by_steps: Spread
    """At the number of steps that every run came to."""
    steps: float
    """Mean steps in the budget."""
    passed_s: float | None
    """Mean CPU seconds until it stays above one-step greedy; None where a seed never does."""
    curves: list[Curve]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All rows, and what they are measured by."""

    optimum: float
    """Mean return of the best melodies there are."""
    levels: dict[str, float]
    """Percent of the optimum that players without learning come to."""
    equal_steps: int
    rows: dict[str, Row]

    def percent(self, earned: float) -> float:
        """A return in percent of the optimum's."""
        return 100 * earned / self.optimum

    def written(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self)


def summary(entries: Sequence[Entry], optimum: float, levels: dict[str, float]) -> Comparison:
    """The figures of all entries, each of which has ended."""
    percent = {name: 100 * earned / optimum for name, earned in levels.items()}
    curves: dict[str, list[Curve]] = {}
    for entry in entries:
        points = [Point(p.steps, p.seconds, 100 * p.earned / optimum) for p in entry.points()]
        curves.setdefault(entry.method, []).append(points)
    least = min(curve[-1].steps for each in curves.values() for curve in each)
    rows = {name: _row(name, each, least, percent[GREEDY]) for name, each in curves.items()}
    return Comparison(optimum, percent, least, rows)


def _row(name: str, curves: list[Curve], steps: int, greedy: float) -> Row:
    passed = [_passed_s(curve, greedy) for curve in curves]
    return Row(
        title=METHODS[name].title,
        by_seconds=Spread.of([curve[-1].earned for curve in curves]),
        by_steps=Spread.of([float(at(curve, "steps", [steps])[0]) for curve in curves]),
        steps=mean(curve[-1].steps for curve in curves),
        passed_s=None if None in passed else mean(s for s in passed if s is not None),
        curves=curves,
    )


def at(curve: Curve, axis: str, places: Sequence[float] | Floats) -> Floats:
    """What was earned at places along an axis, "steps" or "seconds", linear between points."""
    along = [getattr(point, axis) for point in curve]
    return np.asarray(np.interp(places, along, [point.earned for point in curve]))


def _passed_s(curve: Curve, level: float) -> float | None:
    """Seconds of the first point from which on no point is below a level."""
    above = [point.earned > level for point in curve]
    if not above[-1]:
        return None
    return curve[len(above) - above[::-1].index(False) if False in above else 0].seconds
