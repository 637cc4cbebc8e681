"""The web server, a process of its own, so that a busy page can never delay a note.

`run` is what that process does. It owns no music: what the browsers ask for goes down a pipe to
the daemon (see bridge.py, its other end), and what the daemon publishes goes to the browsers.
"""

import asyncio
import signal
import socket
import threading
from contextlib import AbstractContextManager, nullcontext
from multiprocessing.connection import Connection
from typing import Protocol

from melodyrl.errors import PortError
from melodyrl.web.backstage import Backstage
from melodyrl.web.understudy import look_ahead

ANY_ADDRESS = "0.0.0.0"
"""All interfaces of this machine, IPv4."""

FRAME_BYTES = 16 * 1024
"""Longest WebSocket frame that is read at all; the socket is closed on a longer one. Between
protocol.MESSAGE_BYTES and this the page is told why it was refused."""


ALONE = Backstage()
"""Nothing to ask: the page alone."""


class Signal(Protocol):
    """Something that can be set, as a multiprocessing.Event."""

    def set(self) -> None:
        """Say that it has happened."""
        ...


def run(
    connection: Connection,
    host: str,
    port: int,
    ready: Signal | None = None,
    backstage: Backstage = ALONE,
) -> None:
    """Serve the page until the daemon's end of the connection closes.

    With a LAN it listens on all interfaces, and whoever is not this machine needs its token.
    Port 0 takes any free port. The port in use is sent down the connection (bridge.wait_ready).
    """
    if threading.current_thread() is threading.main_thread():
        # Ctrl-C reaches the whole process group; the daemon decides, and we end when it does.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        listener = _listen(ANY_ADDRESS if backstage.lan else host, port)
    except PortError as error:
        connection.send(("failed", str(error)))
        connection.close()
        return
    with listener:
        _serve(connection, listener, host, ready, backstage)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        raise PortError(
            f"The page cannot be served on {host}:{port} ({error}); choose another with --web-port."
        ) from None
    return listener


def _serve(
    connection: Connection,
    listener: socket.socket,
    host: str,
    ready: Signal | None,
    backstage: Backstage,
) -> None:
    # Imported here: the daemon imports this module only to name `run` for the new process.
    import uvicorn

    from melodyrl.web.app import build
    from melodyrl.web.hub import Hub
    from melodyrl.web.wire import Wire

    class Server(uvicorn.Server):
        """uvicorn, without handlers of its own for signals: the pipe says when to end."""

        def capture_signals(self) -> AbstractContextManager[None]:  # pyright: ignore
            return nullcontext()

    port = listener.getsockname()[1]
    wire = Wire(connection)
    hub = Hub(wire.tell)
    server = Server(
        uvicorn.Config(
            build(hub, wire, host, port, backstage),
            http="h11",
            ws="websockets-sansio",
            ws_max_size=FRAME_BYTES,
            ws_per_message_deflate=False,
            lifespan="off",
            log_level="error",
            access_log=False,  # a path may hold the token
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
    )

    def gone() -> None:
        server.should_exit = True

    async def serve() -> None:
        wire.start(hub.deliver, gone)
        wire.ready(port)
        if ready is not None:
            ready.set()
        understudy = backstage.understudy
        looking = asyncio.create_task(look_ahead(understudy, hub)) if understudy else None
        await server.serve(sockets=[listener])
        if looking:
            looking.cancel()

    asyncio.run(serve())
