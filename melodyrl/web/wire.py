"""The server's end of the pipe to the daemon: two threads, so that the event loop never waits."""

import asyncio
import queue
import threading
from collections.abc import Callable
from itertools import count
from multiprocessing.connection import Connection

from melodyrl.core.engine.events import Wish

WAITING = 4096
"""Events that may wait for the daemon; more are dropped (it has stopped reading)."""

TAKES = 4
"""Takes that may be asked for at once."""

TAKE_S = 10.0


class Wire:
    """Carries events to the daemon, and what it publishes to `deliver` on the event loop."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: queue.Queue[tuple[str, object]] = queue.Queue(WAITING)
        self._takes: dict[int, asyncio.Future[bytes | None]] = {}
        self._numbers = count()

    def start(self, deliver: Callable[[object], None], gone: Callable[[], None]) -> None:
        """Begin; both callbacks run on the event loop that is running now."""
        loop = asyncio.get_running_loop()
        reader = (loop, deliver, gone)
        threading.Thread(target=self._read, args=reader, name="wire-read", daemon=True).start()
        threading.Thread(target=self._write, name="wire-write", daemon=True).start()

    def tell(self, event: Wish) -> None:
        """Send an event to the daemon; never blocks."""
        self._send("event", event)

    def ready(self, port: int) -> None:
        """Tell the daemon on which port the page is."""
        self._send("ready", port)

    async def take(self) -> bytes | None:
        """The take as a .mid file; None when there is none or the daemon does not answer."""
        if len(self._takes) >= TAKES:
            return None
        number = next(self._numbers)
        self._takes[number] = asyncio.get_running_loop().create_future()
        self._send("take", number)
        try:
            return await asyncio.wait_for(self._takes[number], TAKE_S)
        except TimeoutError:
            return None
        finally:
            del self._takes[number]

    def _send(self, kind: str, value: object) -> None:
        try:
            self._waiting.put_nowait((kind, value))
        except queue.Full:
            return  # the daemon has stopped reading: what is asked of it now is lost anyway

    def _write(self) -> None:
        try:
            while True:
                self._connection.send(self._waiting.get())
        except OSError:
            return  # the reader sees the end too, and says so

    def _read(
        self,
        loop: asyncio.AbstractEventLoop,
        deliver: Callable[[object], None],
        gone: Callable[[], None],
    ) -> None:
        try:
            while True:
                kind, *rest = self._connection.recv()
                if kind == "take":
                    loop.call_soon_threadsafe(self._taken, *rest)
                else:
                    loop.call_soon_threadsafe(deliver, rest[0])
        except (EOFError, OSError):
            loop.call_soon_threadsafe(gone)

    def _taken(self, number: int, data: bytes | None) -> None:
        future = self._takes.get(number)
        if future is not None and not future.done():
            future.set_result(data)
