"""The web application: the page's files, the socket, the takes, and a .mid that is handed in."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from importlib import resources
from typing import get_args

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from melodyrl.errors import FileError, MidiFileError
from melodyrl.web import midi_file, protocol
from melodyrl.web.backstage import Backstage
from melodyrl.web.cards import CardReader
from melodyrl.web.gate import Gate
from melodyrl.web.guard import Guard
from melodyrl.web.hub import Hub, Seat
from melodyrl.web.lan import Lan
from melodyrl.web.shelf import FileKind
from melodyrl.web.shelf_reader import ShelfReader
from melodyrl.web.wire import Wire

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

_TRY_AGAIN_LATER = 1013
"""WebSocket close code: too many browsers. Source: IANA WebSocket close code registry."""


_FILE_S = 10.0
"""A .mid that has not come whole by then is not waited for."""


def build(
    hub: Hub,
    wire: Wire,
    host: str,
    port: int,
    backstage: Backstage,
) -> Starlette:
    """The application for one host and port, and for the network where it is let in."""
    files, shelf_reader = _page_files(), ShelfReader(backstage.shelf)

    async def page(request: Request) -> Response:
        # A table of the files there are, read once: a path that climbs out finds nothing in it.
        return files.get(request.path_params.get("name", "index.html")) or _not_found()

    async def take(_: Request) -> Response:
        return _take_response(await wire.take())

    reading = asyncio.Semaphore(1)  # one file at a time: the threads would only slow each other

    async def take_notes(_: Request) -> Response:
        data = await wire.take()
        return _no_take() if data is None else await _told(midi_file.describe_take, data, reading)

    async def notes(request: Request) -> Response:
        return await _notes_response(request, reading)

    async def socket(websocket: WebSocket) -> None:
        await _serve(websocket, hub)

    return Starlette(
        routes=[
            Route("/", page),
            Route("/page/{name}", page),
            Route("/take.mid", take),
            Route("/take/notes", take_notes),
            Route("/policies", CardReader(backstage.cards).list),
            Route("/takes", shelf_reader.list),
            *(
                Route(f"/takes/{{name}}.{kind}", partial(shelf_reader.file, kind=kind))
                for kind in get_args(FileKind)
            ),
            Route("/takes/{name}/notes", shelf_reader.notes),
            Route("/notes", notes, methods=["POST"]),
            WebSocketRoute("/socket", socket),
        ],
        middleware=_doors(host, port, backstage.lan),
        exception_handlers={404: _missing, MidiFileError: _said(422), FileError: _said(500)},
    )


def _doors(host: str, port: int, lan: Lan | None) -> list[Middleware]:
    """What a request has to pass, outermost first."""
    guard = Middleware(Guard, host=host, port=port, lan=lan)
    return [guard] if lan is None else [guard, Middleware(Gate, lan=lan, port=port)]


def _page_files() -> dict[str, Response]:
    folder = resources.files("melodyrl.web").joinpath("page")
    return {
        entry.name: Response(entry.read_bytes(), media_type=_TYPES["." + suffix])
        for entry in folder.iterdir()
        if "." + (suffix := entry.name.rpartition(".")[2]) in _TYPES
    }


async def _missing(_: Request, __: Exception) -> Response:
    return _not_found()


def _not_found() -> Response:
    return PlainTextResponse("There is nothing here; the page is at /.\n", status_code=404)


def _take_response(data: bytes | None) -> Response:
    if data is None:
        return _no_take()
    name = {"Content-Disposition": 'attachment; filename="melodyrl-take.mid"'}
    return Response(data, media_type="audio/midi", headers=name)


def _no_take() -> Response:
    return PlainTextResponse("There is no take to download yet: play first.\n", status_code=503)


def _said(status: int) -> Callable[[Request, Exception], Awaitable[Response]]:
    """An answer of the sentence that an error is."""

    async def answer(_: Request, error: Exception) -> Response:
        return PlainTextResponse(f"{error}\n", status_code=status)

    return answer


async def _told(
    describe: Callable[[bytes], protocol.Message], data: bytes, reading: asyncio.Semaphore
) -> Response:
    """The notes of a file; on a thread, so that the browsers hear on meanwhile."""
    async with reading:
        return JSONResponse(await asyncio.to_thread(describe, data))


async def _notes_response(request: Request, reading: asyncio.Semaphore) -> Response:
    """The notes of the .mid in a request."""
    try:
        data = await asyncio.wait_for(_body(request), _FILE_S)
    except (TimeoutError, ClientDisconnect):
        return PlainTextResponse("The file did not arrive; drop it again.\n", status_code=408)
    return await _told(midi_file.describe, data, reading)


async def _body(request: Request) -> bytes:
    """What was sent, read no further than it may be long."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > midi_file.FILE_BYTES:
            raise MidiFileError(
                f"The file is larger than {midi_file.FILE_BYTES // 1024} KiB; cut out a part of it."
            )
    return bytes(data)


async def _serve(websocket: WebSocket, hub: Hub) -> None:
    """Carry one browser's messages both ways until it goes; release what it held."""
    if hub.full:
        await websocket.close(_TRY_AGAIN_LATER)
        return
    await websocket.accept()
    seat = hub.join()
    sender = asyncio.create_task(_send_all(websocket, seat))
    try:
        while (message := await websocket.receive())["type"] == "websocket.receive":
            text = message.get("text")
            if text is None:
                seat.offer(protocol.error("A message is text, not bytes."))
            else:
                hub.hear(seat, text, time.monotonic())
    finally:
        hub.leave(seat)
        sender.cancel()


async def _send_all(websocket: WebSocket, seat: Seat) -> None:
    """Send what waits for a browser. One that is slow holds up nobody but this task."""
    try:
        while websocket.application_state is WebSocketState.CONNECTED:
            message = await seat.next()
            await websocket.send_json(message | {"now_ms": time.monotonic_ns() / 1e6})
    except (WebSocketDisconnect, RuntimeError):
        return  # it went while we were sending: the receiving side cleans up
