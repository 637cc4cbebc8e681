"""What a run learns from, what it is tested on, and how its result is shipped."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from melodyrl.learn.config import TrainConfig
from melodyrl.learn.networks import AnyNetwork, MakeNetwork, dense
from melodyrl.learn.trainer import Lanes, SampleW

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Task:
    """The seams of a run; tests put a toy here."""

    terms: tuple[str, ...]
    """Names of the K reward terms."""
    lanes: Callable[[int, np.random.Generator], Lanes]
    """Makes so many environments to learn in."""
    test: Callable[[], Lanes]
    """Makes the test environments, the same episodes each time."""
    sample_w: SampleW
    """Draws preference vectors."""
    save: Callable[[Path, AnyNetwork, TrainConfig, dict[str, float]], None]
    """Ships a network: (path, network, choices, figures)."""
    network: MakeNetwork = dense
    """Makes the network that learns."""
    bits: Array | None = None
    """(D,) which features are only ever 0 or 1, so that replay keeps bits; None: not known."""
    samples: Callable[[Path, Path], None] | None = None
    """Lets a policy be heard: (its file, a folder for .mid files); None where it plays no notes."""
    measure: Callable[[Path], dict[str, float]] | None = None
    """Figures of a policy's file that no reward is made of; None where there are none."""
