"""What changes while training goes on, as functions of progress and steps."""

import numpy as np
import numpy.typing as npt


def linear(first: float, last: float, progress: float) -> float:
    """From `first` at progress 0 to `last` at progress 1 and beyond."""
    return first + (last - first) * min(max(progress, 0.0), 1.0)


def epsilon_ladder(lanes: int) -> npt.NDArray[np.float64]:
    """A constant epsilon per lane, .4^(1 + 7 i / (N - 1)): from .4 to .0007.

    Source: Horgan et al. 2018, Distributed Prioritized Experience Replay, section 4.1.
    """
    rung_N = np.arange(lanes) / max(lanes - 1, 1)
    return 0.4 ** (1 + 7 * rung_N)


def epsilon_decay(steps: int, over: int = 8_000, last: float = 0.02) -> float:
    """From 1 to `last` in the first `over` environment steps, then constant."""
    return linear(1.0, last, steps / over)
