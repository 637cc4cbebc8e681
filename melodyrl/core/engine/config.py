"""What an engine is started with."""

from dataclasses import dataclass, field

from melodyrl.core.engine.check import makes_sense
from melodyrl.core.engine.events import (
    KNOBS,
    KnobName,
    Mode,
    Nanos,
    SetKey,
    SetKnob,
    SetMeter,
    SetMode,
    SetTempo,
)
from melodyrl.core.midi.messages import NoteOff
from melodyrl.core.music import COMMON, Key, Meter

LISTEN_NS = Nanos(20_000_000)
"""Longer than the spread of a chord that is struck together, shorter than a late note is heard:
onsets less than 20-30 ms apart sound as one (Hirsh 1959, order threshold, about 20 ms)."""


def default_knobs() -> dict[KnobName, float]:
    """The default value of each knob."""
    return {name: default for name, (_, _, default) in KNOBS.items()}


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """The first settings of an engine; each but channel, listen_ns and seed can change live."""

    tempo_bpm: float = 120.0
    meter: Meter = COMMON
    mode: Mode = "solo"
    key: Key | None = None
    """None listens for the key."""
    knobs: dict[KnobName, float] = field(default_factory=default_knobs)
    channel: int = 0
    """0-15, on which we play."""
    listen_ns: Nanos = LISTEN_NS
    """How long after a grid step its decision is taken, so that a chord on it is heard first."""
    seed: int = 0

    def problem(self) -> str | None:
        """What is wrong with a value, in one sentence; None where nothing is."""
        settings: list[tuple[object, object]] = [
            ("tempo_bpm", SetTempo(self.tempo_bpm)),
            ("meter", SetMeter(self.meter.beats, self.meter.unit)),
            ("mode", SetMode(self.mode)),
            ("channel", NoteOff(0, self.channel)),
            *((f"knob {name}", SetKnob(name, value)) for name, value in self.knobs.items()),
        ]
        if self.key is not None:
            settings.append(("key", SetKey(self.key.tonic, self.key.minor)))
        for name, event in settings:
            if not makes_sense(event):
                return f"The {name} is out of its range: {event}."
        if missing := set(KNOBS) - set(self.knobs):
            return f"The knobs {', '.join(sorted(missing))} are missing."
        is_whole = type(self.listen_ns) is int and type(self.seed) is int
        if not is_whole or self.listen_ns < 0 or self.seed < 0:
            return "Listen_ns and seed must be whole numbers from 0 up."
        return None
