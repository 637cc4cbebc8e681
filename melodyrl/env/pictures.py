"""Pictures to be painted after a model: small sprites, their rewards, and what a painter sees."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.canvas import BLANK, Easel, Size
from melodyrl.env.progressions import Split, from_split

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Cells = NDArray[np.int8]

TERMS = ("target", "symmetry", "palette", "pixels")
"""What a stroke is paid for: a right cell, a mirrored pair, the colours' shares, a blank filled."""

LIKENESS: Floats = np.array([1.0, 0.0, 0.0, 0.0], np.float32)
"""Preferences of a painter who wants the target and nothing else."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Paint a target from a blank canvas, with no more strokes than the canvas has cells.

    The target is in the observation. Rewards are differences of what is counted on the canvas,
    so an episode's sum is what it has in the end, and undoing pays back.
    """

    size: Size = field(default_factory=Size)
    split: Split = "train"
    name: str = "canvas"
    terms: tuple[str, ...] = TERMS

    @property
    def planes(self) -> int:
        """Canvas, target and the canvas in the mirror, each by colour."""
        return 3 * self.size.colours

    @property
    def strokes(self) -> int:
        """One for each cell."""
        return self.size.cells

    def begin(self, rng: np.random.Generator, count: int) -> Easel:
        """Blank canvases with targets of the split."""
        return easel(sprites_of(rng, count, self.size, self.split))

    def judge(self, easel: Easel) -> Floats:
        """Reward of every stroke, (N, A, K)."""
        parts = [
            _target(easel, self.size.colours),
            _symmetry(easel.canvas, self.size.colours),
            _palette(easel, self.size.colours),
            np.repeat((easel.canvas == BLANK)[..., None], self.size.colours, axis=3),
        ]
        return np.stack(parts, axis=4, dtype=np.float32).reshape(
            len(easel.canvas), self.size.actions, len(TERMS)
        )

    def see(self, easel: Easel) -> Floats:
        """(N, P, H, W) of zeros and ones."""
        pictures = (easel.canvas, easel.aim.astype(np.int8), easel.canvas[..., ::-1])
        colour = np.arange(self.size.colours, dtype=np.int8)[:, None, None]
        return np.concatenate([picture[:, None] == colour for picture in pictures], axis=1).astype(
            np.float32
        )

    def is_done(self, easel: Easel) -> Bools:
        """Where the canvas is the target."""
        return (easel.canvas == easel.aim).all((1, 2))

    def sample_w(self, rng: np.random.Generator, count: int) -> Floats:
        """Half the painters want likeness alone, the others anything (Dirichlet(1))."""
        anything = rng.dirichlet(np.ones(len(TERMS)), count).astype(np.float32)
        return np.where(rng.random((count, 1)) < 0.5, LIKENESS, anything)


def easel(targets: Cells) -> Easel:
    """Blank canvases for these targets (N, H, W)."""
    blank = np.full(targets.shape, BLANK, np.int8)
    return Easel(blank, np.zeros(targets.shape, np.bool_), targets.astype(np.float32))


def sprites_of(rng: np.random.Generator, count: int, size: Size, split: Split) -> Cells:
    """Sprites that belong to a split by a hash of their cells, (count, H, W)."""
    # Drawn by the count, however many are wanted still, so that the same seed gives the same.
    return from_split(lambda _: sprites(rng, count, size), count, split)


def sprites(rng: np.random.Generator, count: int, size: Size) -> Cells:
    """Random figures as left-right mirror images: ground 0, body 1, outline 2, marks 3 and on.

    A body is noise that was smoothed once: a cell lives where at least five of the nine cells
    around it, itself included, do.
    """
    half = (size.width + 1) // 2
    noise = rng.random((count, size.height, half)) < 0.55
    mirrored = _mirrored(noise, size.width)
    mirrored[:, [0, -1]] = mirrored[..., [0, -1]] = False
    body = _around(mirrored) >= 5
    outline = ~body & (_around(body) > 0)
    picture = np.where(body, 1, np.where(outline, 2, 0)) % size.colours
    for colour in range(3, size.colours):
        mark = rng.random((count, size.height, half)) < 0.15
        picture = np.where(body & _mirrored(mark, size.width), colour, picture)
    return picture.astype(np.int8)


def _mirrored(half: Bools, width: int) -> Bools:
    """A left half and its mirror image, which share the middle column of an odd width."""
    return np.concatenate([half, half[..., ::-1][..., width % 2 :]], axis=2)


def _around(alive: Bools) -> NDArray[np.int8]:
    """Living cells among the nine around each, (N, H, W)."""
    padded = np.pad(alive, ((0, 0), (1, 1), (1, 1))).astype(np.int8)
    height, width = alive.shape[1:]
    shifts = [padded[:, y : y + height, x : x + width] for y in range(3) for x in range(3)]
    return np.stack(shifts).sum(axis=0, dtype=np.int8)


def _target(easel: Easel, colours: int) -> NDArray[np.int8]:
    """Right cells won or lost, (N, H, W, C)."""
    after = easel.aim[..., None] == np.arange(colours)
    before = easel.canvas == easel.aim
    return after.astype(np.int8) - before[..., None]


def _symmetry(canvas: Cells, colours: int) -> NDArray[np.int8]:
    """Pairs of one colour left and right won or lost; a cell in the middle counts for nothing."""
    opposite = canvas[..., ::-1]
    after = opposite[..., None] == np.arange(colours)
    before = (canvas == opposite) & (canvas != BLANK)
    gain = after.astype(np.int8) - before[..., None]
    if canvas.shape[2] % 2:
        gain[:, :, canvas.shape[2] // 2] = 0
    return gain


def _palette(easel: Easel, colours: int) -> Floats:
    """How much nearer the colours' counts come to the target's, in cells, halved."""
    colour = np.arange(colours)
    wanted = (easel.aim[..., None] == colour).sum((1, 2))
    missing = wanted - (easel.canvas[..., None] == colour).sum((1, 2))  # (N, C)
    gain = np.abs(missing) - np.abs(missing - 1)
    loss = np.abs(missing + 1) - np.abs(missing)
    lost = np.take_along_axis(
        np.concatenate([loss, np.zeros_like(loss[:, :1])], axis=1),
        easel.canvas.reshape(len(loss), -1).astype(np.intp),
        axis=1,
    ).reshape(easel.canvas.shape)
    changes = easel.canvas[..., None] != colour
    return (gain[:, None, None] - lost[..., None]) * changes / np.float32(2)
