"""A mean and how sure it is: bootstrap intervals over progressions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DRAWS = 1000
SURE = (2.5, 97.5)
"""Percentiles of the means of the draws: 95 % lie between."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean, and where it would lie for 95 % of other progressions like these."""

    mean: float
    low: float
    high: float


def bootstrap(values: Floats, group: NDArray[np.integer], rng: np.random.Generator) -> Estimate:
    """Of values (N,), NaN left out; groups (N,) are drawn whole, since their members are alike.

    A group counts by how many values it has. NaN throughout where nothing is known.
    """
    known = ~np.isnan(values)
    if not known.any():
        return Estimate(float("nan"), float("nan"), float("nan"))
    _, place = np.unique(group[known], return_inverse=True)
    total, count = np.bincount(place, values[known]), np.bincount(place)
    drawn = rng.integers(len(count), size=(DRAWS, len(count)))
    means = total[drawn].sum(axis=1) / count[drawn].sum(axis=1)
    low, high = np.percentile(means, SURE).tolist()
    return Estimate(float(values[known].mean()), low, high)
