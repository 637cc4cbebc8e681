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
