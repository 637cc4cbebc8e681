"""The stage: starts the web server's process, keeps it running, and ends it.

A server that dies (killed, out of memory) is started again on the same port; the pages reconnect
by themselves, and the music never notices.
"""

import multiprocessing
import threading
from collections.abc import Callable
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess

from melodyrl.core.engine.events import Wish
from melodyrl.errors import ConfigError, PortError
from melodyrl.web import server
from melodyrl.web.backstage import Backstage
from melodyrl.web.bridge import Bridge

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Anyone who reaches the page can play: so nobody else's machine can, unless it has the token."""

RESTARTS = 5
"""Times in a row that a server is started again without having been ready."""


class Stage:
    """The page, as the daemon sees it: start, publish, stop."""

    def __init__(
        self,
        host: str,
        port: int,
        post: Callable[[Wish], None],
        take: Callable[[], bytes],
        backstage: Backstage = server.ALONE,
    ) -> None:
        """`take` gives what is played now."""
        self._host = host
        self._port = port
        self._post = post
        self._take = take
        self._backstage = backstage
        self._stopping = threading.Event()
        self._state: object | None = None
        self._bridge: Bridge | None = None
        self._process: BaseProcess | None = None
        self._watcher = threading.Thread(target=self._watch, name="stage", daemon=True)

    @property
    def url(self) -> str:
        """Where the page is."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}/"

    @property
    def link(self) -> str | None:
        """What opens the page on another device; None where the network is not let in."""
        lan = self._backstage.lan
        return lan.link(self._port) if lan else None

    @property
    def pid(self) -> int | None:
        """The process of the server."""
        return self._process.pid if self._process else None

    def start(self) -> str:
        """Start the server and wait until it listens; gives the address of the page.

        Raises:
            ConfigError: the address is not this machine's own.
            PortError: it cannot listen there, in one sentence.
        """
        if self._host not in LOOPBACK:
            raise ConfigError(
                f"The page answers to this machine only: --host {self._host} is not one of "
                f"{', '.join(LOOPBACK)}."
            )
        if self._backstage.lan and ":" in self._host:
            raise ConfigError(f"--lan serves IPv4 only: leave out --host {self._host}.")
        try:
            self._port = self._spawn()
        except PortError:
            self._end()
            raise
        self._watcher.start()
        return self.url

    def publish(self, item: object) -> None:
        """Show a note or a snapshot; never blocks."""
        if not isinstance(item, tuple):
            self._state = item
        if self._bridge is not None:
            self._bridge.publish(item)

    def stop(self) -> None:
        """End the server; keys that the pages hold are released."""
        self._stopping.set()
        self._end()
        if self._watcher.is_alive():
            self._watcher.join()
        self._end()  # one that the watcher started in the meantime

    def _spawn(self) -> int:
        # spawn, not fork: the daemon has threads, and a forked child would hold its end of the pipe
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self._process = context.Process(
            target=server.run,
            args=(theirs, self._host, self._port, None, self._backstage),
            daemon=True,
        )
        self._process.start()
        theirs.close()
        self._bridge = bridge = Bridge(ours, self._post, self._take)
        bridge.start()
        if self._state is not None:
            bridge.publish(self._state)
        return bridge.wait_ready()

    def _end(self) -> None:
        if self._bridge is not None:
            self._bridge.stop()
        if self._process is not None:
            self._process.join(timeout=2.0)
            if self._process.is_alive():
                self._process.kill()
                self._process.join()

    def _watch(self) -> None:
        failures = 0
        while failures < RESTARTS and not self._stopping.is_set():
            assert self._process is not None
            wait([self._process.sentinel])
            if self._stopping.wait(0.1):
                return
            self._end()
            try:
                self._spawn()
                failures = 0
            except PortError:
                failures += 1
