"""The task of an accompaniment."""

from dataclasses import dataclass

from melodyrl.core.policy.chords.actions import ACTIONS, ChordActions
from melodyrl.core.policy.chords.judge import TERMS


@dataclass(frozen=True, slots=True)
class ChordPreset:
    """What is decided each sixteenth, and what it is judged by."""

    name: str = "chords"
    actions: ChordActions = ACTIONS
    terms: tuple[str, ...] = TERMS
    bars: int = 16
    """Bars of an episode."""


CHORDS = ChordPreset()

BALANCE = {"fit": 1.0, "function": 1.0, "pace": 1.4, "colour": 1.6}
"""How the four terms with a knob weigh against each other with all knobs at their defaults. At 1
each, what is learned comes to the same few chords; here its variety is people's."""
