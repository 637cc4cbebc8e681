"""The machine's monotonic clock, and how the loop waits for a moment on it."""

import time
from typing import Protocol

from melodyrl.core.engine.events import Nanos

SPIN_NS = 100_000
"""The last stretch of a wait is spun: a sleep ends 50 to 100 us late (measured, Linux 6)."""


class Clock(Protocol):
    """A monotonic clock that can be waited on."""

    def now(self) -> Nanos:
        """The present moment."""
        ...

    def wait_until(self, at_ns: Nanos) -> None:
        """Return at `at_ns`, or at once where it has passed."""
        ...


class MonotonicClock:
    """The clock of the machine: the one that `Ports` stamps what it hears with."""

    def now(self) -> Nanos:
        """The present moment."""
        return Nanos(time.monotonic_ns())

    def wait_until(self, at_ns: Nanos) -> None:
        """Sleep, then spin: for waits of about a millisecond."""
        rest_ns = at_ns - time.monotonic_ns() - SPIN_NS
        if rest_ns > 0:
            time.sleep(rest_ns / 1e9)
        while time.monotonic_ns() < at_ns:
            pass
