"""The daemon's end of the pipe to the web server: threads of its own, so that no note waits.

The live loop calls `publish`, which never blocks: notes wait in a bounded queue that forgets its
oldest, of the snapshots only the newest waits. What the pages ask for is posted from here.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import Connection

from melodyrl.core.engine.events import Panic, Wish
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.errors import MelodyError, PortError

WAITING = 1024
"""Notes that may wait for the server: a minute of dense playing."""

STATE_S = 1 / 30
"""Shortest time between two snapshots sent; the page draws on between them by itself."""


class Bridge:
    """Joins the live loop to one web server process.

    `post` hands an event to the daemon's inbox, `take` gives the take as the bytes of a .mid;
    both are called from threads of the bridge.
    """

    def __init__(
        self, connection: Connection, post: Callable[[Wish], None], take: Callable[[], bytes]
    ) -> None:
        self._connection = connection
        self._post = post
        self._take = take
        self._notes: deque[object] = deque(maxlen=WAITING)
        self._replies: deque[object] = deque()
        self._state: object | None = None
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._told = threading.Event()
        self._port: int | None = None
        self._failure = "The page's server ended before it was ready."
        self._held: set[int] = set()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin to carry."""
        for work in (self._read, self._write):
            thread = threading.Thread(target=work, name=f"bridge{work.__name__}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End: keys that the pages hold are released, and the server sees the pipe close."""
        self._stopping.set()
        self._wake.set()
        for thread in self._threads:
            # A server that has stopped reading can hold the writer for ever: it is left behind,
            # and ends with the process.
            thread.join(timeout=1.0)
        self._connection.close()

    def publish(self, item: object) -> None:
        """Show a note or a snapshot to the pages. Never blocks: what is too much is dropped."""
        if isinstance(item, tuple):
            self._notes.append(item)
        else:
            self._state = item
        self._wake.set()

    def wait_ready(self, timeout_s: float = 10.0) -> int:
        """The port that the page is served on, once it is.

        Raises:
            PortError: the server could not start, in one sentence.
        """
        if not self._told.wait(timeout_s):
            raise PortError(f"The page's server did not start within {timeout_s:g} s.")
        if self._port is None:
            raise PortError(self._failure)
        return self._port

    def _read(self) -> None:
        try:
            while not self._stopping.is_set():
                if self._connection.poll(0.1):
                    self._receive(*self._connection.recv())
        except (EOFError, OSError):
            self._stopping.set()
        finally:
            self._told.set()
            self._wake.set()
            for pitch in sorted(self._held):
                self._post(NoteOff(pitch))

    def _receive(self, kind: str, value: object) -> None:
        match kind, value:
            case "event", event:
                self._hold(event)
                self._post(event)  # type: ignore[arg-type]
            case "take", int(number):
                threading.Thread(target=self._answer, args=(number,), daemon=True).start()
            case "ready", int(port):
                self._port = port
                self._told.set()
            case "failed", str(sentence):
                self._failure = sentence
                self._told.set()

    def _hold(self, event: object) -> None:
        match event:
            case NoteOn(pitch):
                self._held.add(pitch)
            case NoteOff(pitch):
                self._held.discard(pitch)
            case Panic():
                self._held.clear()

    def _answer(self, number: int) -> None:
        """Make the take on a thread of its own: a long one must not hold up a key."""
        try:
            data: bytes | None = self._take()
        except MelodyError:
            data = None
        self._replies.append(("take", number, data))
        self._wake.set()

    def _write(self) -> None:
        next_state_s, pause_s = 0.0, None
        try:
            while not self._stopping.is_set():
                self._wake.wait(pause_s)
                self._wake.clear()
                self._send_waiting()
                now_s, pause_s = time.monotonic(), None
                if self._state is not None and now_s >= next_state_s:
                    state, self._state = self._state, None
                    self._connection.send(("show", state))
                    next_state_s = now_s + STATE_S
                elif self._state is not None:
                    pause_s = next_state_s - now_s
        except OSError:
            self._stopping.set()

    def _send_waiting(self) -> None:
        while self._replies:
            self._connection.send(self._replies.popleft())
        while self._notes:
            self._connection.send(("show", self._notes.popleft()))
