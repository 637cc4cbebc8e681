"""The two tasks: the minimal one that can be solved exactly, and the one that is played live."""

from dataclasses import dataclass
from typing import Literal

from melodyrl.core.policy.actions import EIGHT_BAR_ACTIONS, FULL_ACTIONS, Actions

PresetName = Literal["eight-bar", "full"]


@dataclass(frozen=True, slots=True)
class Preset:
    """What is decided, how often, and what it is judged by."""

    name: PresetName
    actions: Actions
    terms: tuple[str, ...]
    """Names of the K reward terms, in the order of the last axis of a judgement."""
    bars: int
    """Bars of an episode."""
    steps_per_action: int
    """Sixteenths from one decision to the next."""

    @property
    def is_full(self) -> bool:
        """Whether notes can be held and rests taken, so that rhythm matters."""
        return self.actions.hold is not None

    @property
    def decisions(self) -> int:
        """Decisions of an episode in 4/4."""
        return self.bars * 16 // self.steps_per_action


EIGHT_BAR = Preset(
    "eight-bar", EIGHT_BAR_ACTIONS, ("harmony", "smoothness", "diversity", "guard"), 8, 4
)
"""Eight bars of four quarter notes over given triads, in C D E F G A B."""

FULL = Preset(
    "full",
    FULL_ACTIONS,
    ("harmony", "smoothness", "diversity", "rhythm", "form", "guard"),
    bars=16,
    steps_per_action=1,
)
"""Every sixteenth: hold, rest, or one of 36 pitches."""

PRESETS: dict[PresetName, Preset] = {preset.name: preset for preset in (EIGHT_BAR, FULL)}
