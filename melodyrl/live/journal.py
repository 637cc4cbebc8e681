"""Writes a session to disk while it is played, on a thread that the loop never waits for."""

import logging
import queue
import threading
from contextlib import suppress
from pathlib import Path
from typing import TextIO, cast

from melodyrl.core.engine.recorder import Told
from melodyrl.core.engine.session import LAST_LINE, Sent, sent_line
from melodyrl.core.engine.takes import event_line
from melodyrl.errors import FileError
from melodyrl.live.lock import lock

FLUSH_S = 0.25
"""From one flush to the next: as much as a kill may cost, and what the disk may be busy for."""

WAITING = 100_000
"""Lines that may wait for a disk that hangs, some 20 MB; then the journal ends."""

AT_ONCE = 64
"""Lines written before other threads get a turn."""

log = logging.getLogger(__name__)


class Journal:
    """Adds lines to one file. A kill costs what came since the last flush, a power cut some more.

    A disk that is full or hangs ends the journal, never the music.
    """

    def __init__(self, path: Path, first_line: str) -> None:
        self.path = path
        self._first_line = first_line
        self._queue: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._file: TextIO | None = None
        self._has_lines = False

    def start(self) -> None:
        """Begin the file.

        Raises:
            FileError: it cannot be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("x", encoding="utf-8")
            lock(self._file)
            self._file.write(self._first_line + "\n")
        except OSError as error:
            raise FileError(
                f"Takes cannot be kept in {self.path.parent} ({error.strerror}); "
                f"choose another folder with --takes."
            ) from None
        self._thread.start()

    def record(self, item: object) -> None:
        """A `Sent`, or what the engine was told; from the loop. Never waits."""
        if self._file is not None:
            self._queue.put(item)

    def close(self) -> None:
        """Write what waits, and the last line. A session in which nothing happened is no file."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._file is None:
            return
        try:
            self._file.write(LAST_LINE + "\n")
            self._file.close()
        except OSError as error:
            self._fail(error.strerror or "unknown")
        if not self._has_lines:
            self.path.unlink()

    def _run(self) -> None:
        while not self._stopping.wait(FLUSH_S):
            self._write()
        self._write()

    def _write(self) -> None:
        file, waiting = self._file, self._queue.qsize()
        if file is None:
            return
        if waiting > WAITING:
            self._fail("the disk is too slow")
            return
        try:
            for number in range(waiting):
                file.write(_line(self._queue.get_nowait()) + "\n")
                if number % AT_ONCE == AT_ONCE - 1:
                    self._stopping.wait(0.001)
            self._has_lines = self._has_lines or waiting > 0
            file.flush()
        except OSError as error:
            self._fail(error.strerror or "unknown")

    def _fail(self, reason: str) -> None:
        log.warning('journal ended path="%s" error="%s"', self.path, reason)
        file, self._file = self._file, None
        self._queue = queue.SimpleQueue()
        if file is not None:
            with suppress(OSError):
                file.close()


def _line(item: object) -> str:
    return sent_line(item) if isinstance(item, Sent) else event_line(cast(Told, item))
