"""Drum patterns as a subject to paint, over simulated players who set some of the cells."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.canvas import Easel, Size
from melodyrl.core.drums import scene
from melodyrl.core.drums.aims import draw_aims
from melodyrl.core.drums.fill import STROKES
from melodyrl.core.drums.kit import KIT, NAMES, STEPS
from melodyrl.core.drums.people import CHANCE
from melodyrl.core.drums.rules import TERMS

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]

_VOICES = (("kick",), ("snare", "stick", "clap"), ("hat", "ride", "shaker"))
"""Who may carry low, back and time."""


@dataclass(frozen=True, slots=True)
class DrumPatterns:
    """Complete what a player began. Rewards are what each stroke mends; see core.drums.rules."""

    name: str = scene.NAME
    size: Size = scene.SIZE
    terms: tuple[str, ...] = TERMS
    planes: int = scene.PLANES
    strokes: int = STROKES

    def begin(self, rng: np.random.Generator, count: int) -> Easel:
        """Patterns that are partly given, some of them with cells of an earlier fill."""
        full = groove(rng, count)
        fixed = told(rng, full)
        # A third begin with what was there before, in other places: they are to be varied.
        kept = (rng.random((count, 1, 1)) < 0.33) & ~fixed & np.roll(full, 1, axis=0)
        hit = (full & fixed) | kept
        return Easel(hit.astype(np.int8), fixed, draw_aims(rng, hit, fixed))

    def judge(self, easel: Easel) -> Floats:
        """Reward of every stroke, (N, A, K)."""
        return scene.judge(easel)

    def see(self, easel: Easel) -> Floats:
        """(N, P, 16, 16)."""
        return scene.see(easel)

    def is_done(self, easel: Easel) -> Bools:
        """Where every rule is kept."""
        return scene.is_done(easel)

    def sample_w(self, rng: np.random.Generator, count: int) -> Floats:
        """All rules count alike."""
        return np.tile(scene.WEIGHTS, (count, 1))


def groove(rng: np.random.Generator, count: int) -> Bools:
    """Patterns drawn cell by cell from people's chances, a voice for each role, (count, 16, 16)."""
    hit = np.zeros((count, len(KIT), STEPS), np.bool_)
    for role, voices in enumerate(_VOICES):
        rows = np.array([NAMES.index(voice) for voice in voices])
        row = rows[rng.integers(len(rows), size=count)]
        hit[np.arange(count), row] = rng.random((count, STEPS)) < CHANCE[role]
    return hit


def told(rng: np.random.Generator, full: Bools) -> Bools:
    """Which cells of a pattern a player sets: whole drums, or hits alone, (N, 16, 16)."""
    count = len(full)
    drums = rng.random((count, len(KIT), 1)) < rng.random((count, 1, 1))
    rows = drums & full.any(2, keepdims=True)
    half = rng.random(full.shape) < rng.uniform(0.2, 0.8, (count, 1, 1))
    kind = rng.random((count, 1, 1))
    nothing = np.zeros_like(full)
    return np.where(kind < 0.4, rows, np.where(kind < 0.9, full & half, nothing))
