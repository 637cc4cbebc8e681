"""Stopping when asked to, with everything saved."""

import signal
from types import FrameType


class StopOnSignal:
    """Notes Ctrl-C and SIGTERM for the loop to ask about; a second Ctrl-C ends at once."""

    def __init__(self) -> None:
        self._asked = False

    def __enter__(self) -> "StopOnSignal":
        """Listen."""
        self._before = [(s, signal.signal(s, self._hear)) for s in (signal.SIGINT, signal.SIGTERM)]
        return self

    def __exit__(self, *_: object) -> None:
        """Leave signals to whom they were left before."""
        for number, handler in self._before:
            signal.signal(number, handler)

    def asked(self) -> bool:
        """Whether a stop was asked for."""
        return self._asked

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self._asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
