"""Functions of the density of onsets, kept as values at some densities and never too low between.

Such a function is a line from each vertex to the next. What a sixteenth makes of it may bend
between two vertices; where it bends upward, both are raised until their line lies nowhere below
it. The greatest of several lines needs no raising: it bends downward only.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.state import DENSITY_STEPS
from rewards import rhythm

Floats = NDArray[np.float32]
Points = tuple[NDArray[np.intp], Floats]
"""Places on the lines (n,): the vertex before, rising, and how far on to the next, 0 to 1."""

FADE = float(np.exp(-1.0 / DENSITY_STEPS))
"""Of the density that a sixteenth leaves."""

DENSEST = 4.0
"""Onsets a beat that an onset in every sixteenth comes to."""

FINENESS = 2
"""Vertices to a sixteenth without an onset. With one, bounds came out up to .002 a step higher."""

SPARSEST = 0.1
"""Below this there is no vertex but 0: no density gets there without three bars of silence."""


@dataclass(frozen=True)
class Densities:
    """The vertices for a wanted density, in onsets a beat.

    A sixteenth without an onset leads from vertex to vertex, FINENESS further down.
    """

    wanted: float

    @cached_property
    def vertices(self) -> NDArray[np.float64]:
        """(D,) rising from 0 to DENSEST or more; the wanted density is one of them."""
        finer = np.log(FADE) / FINENESS
        down = int(np.ceil(np.log(SPARSEST / self.wanted) / finer))
        up = int(np.ceil(np.log(self.wanted / DENSEST) / finer))
        places = np.arange(down, -max(up, 0) - 1, -1)
        return np.append(0.0, self.wanted * np.exp(finer * places))

    def faded(self, values: Floats) -> Floats:
        """The function (..., D) of the density after a sixteenth without an onset."""
        few = FINENESS + 1
        after = np.empty_like(values)
        after[..., :few] = _between(values, self.locate(FADE * self.vertices[:few]))
        after[..., few:] = values[..., 1:-FINENESS]
        return after

    def struck(self, values: Floats) -> Floats:
        """The function (..., D) of the density after a sixteenth with an onset."""
        reached, bends, points = self._struck
        return _raised(_between(values, reached), values[..., bends], points)

    @cached_property
    def pull(self) -> Floats:
        """What the controller of rhythm adds to an onset, and to none, (2, D)."""
        edges = np.array([0.0, rhythm.PULL_BOUND / rhythm.PULL]) + rhythm.EASE * self.wanted
        bends = np.sort(np.concatenate([self.wanted - edges, self.wanted + edges]))
        bends = bends[(bends > 0.0) & (bends < self.vertices[-1])]
        signs = np.array([[-1.0], [rhythm.SHARE]])
        at_vertices, at_bends = (
            (signs * self._pull(density)).astype(np.float32) for density in (self.vertices, bends)
        )
        return _raised(at_vertices, at_bends, self.locate(bends))

    def at(self, values: Floats, density: float) -> Floats:
        """The function (..., D) at one density, (...)."""
        return _between(values, self.locate(np.array([density])))[..., 0]

    def locate(self, density: NDArray[np.floating]) -> Points:
        """Where densities (n,) lie."""
        vertices = self.vertices
        cell = np.searchsorted(vertices, density, side="right") - 1
        cell = np.clip(cell, 0, len(vertices) - 2)
        share = (density - vertices[cell]) / (vertices[cell + 1] - vertices[cell])
        return cell, np.clip(share, 0.0, 1.0).astype(np.float32)

    @cached_property
    def _struck(self) -> tuple[Points, NDArray[np.intp], Points]:
        """Where an onset leads from each vertex; the vertices passed between, and from where."""
        struck = FADE * self.vertices + (1.0 - FADE) * DENSEST
        bends = np.flatnonzero((self.vertices > struck[0]) & (self.vertices < struck[-1]))
        before = (self.vertices[bends] - (1.0 - FADE) * DENSEST) / FADE
        return self.locate(struck), bends, self.locate(before)

    def _pull(self, density: NDArray[np.float64]) -> NDArray[np.float64]:
        astray = density - self.wanted
        excess = np.maximum(np.abs(astray) - rhythm.EASE * self.wanted, 0.0)
        pull = np.minimum(rhythm.PULL * excess, rhythm.PULL_BOUND)
        return np.sign(astray) * pull


def _between(values: Floats, points: Points) -> Floats:
    cell, share = points
    rise = values[..., cell + 1] - values[..., cell]
    return np.asarray(values[..., cell] + share * rise, np.float32)


def _raised(vertices: Floats, values: Floats, points: Points) -> Floats:
    """Vertices (..., D) whose lines lie at or above the values (..., n) at the points."""
    cell = points[0]
    excess = np.maximum(values - _between(vertices, points), 0.0)
    cells, first = np.unique(cell, return_index=True)
    missing = np.maximum.reduceat(excess, first, axis=-1)
    # A vertex between two lines is raised by what the needier asks for.
    low, high = np.zeros_like(vertices), np.zeros_like(vertices)
    low[..., cells], high[..., cells + 1] = missing, missing
    return vertices + np.maximum(low, high)
