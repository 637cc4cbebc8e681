"""Knobs under the hand: controllers of the player's keyboard turn knobs, or press buttons, of ours.

What a controller means is settled before the engine hears it: it is told to turn its knob as if the
page had asked, so that takes and replays know nothing of controllers.
"""

from collections.abc import Iterable, Mapping

from melodyrl.core.engine.events import (
    KNOBS,
    MODES,
    Event,
    Nanos,
    Panic,
    SetKnob,
    SetMode,
    Stop,
    Tap,
)
from melodyrl.core.midi.clock import ClockMessage
from melodyrl.core.midi.messages import SUSTAIN, ControlChange
from melodyrl.errors import ConfigError
from melodyrl.live.ear import Hear

PRESSED = 64
"""The value from which a button counts as pressed, as a pedal does."""

BUTTONS: Mapping[str, Event] = {
    **{mode: SetMode(mode) for mode in MODES},
    "tap": Tap(),
    "stop": Stop(),
    "panic": Panic(),
}

_TAKEN = frozenset({0, 32, SUSTAIN, *range(120, 128)})
"""Controllers with a meaning of their own: bank, sustain, channel mode (MIDI 1.0, table 3)."""


class Controls:
    """Hands on what is heard; a controller with a meaning as what it means."""

    def __init__(self, hear: Hear, meanings: Mapping[int, str]) -> None:
        self._hear = hear
        self._meanings = dict(meanings)
        self._down: set[int] = set()

    def __call__(self, event: Event | ClockMessage, at_ns: Nanos) -> None:
        """Something was heard."""
        if isinstance(event, ControlChange) and event.controller in self._meanings:
            self._turn(event.controller, event.value, at_ns)
        else:
            self._hear(event, at_ns)

    def _turn(self, controller: int, value: int, at_ns: Nanos) -> None:
        meaning, was_down = self._meanings[controller], controller in self._down
        (self._down.add if value >= PRESSED else self._down.discard)(controller)
        for knob, (low, high, _) in KNOBS.items():
            if knob == meaning:
                self._hear(SetKnob(knob, low + (high - low) * value / 127), at_ns)
        if meaning in BUTTONS and value >= PRESSED and not was_down:
            self._hear(BUTTONS[meaning], at_ns)


def meanings(texts: Iterable[str]) -> dict[int, str]:
    """What "21=harmony" and the like say, by controller.

    Raises:
        ConfigError: a text is none, its controller is taken, or nothing is called so.
    """
    return dict(_meaning(text) for text in texts)


def _meaning(text: str) -> tuple[int, str]:
    number, _, name = (part.strip() for part in text.partition("="))
    if not number.isascii() or not number.isdigit() or not name:
        raise ConfigError(f"{text!r} maps no controller; write one such as 21=harmony.")
    controller = int(number)
    if controller > 127 or controller in _TAKEN:
        raise ConfigError(
            f"Controller {controller} cannot be mapped: choose one from 1 to 119 that is neither "
            "32 (bank) nor 64 (sustain pedal)."
        )
    if name not in KNOBS and name not in BUTTONS:
        known = ", ".join((*KNOBS, *BUTTONS))
        raise ConfigError(f"A controller cannot be mapped to {name!r}: choose {known}.")
    return controller, name
