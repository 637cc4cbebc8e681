"""Draws for many lanes at once."""

import numpy as np
from numpy.typing import NDArray


def draw(rng: np.random.Generator, chances: NDArray[np.floating]) -> NDArray[np.intp]:
    """One column of each row (N, A), as likely as it says; rows need not sum to 1."""
    up_to = np.cumsum(chances, axis=1, dtype=np.float64)
    drawn = rng.random((len(up_to), 1)) * up_to[:, -1:]
    return np.minimum((drawn >= up_to).sum(axis=1), up_to.shape[1] - 1)
