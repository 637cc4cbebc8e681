"""Where people's drum patterns have a hit: aggregate figures of popular music.

Source: Senn 2023, A predictive coding approach to modelling the perceived complexity of popular
music drum patterns, Heliyon 9(4) e15199, table 3: how likely bass drum, snare drum and cymbals
are at each sixteenth of a bar.
"""

import numpy as np

CHANCE = np.array([
    (914, 33, 320, 192, 184, 63, 246, 162, 641, 65, 454, 206, 191, 133, 238, 108),
    (39, 102, 57, 40, 887, 84, 74, 187, 82, 209, 84, 56, 847, 85, 145, 187),
    (607, 129, 642, 132, 719, 134, 664, 156, 717, 143, 626, 141, 683, 126, 623, 143),
]) / 1000  # fmt: skip
"""(3, 16): of the roles low, back and time."""

HIT_BITS = -np.log2(CHANCE)
"""Surprise of a hit, in bits."""

REST_BITS = -np.log2(1 - CHANCE)
"""Surprise of a rest, in bits."""

MEAN_BITS = CHANCE * HIT_BITS + (1 - CHANCE) * REST_BITS
"""What a cell costs in the mean, where people play."""

# What lies between the 5th and the 95th of a hundred patterns drawn cell by cell from CHANCE.
HITS = ((2, 7), (1, 5), (4, 9))
"""Least and most hits a bar of low, back and time."""

SYNCOPATION = ((0, 5), (2, 7))
"""Least and most syncopation of low and back, see rules.syncopation."""

IMBALANCE = 0.34
"""Most imbalance of all three together, see rules.imbalance (the 95th of a hundred)."""
