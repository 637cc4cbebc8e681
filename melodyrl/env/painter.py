"""Painting with a trained network, without torch."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.canvas import file
from melodyrl.core.canvas.network import CanvasNetwork
from melodyrl.env.baselines import best_legal
from melodyrl.env.canvas_lanes import CanvasLanes, Subject
from melodyrl.env.lanes import Observation

Cells = NDArray[np.int8]


def read_painter(path: Path | str, subject: Subject) -> CanvasNetwork:
    """The network of a file, for a subject.

    Raises:
        CheckpointError: the file cannot be read, or is for something else.
    """
    return file.load(path, subject.name, subject.terms, subject.planes, subject.size)[0]


def greedy_stroke(
    network: CanvasNetwork, seen: Observation, w: NDArray[np.float32]
) -> NDArray[np.intp]:
    """The legal stroke of the greatest w · Q in each lane, (N,)."""
    size = network.form.size
    planes = seen.features.reshape(-1, network.form.planes, size.height, size.width)
    return best_legal(network.many(planes, w, seen.judgement, seen.mask), w, seen.mask)


def paint(network: CanvasNetwork, lanes: CanvasLanes) -> list[list[Cells]]:
    """Paint every lane's first canvas to its end; all its states, blank first, for each lane."""
    seen = lanes.reset()
    easel = lanes.easel.take(np.arange(lanes.lanes))  # where a canvas ends, lanes begin another
    states = [[canvas.copy()] for canvas in easel.canvas]
    running = np.ones(lanes.lanes, np.bool_)
    while running.any():
        action = greedy_stroke(network, seen, lanes.w)
        easel.paint(lanes.subject.size, action)
        for lane in np.flatnonzero(running):
            states[lane].append(easel.canvas[lane].copy())
        step = lanes.step(action)
        running &= ~step.done
        seen = step.observation
    return states
