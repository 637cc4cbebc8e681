"""Swing: off-beats are sent later than the straight grid on which they were decided.

With the off-beat eighth at s = 1/2 + swing/6 of its beat, the four sixteenths of a beat lie at
0, s/2, s and (1 + s)/2: straight at swing 0, triplets at 1. Where a beat has six sixteenths (6/8),
nothing swings.
"""

from melodyrl.core.music import Meter

_LATEST = (0.0, 1 / 3, 2 / 3, 1 / 3)
"""Sixteenths by which each one of a beat is late at swing 1: the formula less 0, 1, 2, 3; it is
linear in swing. Less than one apart, so that no step is due before the step that it follows."""


def delay(step: int, meter: Meter, swing: float) -> float:
    """How much later than straight a step of the bar lies, in sixteenths; swing is 0 to 1."""
    is_in_four = meter.steps_per_beat == len(_LATEST)
    return swing * _LATEST[step % len(_LATEST)] if is_in_four else 0.0
