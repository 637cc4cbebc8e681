"""What a pattern is to have: drawn anew for each, so that no two are alike."""

import numpy as np

from melodyrl.core.drums.kit import KIT
from melodyrl.core.drums.people import CHANCE, HITS, SYNCOPATION
from melodyrl.core.drums.rules import (
    PULSES,
    Bools,
    Floats,
    Ints,
    hits,
    in_roles,
    line_cells,
    open_cells,
    syncopation,
)

PULSE_CHANCE = np.array([0.6, 0.2, 0.2])
"""Of each of PULSES. Ours: of people's cymbals an eighth on the beat is hardly likelier than one
off it (people.CHANCE), so most of their lines are eighths."""

_OFTEN = {"snare": 14, "stick": 3, "clap": 3, "hat": 14, "ride": 4, "shaker": 1, "pedalhat": 1}

CARRIES = {
    role: np.array([_OFTEN.get(drum.name, 0) * (drum.role == role) / 20 for drum in KIT])
    for role in ("back", "time")
}
"""How likely each drum is to carry back and time, where the player has none. Ours."""

MOST_COLOUR = 3
"""Hits of colour that are aimed at, at most. Ours."""


def draw_aims(rng: np.random.Generator, hit: Bools, fixed: Bools) -> Floats:
    """Aims (N, 8) of a pattern that people might play around the player's cells.

    Cells that are free are drawn by people's chances; what the drawn pattern has is aimed at,
    within people's bands and not below what the player has. Time is an even line.
    """
    given = hit & fixed
    role, ours = in_roles(given), open_cells(given, fixed)
    drawn = role[:, :3] | (ours[:, :3] & (rng.random(role[:, :3].shape) < CHANCE))
    line = line_cells(given, fixed)
    pulse = _draw_pulse(rng, role[:, 2], line)
    drawn[:, 2] = role[:, 2] | (line & PULSES[pulse])
    least, most = np.array(HITS).T
    wanted = np.clip(drawn.sum(2), least, most)
    colour = rng.integers(MOST_COLOUR + 1, size=(len(hit), 1))
    floor = hits(given)
    aim = np.clip(np.concatenate([wanted, colour], axis=1), floor, floor + ours.sum(2))
    low = syncopation(np.stack([drawn[:, 0], role[:, 0]], axis=1))
    least_low, most_low = SYNCOPATION[0]
    low = np.clip(low[:, 0], np.minimum(least_low, low[:, 1]), np.maximum(most_low, low[:, 1]))
    back, time = (rng.choice(len(KIT), (len(hit), 1), p=CARRIES[role]) for role in ("back", "time"))
    columns = [aim, low[:, None], pulse[:, None], back, time]
    return np.concatenate(columns, axis=1).astype(np.float32)


def _draw_pulse(rng: np.random.Generator, given: Bools, free: Bools) -> Ints:
    """One of the lines nearest to the player's cells of time, (N,); given and free (N, 16)."""
    # Off the line: the player's hits that it has not, and cells of it that can be nobody's.
    away = ((given[:, None] ^ PULSES) & ~free[:, None]).sum(2)
    chance = PULSE_CHANCE * (away == away.min(1, keepdims=True))
    below = np.cumsum(chance, axis=1)
    return (rng.random((len(given), 1)) * below[:, -1:] >= below).sum(1)
