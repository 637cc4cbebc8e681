"""Where the seconds of a run go."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Spent:
    """Seconds by what they were spent on.

    Two threads may note at once as long as each has names of its own.
    """

    def __init__(self, clock_ns: Callable[[], int] = lambda: 0) -> None:
        self._clock_ns = clock_ns
        self.seconds: dict[str, float] = {}

    @contextmanager
    def on(self, what: str) -> Iterator[None]:
        """Note the time of a with-block."""
        begun_ns = self._clock_ns()
        try:
            yield
        finally:
            passed = (self._clock_ns() - begun_ns) / 1e9
            self.seconds[what] = self.seconds.get(what, 0.0) + passed
