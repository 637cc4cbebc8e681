"""How well does a painter paint what it has never seen?

    python benchmarks/canvas.py checkpoints/canvas.safetensors [--animation drawing.gif]

Prints, for 20 sprites that no training run has seen, each from a blank canvas with as many
strokes as it has cells: the share of cells that are right, of all and of those that are not
ground, for the painter and for painters without learning.
"""

import argparse
from pathlib import Path

import numpy as np

from melodyrl.core.canvas.drawing import beside, gif, rgb
from melodyrl.env.canvas_lanes import CanvasLanes
from melodyrl.env.painter import paint, read_painter
from melodyrl.env.pictures import LIKENESS, Pictures

SEED = 20_261_123


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--targets", type=int, default=20)
    parser.add_argument("--seed", type=int, default=SEED, help="which test sprites")
    parser.add_argument("--animation", type=Path, help="a GIF of the first four to write")
    arguments = parser.parse_args()
    subject = Pictures(split="test")
    rng = np.random.default_rng(arguments.seed)
    lanes = CanvasLanes(subject, arguments.targets, rng, weights=LIKENESS)
    lanes.reset()
    targets = lanes.easel.aim.astype(np.int8)
    given = CanvasLanes(subject, len(targets), rng, weights=LIKENESS, easel=lanes.easel)
    states = paint(read_painter(arguments.checkpoint, subject), given)
    print(f"{len(targets)} unseen sprites of 16 x 16 cells in {subject.size.colours} colours")
    print(f"{'':16}{'right':>8}{'least':>8}{'figure':>8}{'strokes':>9}")
    ended = np.stack([each[-1] for each in states])
    row("painter", ended, targets, np.mean([len(each) - 1 for each in states]))
    row("random", rng.integers(subject.size.colours, size=targets.shape), targets, 256)
    row("all ground", np.zeros_like(targets), targets, 256)
    if arguments.animation:
        arguments.animation.write_bytes(animation(states[:4], targets[:4]))


def row(name: str, ended: np.ndarray, targets: np.ndarray, strokes: float) -> None:
    right = (ended == targets).mean((1, 2))
    figure = (ended == targets)[targets > 0].mean()
    print(f"{name:16}{right.mean():8.3f}{right.min():8.3f}{figure:8.3f}{strokes:9.1f}")


def animation(states: list[list[np.ndarray]], targets: np.ndarray) -> bytes:
    """Canvases above their targets, four strokes a frame."""
    longest = max(map(len, states))
    below = beside([rgb(target, 8) for target in targets])
    gap = np.full((8, below.shape[1], 3), 255, np.uint8)
    frames = []
    for at in [*range(0, longest, 4), longest - 1]:
        canvases = beside([rgb(each[min(at, len(each) - 1)], 8) for each in states])
        frames.append(np.concatenate([canvases, gap, below]))
    return gif(frames, frame_ms=50, rest_ms=2000)


if __name__ == "__main__":
    main()
