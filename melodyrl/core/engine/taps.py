"""Tap tempo: the tempo in which someone taps."""

from collections import deque
from statistics import median

from melodyrl.core.engine.check import FASTEST_BPM, SLOWEST_BPM
from melodyrl.core.engine.events import Nanos

_MINUTE_NS = 60e9
_FEWEST, _MOST = 3, 6
"""Intervals to judge by: three of one bar's count-in make one slip of the hand harmless."""


class Taps:
    """The median interval of the last taps. A pause of more than a slowest beat begins anew."""

    def __init__(self) -> None:
        self._last_ns: Nanos | None = None
        self._intervals_ns: deque[int] = deque(maxlen=_MOST)

    def tap(self, at_ns: Nanos) -> float | None:
        """One more tap: the tempo in quarter notes a minute, None before the fourth."""
        interval_ns = at_ns - self._last_ns if self._last_ns is not None else None
        if interval_ns is not None and interval_ns < _MINUTE_NS / FASTEST_BPM:
            return None  # a key that bounces
        self._last_ns = at_ns
        if interval_ns is None or interval_ns > _MINUTE_NS / SLOWEST_BPM:
            self._intervals_ns.clear()
            return None
        self._intervals_ns.append(interval_ns)
        if len(self._intervals_ns) < _FEWEST:
            return None
        return _MINUTE_NS / median(self._intervals_ns)
