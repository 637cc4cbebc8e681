"""Every statistic of every stretch of tunes, as one table."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melodyrl.env.tune import Tune
from melodyrl.measure.statistics import STATISTICS, statistics
from melodyrl.measure.stretches import stretches
from melodyrl.measure.trigram import Trigram

Floats = NDArray[np.float64]

SURPRISE = "surprise"
"""The one statistic that is no function of a stretch alone: bits a note under the trigram."""

NAMES = (SURPRISE, *STATISTICS)

OF_CHORDS = (
    "phrase ends stable",
    "strong chord tones",
    "beat chord tones",
    "off-beat chord tones",
    "chord tones",
    "left by step",
    "proper tones",
)
"""Those that say something else, or nothing, of stretches whose chords are not known."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Stretches and their statistics, row by row."""

    stretches: list[Tune]
    values: Floats
    """(stretches, NAMES), NaN where a stretch cannot tell."""

    def of(self, name: str) -> Floats:
        """One statistic of all stretches."""
        return self.values[:, NAMES.index(name)]

    def means(self) -> Floats:
        """(NAMES,) over the stretches that can tell; NaN where none can."""
        told = (~np.isnan(self.values)).sum(axis=0)
        total = np.nansum(self.values, axis=0)
        return np.where(told > 0, total / np.maximum(told, 1), np.nan)

    def thinned(self, most: int) -> "Figures":
        """So many of the stretches at most, taken evenly."""
        if len(self.stretches) <= most:
            return self
        kept = np.linspace(0, len(self.stretches) - 1, most).astype(np.intp)
        return Figures([self.stretches[i] for i in kept], self.values[kept])


def figures(tunes: Sequence[Tune], model: Trigram, first_bar: int | None = None) -> Figures:
    """Of all stretches of tunes that begin where `stretches` says."""
    parts = [part for tune in tunes for part in stretches(tune, first_bar)]
    rows = [[model.bits(part.pitch), *statistics(part).values()] for part in parts]
    return Figures(parts, np.array(rows, np.float64).reshape(-1, len(NAMES)))


def together(many: Sequence[Figures]) -> Figures:
    """One table of several, each thinned to as many stretches as the least of them has."""
    most = min(len(each.stretches) for each in many)
    return joined([each.thinned(most) for each in many])


def joined(many: Sequence[Figures]) -> Figures:
    """One table of several, whole, one after the other."""
    parts = [part for each in many for part in each.stretches]
    return Figures(parts, np.concatenate([each.values for each in many]))
