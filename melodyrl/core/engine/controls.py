"""The controls of the player's keyboard: what each one turns, and learning it by turning one."""

from melodyrl.core.engine.events import (
    CHANGES,
    KNOBS,
    MODES,
    TARGETS,
    Bindings,
    ChangeDrums,
    Command,
    KnobName,
    Panic,
    SetDrums,
    SetKnob,
    SetMode,
    Stop,
    Target,
)
from melodyrl.core.midi.messages import SUSTAIN, ControlChange

FULL_TURN, MIDDLE = 127, 64
"""The highest value of a controller, and that from which a switch is on (MIDI 1.0, table 3)."""

_BANK_SELECT = (0, 32)
_FIRST_OF_THE_MODES = 120
_SWITCHED: dict[str, Command] = {
    **{f"mode-{mode}": SetMode(mode) for mode in MODES},
    **{f"drums-{change}": ChangeDrums(change) for change in CHANGES},
    "drums-on": SetDrums(True),
    "drums-off": SetDrums(False),
    "stop": Stop(),
    "panic": Panic(),
}


def meaning(controller: int) -> str | None:
    """What a controller that can turn nothing of ours is for; None where it is free."""
    if controller == SUSTAIN:
        return "the sustain pedal"
    if controller in _BANK_SELECT:
        return "bank select"
    return "a channel mode message" if controller >= _FIRST_OF_THE_MODES else None


def bindings_problem(bindings: Bindings) -> str | None:
    """What is wrong with some bindings, in one sentence; None where nothing is."""
    for controller, target in bindings:
        if type(controller) is not int or not 0 <= controller <= FULL_TURN:
            return f"The controller {controller!r} is not one of 0 to {FULL_TURN}."
        if its_own := meaning(controller):
            return f"Controller {controller} is {its_own}; choose another one to turn {target}."
        if target not in TARGETS:
            return f"Controller {controller} cannot turn {target!r}; choose {', '.join(TARGETS)}."
    for place, what in enumerate(("controller", "target")):
        if len({pair[place] for pair in bindings}) < len(bindings):
            return f"Each {what} is bound once at most, unlike in {bindings}."
    return None


def bound(bindings: Bindings, controller: int, target: Target) -> Bindings:
    """The bindings with one more, in place of the controller's and the target's own before."""
    others = [pair for pair in bindings if pair[0] != controller and pair[1] != target]
    return tuple(sorted([*others, (controller, target)]))


def scaled(name: KnobName, value: int) -> float:
    """Where a controller's value puts a knob: 0 and 127 are exactly its ends."""
    low, high, _ = KNOBS[name]
    return low + (high - low) * (value / FULL_TURN)


class Controls:
    """What each control turns now. One that moves costs a look into a dictionary."""

    def __init__(self, bindings: Bindings) -> None:
        self.armed: Target | None = None
        """What the next control that moves will turn."""
        self._on = set[int]()
        self._bind(bindings)

    @property
    def bindings(self) -> Bindings:
        """Controller and target of each binding, by controller."""
        return self._bindings

    def forget(self, target: Target) -> None:
        """Nothing turns it any more."""
        self._bind(tuple(pair for pair in self._bindings if pair[1] != target))

    def hear(self, change: ControlChange) -> Command | None:
        """What a control that moves asks for, on whatever channel."""
        controller, value = change.controller, change.value
        if self.armed is not None and meaning(controller) is None:
            self._bind(bound(self._bindings, controller, self.armed))
            self._on.discard(controller)
            self.armed = None
        target = self._targets.get(controller)
        if target is None:
            return None
        if target in KNOBS:
            return SetKnob(target, scaled(target, value))
        was_on, is_on = controller in self._on, value >= MIDDLE
        (self._on.add if is_on else self._on.discard)(controller)
        return _SWITCHED[target] if is_on and not was_on else None

    def _bind(self, bindings: Bindings) -> None:
        self._bindings: Bindings = tuple(sorted(bindings))
        self._targets = dict(self._bindings)
