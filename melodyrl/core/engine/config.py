"""What an engine is started with."""

from dataclasses import dataclass, field

from melodyrl.core.engine.events import KNOBS, KnobName, Mode, Nanos
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
