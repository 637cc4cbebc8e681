"""Meter: how a bar is divided into sixteenths, and how strong each of them is."""

from dataclasses import dataclass
from functools import cache

from melodyrl.errors import ConfigError

PHRASE_BARS = 8
"""Bars of a phrase, as minds count them."""

DOWNBEAT, MID_BAR, BEAT, EIGHTH, SIXTEENTH = range(5)
"""Metric levels of a grid step, strongest first."""


@dataclass(frozen=True, slots=True)
class Meter:
    """A meter of the grid: 4/4, 3/4 or 6/8 (see `METERS`)."""

    beats: int
    unit: int

    @property
    def name(self) -> str:
        """The meter as it is written, 4/4."""
        return f"{self.beats}/{self.unit}"

    @property
    def is_compound(self) -> bool:
        """Whether a beat is divided in three (6/8)."""
        return self.unit == 8

    @property
    def steps_per_bar(self) -> int:
        """Sixteenths in a bar: 16 in 4/4, 12 in 3/4 and 6/8."""
        return self.beats * 16 // self.unit

    @property
    def steps_per_beat(self) -> int:
        """Sixteenths in a felt beat: 4, and 6 in 6/8 (a dotted quarter)."""
        return 6 if self.is_compound else 4

    @property
    def cadence_step(self) -> int:
        """The last strong beat of the bar, where a phrase comes to rest: 8, 0 and 6."""
        return _cadence_step(self)

    def level(self, step: int) -> int:
        """How strong a sixteenth of the bar is, from 0 (DOWNBEAT) to 4 (SIXTEENTH).

        1 is the strong beat in the middle of 4/4 and 6/8, 2 any other beat, 3 an eighth off the
        beat. The step is taken modulo the bar.
        """
        step %= self.steps_per_bar
        if step == 0:
            return DOWNBEAT
        if 2 * step == self.steps_per_bar and step % self.steps_per_beat == 0:
            return MID_BAR
        if step % self.steps_per_beat == 0:
            return BEAT
        return EIGHTH if step % 2 == 0 else SIXTEENTH


@cache
def _cadence_step(meter: Meter) -> int:
    return max(step for step in range(meter.steps_per_bar) if meter.level(step) <= MID_BAR)


COMMON = Meter(4, 4)
METERS = (COMMON, Meter(3, 4), Meter(6, 8))


def parse_meter(text: str) -> Meter:
    """The meter that a text such as 6/8 names.

    Raises:
        ConfigError: the text names no meter that is known.
    """
    for meter in METERS:
        if text.replace(" ", "") == meter.name:
            return meter
    known = ", ".join(meter.name for meter in METERS)
    raise ConfigError(f"{text!r} is not a meter that is known; choose one of {known}.")
