"""A comparison as curves: the mean over seeds, within the band from the least to the most."""

from collections.abc import Sequence
from math import log10
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from melodyrl.learn.compare.methods import METHODS
from melodyrl.learn.compare.summary import Comparison, Curve, at

Floats = NDArray[np.float64]

MARKS = (-200, 0, 50, 80, 90, 95, 98, 99)
"""Percent of the optimum that the axis names."""

PLACES = 200
"""Points along a line."""

FEWEST_STEPS = 1_000
"""Before them nothing has been learned."""


def draw(found: Comparison, path: Path) -> None:
    """Write the picture."""
    picture(found).savefig(path, dpi=110)


def picture(found: Comparison) -> Figure:
    """All methods over seconds, and beside it over steps."""
    figure = Figure(figsize=(11, 6.5), layout="constrained")
    by_seconds, by_steps = figure.subplots(1, 2, sharey=True)
    colours = {name: colormaps["tab20"](i) for i, name in enumerate(METHODS)}
    ranked = sorted(found.rows.items(), key=lambda entry: -entry[1].by_seconds.mean)
    for name, row in ranked:
        style = {"color": colours[name], "label": row.title}
        _draw_curves(by_seconds, row.curves, "seconds", style)
        _draw_curves(by_steps, row.curves, "steps", style)
    for axes, name in ((by_seconds, "CPU seconds"), (by_steps, "steps in the environment")):
        _finish(axes, found.levels, name)
    for level, percent in found.levels.items():  # beside the curves, which it would lie on
        place = (1.02, float(height([percent])[0]))
        words = level.replace(" ", "\n")
        by_steps.annotate(words, place, xycoords=("axes fraction", "data"), va="center")
    by_steps.set_xscale("log")
    by_steps.set_xlim(left=min(FEWEST_STEPS, found.equal_steps / 2))
    by_seconds.set_ylabel("% of the exact optimum, unseen progressions")
    figure.legend(*by_seconds.get_legend_handles_labels(), loc="outside right upper", frameon=False)
    return figure


def height(percent: Floats | Sequence[float]) -> Floats:
    """How high a percentage of the optimum is drawn: what it misses, in powers of ten."""
    return -np.log10(np.maximum(100.0 - np.asarray(percent, float), 0.1))


def _draw_curves(axes: Axes, curves: list[Curve], along: str, style: dict[str, Any]) -> None:
    """One line and its band, as far as all seeds came."""
    first = max(getattr(curve[0], along) for curve in curves)
    last = min(getattr(curve[-1], along) for curve in curves)
    if along == "steps":
        places = np.geomspace(max(first, 1.0), max(last, 1.0), PLACES)
    else:
        places = np.linspace(first, last, PLACES)
    values = np.array([at(curve, along, places) for curve in curves])
    axes.plot(places, height(values.mean(0)), linewidth=1.6, **style)
    band = {"color": style["color"], "alpha": 0.15, "linewidth": 0}
    axes.fill_between(places, height(values.min(0)), height(values.max(0)), **band)


def _finish(axes: Axes, levels: dict[str, float], name: str) -> None:
    """Name the axes, and draw what players without learning come to."""
    axes.set_xlabel(name)
    axes.set_yticks(height(MARKS), [f"{mark}" for mark in MARKS])
    axes.set_ylim(-log10(400), -log10(0.8))
    axes.grid(axis="y", color="#dddddd")
    for percent in levels.values():
        axes.axhline(float(height([percent])[0]), color="#444444", linestyle=":", linewidth=1)
