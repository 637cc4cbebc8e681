"""What a pattern is to have: drawn anew for each, so that no two are alike."""

import numpy as np

from melodyrl.core.drums.people import CHANCE, HITS, SYNCOPATION
from melodyrl.core.drums.rules import Bools, Floats, hits, in_roles, open_cells, syncopation

MOST_COLOUR = 3
"""Hits of colour that are aimed at, at most. Ours."""


def draw_aims(rng: np.random.Generator, hit: Bools, fixed: Bools) -> Floats:
    """Aims (N, 5) of a pattern that people might play around the player's cells.

    Cells that are free are drawn by people's chances; what the drawn pattern has is aimed at,
    within people's bands and not below what the player has.
    """
    given = hit & fixed
    role, ours = in_roles(given), open_cells(given, fixed)
    drawn = role[:, :3] | (ours[:, :3] & (rng.random(role[:, :3].shape) < CHANCE))
    least, most = np.array(HITS).T
    wanted = np.clip(drawn.sum(2), least, most)
    colour = rng.integers(MOST_COLOUR + 1, size=(len(hit), 1))
    floor = hits(given)
    aim = np.clip(np.concatenate([wanted, colour], axis=1), floor, floor + ours.sum(2))
    low = syncopation(np.stack([drawn[:, 0], role[:, 0]], axis=1))
    least_low, most_low = SYNCOPATION[0]
    low = np.clip(low[:, 0], np.minimum(least_low, low[:, 1]), np.maximum(most_low, low[:, 1]))
    return np.concatenate([aim, low[:, None]], axis=1).astype(np.float32)
