"""What an engine is started with."""

from dataclasses import dataclass, field

from melodyrl.core.drums.kit import PITCHES
from melodyrl.core.drums.pattern import is_pattern
from melodyrl.core.engine.check import makes_sense
from melodyrl.core.engine.controls import bindings_problem
from melodyrl.core.engine.events import (
    CLOCKS,
    KNOBS,
    Bindings,
    ClockSource,
    Feel,
    KnobName,
    Mode,
    Nanos,
    SetDrums,
    SetFeel,
    SetKey,
    SetKnob,
    SetMeter,
    SetMode,
    SetSplit,
    SetTempo,
    SetVariation,
)
from melodyrl.core.midi.messages import DRUMS, NoteOff
from melodyrl.core.music import COMMON, Key, Meter

LISTEN_NS = Nanos(20_000_000)
"""Longer than the spread of a chord that is struck together, shorter than a late note is heard:
onsets less than 20-30 ms apart sound as one (Hirsh 1959, order threshold, about 20 ms)."""


DECIDE_NS = Nanos(3_000_000)
"""How long before it is due a grid step is decided: a decision takes about a millisecond, more on
a busy machine, and what is due must not wait for it."""


def default_knobs() -> dict[KnobName, float]:
    """The default value of each knob."""
    return {name: default for name, (_, _, default) in KNOBS.items()}


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """The first settings of an engine; those from `channel` on cannot change live."""

    tempo_bpm: float = 120.0
    meter: Meter = COMMON
    mode: Mode = "solo"
    key: Key | None = None
    """None listens for the key."""
    knobs: dict[KnobName, float] = field(default_factory=default_knobs)
    feel: Feel = "any"
    """How the line of solo moves in time."""
    split: int | None = None
    """The pitch from which up notes are the tune, below it the harmony; None: all are both."""
    bindings: Bindings = ()
    """Which controller of the player's keyboard turns what."""
    drums: bool = False
    """Whether the drums play."""
    pattern: str = ""
    """What the drums play, see drums.pattern; an empty one is filled where they play."""
    vary_bars: int = 0
    """Bars after which the drums vary by themselves, one of VARY_BARS."""
    channel: int = 0
    """0-15, on which we play."""
    drum_channel: int = DRUMS
    """0-15, on which the drums play; another one than the melody's."""
    drum_pitches: tuple[int, ...] = PITCHES
    """The note of each drum, in the order of drums.kit, all different."""
    listen_ns: Nanos = LISTEN_NS
    """How long after a grid step its answer is due, so that a chord on it is heard first: all but
    the last DECIDE_NS of it."""
    clock: ClockSource = "internal"
    """Who leads: ourselves, from the first note on, or another clock, which is told by Sync."""
    clock_out: bool = False
    """Whether we say the ticks of a MIDI clock for others to follow."""
    seed: int = 0

    def problem(self) -> str | None:
        """What is wrong with a value, in one sentence; None where nothing is."""
        settings: list[tuple[object, object]] = [
            ("tempo_bpm", SetTempo(self.tempo_bpm)),
            ("meter", SetMeter(self.meter.beats, self.meter.unit)),
            ("mode", SetMode(self.mode)),
            ("feel", SetFeel(self.feel)),
            ("split", SetSplit(self.split)),
            ("drums", SetDrums(self.drums)),
            ("vary_bars", SetVariation(self.vary_bars)),
            ("channel", NoteOff(0, self.channel)),
            ("drum_channel", NoteOff(0, self.drum_channel)),
            *(("drum_pitches", NoteOff(pitch)) for pitch in self.drum_pitches),
            *((f"knob {name}", SetKnob(name, value)) for name, value in self.knobs.items()),
        ]
        if self.key is not None:
            settings.append(("key", SetKey(self.key.tonic, self.key.minor)))
        for name, event in settings:
            if not makes_sense(event):
                return f"The {name} is out of its range: {event}."
        if problem := self._drum_problem():
            return problem
        if self.clock not in CLOCKS:
            return f"The clock {self.clock!r} is not one of {', '.join(CLOCKS)}."
        if missing := set(KNOBS) - set(self.knobs):
            return f"The knobs {', '.join(sorted(missing))} are missing."
        if problem := bindings_problem(self.bindings):
            return problem
        is_whole = type(self.listen_ns) is int and type(self.seed) is int
        if not is_whole or self.listen_ns < 0 or self.seed < 0:
            return "Listen_ns and seed must be whole numbers from 0 up."
        return None

    def _drum_problem(self) -> str | None:
        if self.drum_channel == self.channel:
            return f"The drums need a channel of their own: both are on {self.channel + 1}."
        if len(set(self.drum_pitches)) != len(PITCHES) or len(self.drum_pitches) != len(PITCHES):
            return f"The drums need {len(PITCHES)} notes, all different, not {self.drum_pitches}."
        return None if is_pattern(self.pattern) else "The pattern is not one of drums."
