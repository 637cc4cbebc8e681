"""Where people's melodies lie: the band of each statistic, to hold a policy's melodies against."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_BINS = 24
"""Of a histogram; where all values are whole numbers, each has its own."""

FEWEST = 30
"""A corpus with fewer stretches that know a statistic says nothing of it."""


@dataclass(frozen=True, slots=True)
class Band:
    """One statistic in the stretches of people, every corpus counted alike."""

    low: float
    """Their 5th percentile."""
    middle: float
    high: float
    """Their 95th percentile."""
    mean: float
    deviation: float
    begin: float
    """Lower edge of the histogram."""
    end: float
    shares: tuple[float, ...]
    """(bins,) of the histogram; they sum to 1."""
    corpora: Mapping[str, tuple[float, float, float]]
    """5th, 50th and 95th percentile of each corpus."""

    def holds(self, value: Floats | float) -> NDArray[np.bool_]:
        """Whether values lie from the 5th to the 95th percentile."""
        return (np.asarray(value) >= self.low) & (np.asarray(value) <= self.high)

    def off(self, value: float) -> float:
        """How far a mean is from people's, in standard deviations of their stretches."""
        return (value - self.mean) / self.deviation

    def histogram(self, values: Floats) -> Floats:
        """Shares (bins,) of values in people's bins; what lies outside is in the outer ones."""
        return _shares(values, np.full(len(values), 1.0), self.begin, self.end, len(self.shares))

    def overlap(self, values: Floats) -> float:
        """Area that the two histograms share, 0 to 1 (Yang and Lerch 2020)."""
        return float(np.minimum(self.shares, self.histogram(values)).sum())


def band(by_corpus: Mapping[str, Floats]) -> Band | None:
    """The band of a statistic's values by corpus, NaN left out; None where no corpus knows it."""
    known = {name: values[~np.isnan(values)] for name, values in by_corpus.items()}
    known = {name: values for name, values in known.items() if len(values) >= FEWEST}
    if not known:
        return None
    values = np.concatenate(list(known.values()))
    weight = np.concatenate([np.full(len(each), 1.0 / len(each)) for each in known.values()])
    weight /= weight.sum()
    mean = float(weight @ values)
    spread = float(np.sqrt(weight @ (values - mean) ** 2))
    low, middle, high = _quantiles(values, weight)
    begin, end, bins = _edges(values)
    shares = _shares(values, weight, begin, end, bins)
    corpora = {name: _quantiles(each, np.full(len(each), 1.0)) for name, each in known.items()}
    return Band(low, middle, high, mean, spread, begin, end, tuple(shares.tolist()), corpora)


def _quantiles(values: Floats, weight: Floats) -> tuple[float, float, float]:
    """The least values that 5, 50 and 95 % of the weight does not exceed."""
    order = np.argsort(values, kind="stable")
    upto = np.cumsum(weight[order]) / weight.sum()
    # A sum of weights may come to a hair less than the share that it stands for.
    at = np.searchsorted(upto, np.array([0.05, 0.5, 0.95]) - 1e-9)
    low, middle, high = values[order][at].tolist()
    return low, middle, high


def _edges(values: Floats) -> tuple[float, float, int]:
    """Edges of a histogram and its bins, one for each whole number where there are few of those."""
    if (values == np.round(values)).all() and np.ptp(values) < MOST_BINS:
        begin, end = float(values.min()) - 0.5, float(values.max()) + 0.5
        return begin, end, round(end - begin)
    # One stretch in five hundred is left to the outer bins, so that it cannot squeeze all others.
    begin, end = np.quantile(values, [0.002, 0.998]).tolist()
    return (begin, end, MOST_BINS) if end - begin > 1e-9 else (begin - 0.5, begin + 0.5, 1)


def _shares(values: Floats, weight: Floats, begin: float, end: float, bins: int) -> Floats:
    place = np.clip((values - begin) / (end - begin) * bins, 0, bins - 1).astype(np.intp)
    counts = np.bincount(place, weight, minlength=bins)
    return counts / max(counts.sum(), 1e-12)
