"""Keeps the controls that are learned, on a thread of its own that the loop never waits for."""

import logging
import threading
from collections.abc import Callable

from melodyrl.core.engine.events import Bindings
from melodyrl.core.engine.snapshot import Snapshot
from melodyrl.errors import FileError

STOP_S = 5.0
"""Longest wait for a disk that hangs; what it has not taken by then is not kept."""

log = logging.getLogger(__name__)


class Keeper:
    """Writes the bindings of the snapshots that it sees, whenever they are others than before."""

    def __init__(self, bindings: Bindings, write: Callable[[Bindings], None]) -> None:
        """`bindings` are in force already; `write` may take its time, and raise FileError."""
        self._write = write
        self._seen = self._kept = bindings
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def start(self) -> None:
        """Begin to keep."""
        self._thread.start()

    def see(self, item: object) -> None:
        """What the loop publishes; never waits."""
        if isinstance(item, Snapshot) and item.bindings != self._seen:
            self._seen = item.bindings
            self._wake.set()

    def close(self) -> None:
        """Write what waits, and end."""
        self._stopping = True
        self._wake.set()
        self._thread.join(STOP_S)

    def _run(self) -> None:
        while not self._stopping:
            self._wake.wait()
            self._wake.clear()
            self._keep(self._seen)
        self._keep(self._seen)

    def _keep(self, bindings: Bindings) -> None:
        if bindings == self._kept:
            return
        self._kept = bindings
        try:
            self._write(bindings)
        except FileError as error:
            log.warning('controls not kept error="%s"', error)
