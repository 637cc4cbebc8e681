"""Makes the fills that the drummer asks for, in a process of its own: no note ever waits for one.

To make one takes some 40 ms, in which another thread of this process could hold up the loop.
"""

import logging
import multiprocessing
import queue
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from melodyrl.core.drums.pattern import join_rows
from melodyrl.core.engine.events import Change, Event, SetFill
from melodyrl.core.engine.snapshot import Asked, Drums, Snapshot

TRIES = 2
"""Processes that may end over one fill; the next one that is asked for gets a new one."""

STOP_S = 2.0
"""Longest wait for the process to end."""

Request = tuple[str, Change, int, int]
"""The pattern, what is to be done to it, the seed of the music and the number of the request."""

log = logging.getLogger(__name__)


class Fills:
    """Sees in the snapshots what is asked for. The process begins with the first of them."""

    def __init__(self, tell: Callable[[Event], None], seed: int) -> None:
        """`tell` passes a fill on to the engine, from a thread of ours."""
        self._tell = tell
        self._seed = seed
        self._seen = 0
        self._asked: queue.SimpleQueue[tuple[Asked, Drums] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="fills", daemon=True)
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None

    @property
    def pid(self) -> int | None:
        """The process that makes them; None where there is none yet."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Begin to listen for requests."""
        self._thread.start()

    def see(self, item: object) -> None:
        """What the loop publishes; never waits."""
        if not isinstance(item, Snapshot):
            return
        asked = item.drums.asked
        if asked is not None and asked.number > self._seen:
            self._seen = asked.number
            self._asked.put((asked, item.drums))

    def close(self) -> None:
        """End; what is asked for from now on is not made."""
        self._asked.put(None)
        self._thread.join(STOP_S)
        self._end()

    def _run(self) -> None:
        while (request := self._asked.get()) is not None:
            asked, drums = request
            text = self._make((join_rows(drums.cells), asked.change, self._seed, asked.number))
            if text is not None:
                self._tell(SetFill(asked.number, text))

    def _make(self, request: Request) -> str | None:
        for _ in range(TRIES):
            try:
                connection = self._connection or self._begin()
                connection.send(request)
                return str(connection.recv())
            except (EOFError, OSError) as error:
                log.warning("fill failed number=%d error=%r", request[3], error)
                self._end()
        return None

    def _begin(self) -> Connection:
        # spawn, not fork: the daemon has threads, and a forked child would hold its end of the pipe
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs,), name="fills", daemon=True)
        self._process.start()
        theirs.close()
        return self._connection

    def _end(self) -> None:
        connection, self._connection = self._connection, None
        process, self._process = self._process, None
        if connection is not None:
            connection.close()
        if process is not None:
            process.join(STOP_S)
            if process.is_alive():
                process.kill()
                process.join()


def serve(connection: Connection) -> None:
    """Answer requests with patterns until the other end is closed; the process itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started us
    try:
        while True:
            connection.send(make(*connection.recv()))
    except (EOFError, OSError):
        return


def make(text: str, change: Change, seed: int, number: int) -> str:
    """The pattern that is made of one: the same for the same seed and number of the request."""
    import numpy as np

    from melodyrl.core.drums.fill import refill, vary
    from melodyrl.core.drums.pattern import parse, write

    work = vary if change == "vary" else refill
    return write(work(parse(text), np.random.default_rng((seed, number))).pattern)
