"""Tells a service manager how we are: that we play, that the loop still turns, that we stop.

One datagram a message, to the socket that it names in NOTIFY_SOCKET; where it names none, nothing
is said. Source: the protocol of sd_notify(3) and sd_watchdog_enabled(3), systemd.
"""

import logging
import os
import socket
import threading
from collections.abc import Callable, Mapping

LEAST_S = 0.1
"""Shortest time between two signs of life."""

log = logging.getLogger(__name__)


class Service:
    """What we say of ourselves, and a thread that says it."""

    def __init__(self, environ: Mapping[str, str], answers: Callable[[], object]) -> None:
        """`answers` comes back where the loop turns, and raises or waits where it does not."""
        self._address = environ.get("NOTIFY_SOCKET", "")
        self._answers = answers
        self._every_s = _watchdog_s(environ) / 2
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="service", daemon=True)

    def start(self) -> None:
        """We play; from now on there are signs of life where they are asked for."""
        self._say("READY=1")
        if self._address and self._every_s:
            self._thread.start()

    def close(self) -> None:
        """We stop."""
        self._say("STOPPING=1")
        self._is_over.set()

    def _watch(self) -> None:
        while not self._is_over.wait(max(self._every_s, LEAST_S)):
            try:
                self._answers()
            except Exception as error:  # noqa: BLE001 - no sign of life is what this is to say
                log.warning("loop does not answer error=%r", error)
            else:
                self._say("WATCHDOG=1")

    def _say(self, state: str) -> None:
        if not self._address:
            return
        address = self._address
        if address.startswith("@"):
            address = "\0" + address[1:]  # a name of the abstract namespace
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as way:
                way.sendto(state.encode(), address)
        except OSError as error:
            log.warning("service manager not reached state=%s error=%s", state, error)


def _watchdog_s(environ: Mapping[str, str]) -> float:
    """Within how long there is to be a sign of life; 0.0 where none is asked of this process."""
    asked_us, process = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not asked_us.isdecimal() or process not in ("", str(os.getpid())):
        return 0.0
    return int(asked_us) / 1e6
