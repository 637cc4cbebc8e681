"""The sixteen drums: what they are for, who plays them, and their notes."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

STEPS = 16
"""Sixteenths of a bar of 4/4."""

Role = Literal["low", "back", "time", "colour"]
ROLES: tuple[Role, ...] = ("low", "back", "time", "colour")
"""What a drum does in a groove: the ground, the answer to it, the pulse, and all else."""


@dataclass(frozen=True, slots=True)
class Drum:
    """One row of the grid."""

    name: str
    pitch: int
    """Its note on General MIDI's percussion channel."""
    role: Role
    family: str
    """Drums that are one voice to the ear."""
    player: Literal["hands", "feet", "percussion"]
    """The limbs that strike it: of the one at the kit, or of a second player."""


KIT: tuple[Drum, ...] = (
    Drum("kick", 36, "low", "kick", "feet"),
    Drum("snare", 38, "back", "snare", "hands"),
    Drum("stick", 37, "back", "stick", "hands"),
    Drum("clap", 39, "back", "clap", "percussion"),
    Drum("hat", 42, "time", "hat", "hands"),
    Drum("openhat", 46, "time", "hat", "hands"),
    Drum("pedalhat", 44, "time", "pedal", "feet"),
    Drum("ride", 51, "time", "ride", "hands"),
    Drum("shaker", 70, "time", "shaker", "percussion"),
    Drum("crash", 49, "colour", "crash", "hands"),
    Drum("lowtom", 45, "colour", "toms", "hands"),
    Drum("midtom", 47, "colour", "toms", "hands"),
    Drum("hightom", 50, "colour", "toms", "hands"),
    Drum("cowbell", 56, "colour", "cowbell", "percussion"),
    Drum("conga", 63, "colour", "conga", "percussion"),
    Drum("tambourine", 54, "colour", "tambourine", "percussion"),
)
"""Source of the notes: General MIDI level 1, percussion key map (70 is there the maracas)."""

NAMES = tuple(drum.name for drum in KIT)
PITCHES = tuple(drum.pitch for drum in KIT)
FAMILIES = tuple(dict.fromkeys(drum.family for drum in KIT))

IN_ROLE = np.array([[drum.role == role for drum in KIT] for role in ROLES])
"""(roles, drums)."""

IN_FAMILY = np.array([[drum.family == family for drum in KIT] for family in FAMILIES])
"""(families, drums)."""

FAMILY_IN_ROLE = (IN_ROLE.astype(int) @ IN_FAMILY.T.astype(int)) > 0
"""(roles, families)."""

STRUCK_BY = np.array(
    [
        [drum.player == "hands" for drum in KIT],
        [drum.player == "percussion" for drum in KIT],
        [drum.name in ("hat", "openhat", "pedalhat") for drum in KIT],
    ]
)
"""(3, drums): what the hands of each player share, and what is one pair of cymbals."""

AT_ONCE = np.array([2, 2, 1])
"""Two hands each; a hi-hat is open, closed, or closed by foot."""
