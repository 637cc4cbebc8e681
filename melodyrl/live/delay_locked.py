"""A delay-locked loop: where the ticks of a clock lie, told from when they arrived.

Each arrival is compared with where it was expected, and the expectation is moved by a share of the
error: its place by much, its period by little. The shares are those of the best straight line
through the last ticks, of which more are remembered the longer the line holds, up to `_LONGEST`.
Ticks may come late in a bunch, one may be lost, and the clock itself may stumble. Ticks far from
their place are doubted: the loop runs on without them, and judges them together.

Sources: Adriaensen, "Using a DLL to filter time" (2005), for the loop; Page, "Continuous inspection
schemes" (Biometrika 41, 1954), for how drift is noticed. The constants are ours, tried on simulated
clocks of 60 to 160 quarter notes a minute with a jitter of 0 to 3 ms.
"""

from cmath import exp, phase
from math import pi

from melodyrl.core.engine.check import FASTEST_BPM, SLOWEST_BPM

_TICK_NS_AT_1_BPM = 2.5e9
_SHORTEST_NS, _LONGEST_NS = _TICK_NS_AT_1_BPM / FASTEST_BPM, _TICK_NS_AT_1_BPM / SLOWEST_BPM

_LONGEST = 72
"""Ticks remembered at most, three quarters: 3 ms of jitter leave 0.6 ms."""

_SHORT = 8
"""Ticks remembered after the clock was seen to drift."""

_TRUSTED = 4
"""Ticks before which none can be doubted: a line through fewer says little."""

_RUN = 12
"""Doubted ticks, half a quarter, after which they are judged in any case."""

_ON_LINE = 1.5
"""Jitters from our line within which the mean of a run lies on it; with more, clocks that stood
still are taken for ones that lost ticks (tried)."""

_LOST_AT_ONCE = 2
"""Ticks that a clock is believed to lose in a row: of more, it is likelier that it stood still."""

LOST_TICKS = 12
"""Ticks of silence after which the clock is taken to be gone."""


class DelayLockedLoop:
    """The line that the ticks lie on: tick number `tick` lies at `at_ns`, the next a period on."""

    def __init__(self, tempo_bpm: float) -> None:
        self.period_ns = _TICK_NS_AT_1_BPM / tempo_bpm
        self.begin()

    def begin(self) -> None:
        """The next tick is number 0 of a new line; only the period is kept, as a first guess."""
        self.tick = -1
        self.at_ns = 0.0
        self.memory = 0
        """Ticks that the line rests on."""
        self.heard_ns = 0
        """When the last tick arrived."""
        self._doubted: list[float] = []
        self._drift = _Drift()

    @property
    def tempo_bpm(self) -> float:
        """Quarter notes a minute, 20 to 400."""
        return _TICK_NS_AT_1_BPM / self.period_ns

    def is_gone(self, now_ns: float) -> bool:
        """Whether the clock has been silent for so long that it is taken to be gone."""
        return now_ns - self.heard_ns > LOST_TICKS * self.period_ns

    def hear(self, arrived_ns: int) -> None:
        """One more tick arrived."""
        was_gone = self.memory > 0 and self.is_gone(arrived_ns)
        self.heard_ns = arrived_ns
        self.tick += 1
        if self.memory == 0:
            self.at_ns, self.memory = float(arrived_ns), 1
            return
        self.at_ns += self.period_ns
        if was_gone:
            self._skip(round((arrived_ns - self.at_ns) / self.period_ns))
            self.memory = min(self.memory, _SHORT)
        error_ns = arrived_ns - self.at_ns
        if self.memory >= _TRUSTED and abs(error_ns) > self.period_ns / 2:
            self._doubt(error_ns)
        else:
            self._doubted.clear()
            self._follow(error_ns)

    def _follow(self, error_ns: float) -> None:
        self.memory = n = min(self.memory + 1, _LONGEST)
        # the gains of the least squares line through n points, in its recursive form
        self.at_ns += 2 * (2 * n - 1) / (n * (n + 1)) * error_ns
        self._pace(self.period_ns + 6 / (n * (n + 1)) * error_ns)
        if n > _SHORT and self._drift.grows(error_ns):
            self.memory = _SHORT

    def _doubt(self, error_ns: float) -> None:
        self._doubted.append(error_ns)
        errors, count = self._doubted, len(self._doubted)
        if count < _TRUSTED:
            return
        lost = [round(error / self.period_ns) for error in errors]
        start_ns, slope_ns = _line(errors)
        if self._is_new_tempo(lost, start_ns, slope_ns):
            self.at_ns += start_ns + slope_ns * (count - 1)
            self._pace(self.period_ns + slope_ns)
            self.memory = count
            self._drift.begin()
            errors.clear()
        elif count == _RUN:
            self._place(lost)
            errors.clear()

    def _is_new_tempo(self, lost: list[int], start_ns: float, slope_ns: float) -> bool:
        """Whether the doubted ticks lie on a line of another slope, and not on ours with gaps."""
        if not _SHORTEST_NS <= self.period_ns + slope_ns <= _LONGEST_NS:
            return False  # a bunch of late ticks
        errors, count = self._doubted, len(self._doubted)
        with_gaps = [error - gap * self.period_ns for error, gap in zip(errors, lost, strict=True)]
        on_line = [error - start_ns - slope_ns * i for i, error in enumerate(errors)]
        is_better = _squares(with_gaps) - _squares(on_line) > (5 * self._drift.jitter_ns) ** 2
        is_steep = abs(slope_ns) * count > 0.75 * self.period_ns
        is_all_gaps = count == _RUN and abs(lost[-1] - lost[0]) > _RUN / 2
        return (is_better and is_steep) or is_all_gaps

    def _place(self, lost: list[int]) -> None:
        """Take in the doubted ticks, which keep our period but not our place.

        Where they lie on our line some ticks were lost. Else none were: the clock itself stood
        still for a while, as a DAW's does when its audio falls behind.
        """
        beside_ns = abs(_beside(self._doubted, self.period_ns))
        if beside_ns <= _ON_LINE * self._drift.jitter_ns and lost[0] <= _LOST_AT_ONCE:
            self._skip(lost[-1])
        else:
            self.at_ns += sum(self._doubted) / len(self._doubted)
            self.memory = min(self.memory, _RUN)

    def _skip(self, ticks: int) -> None:
        self.tick += ticks
        self.at_ns += ticks * self.period_ns

    def _pace(self, period_ns: float) -> None:
        self.period_ns = min(max(period_ns, _SHORTEST_NS), _LONGEST_NS)


