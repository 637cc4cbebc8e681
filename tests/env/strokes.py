"""Strokes for tests."""

import numpy as np


def any_stroke(rng: np.random.Generator, mask: np.ndarray) -> np.ndarray:
    """One legal stroke in each lane, (N,)."""
    return np.where(mask, rng.random(mask.shape), -1).argmax(1)