class _Drift:
    """Notices that errors lean to one side for longer than jitter would make them."""

    _FIRST_NS, _LEAST_NS = 3e6, 0.5e6  # jitter at first, and where it cannot be measured
    _SHARE = 0.03  # of the newest error in the measured jitter
    _ALLOWED, _LIMIT = 1.0, 8.0  # lean of an error in jitters, and their sum: hours between alarms

    def __init__(self) -> None:
        self.jitter_ns = self._FIRST_NS
        self._before_ns = 0.0
        self.begin()

    def begin(self) -> None:
        self._late = self._early = 0.0

    def grows(self, error_ns: float) -> bool:
        """Take in an error; whether the errors lean too far now."""
        # the mean difference of two normal errors is 1.128 times their deviation, lean or not
        spread_ns = min(abs(error_ns - self._before_ns) / 1.128, 3 * self.jitter_ns)
        self._before_ns = error_ns
        measured_ns = self.jitter_ns + self._SHARE * (spread_ns - self.jitter_ns)
        self.jitter_ns = max(measured_ns, self._LEAST_NS)
        lean = error_ns / self.jitter_ns
        self._late = max(0.0, self._late + lean - self._ALLOWED)
        self._early = max(0.0, self._early - lean - self._ALLOWED)
        if max(self._late, self._early) <= self._LIMIT:
            return False
        self.begin()
        return True


def _line(values: list[float]) -> tuple[float, float]:
    """The least squares line through values one step apart: its start and its slope."""
    count, mean = len(values), sum(values) / len(values)
    centre = (count - 1) / 2
    spread = count * (count * count - 1) / 12
    slope = sum((i - centre) * value for i, value in enumerate(values)) / spread
    return mean - slope * centre, slope


def _beside(errors_ns: list[float], period_ns: float) -> float:
    """How far errors lie beside whole periods, in the mean.

    A mean of angles, since about half a period beside some are rounded up and some down, and in the
    plain mean of what is left these would cancel out.
    """
    turn = sum(exp(2j * pi * error / period_ns) for error in errors_ns)
    return phase(turn) / (2 * pi) * period_ns


def _squares(values: list[float]) -> float:
    return sum(value * value for value in values)
