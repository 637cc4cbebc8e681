"""Answers of the server about earlier takes: a list, and one of them as a file."""

import asyncio
from dataclasses import asdict
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from melodyrl.web.answers import as_json
from melodyrl.web.midi_file import describe_take
from melodyrl.web.shelf import FileKind, Shelf

MOST_TAKES = 50
"""The newest ones; `melodyrl takes` lists all."""


_TYPES: dict[FileKind, str] = {
    "mid": "audio/midi",
    "musicxml": "application/vnd.recordare.musicxml+xml",
}


class ShelfReader:
    """Asks a shelf one thing at a time: the threads would only slow each other."""

    def __init__(self, shelf: Shelf | None) -> None:
        """None where takes are not kept."""
        self._shelf = shelf
        self._reading = asyncio.Semaphore(1)

    async def list(self, _: Request) -> Response:
        """The takes, and whether any are kept at all, as JSON."""
        if self._shelf is None:
            return as_json({"kept": False, "most": MOST_TAKES, "takes": []})
        async with self._reading:
            takes = await asyncio.to_thread(self._shelf.takes, MOST_TAKES)
        kept = [asdict(take) for take in takes]
        return as_json({"kept": True, "most": MOST_TAKES, "takes": kept})

    async def file(self, request: Request, kind: FileKind) -> Response:
        """One take as a file, where the list has its name."""
        name = request.path_params["name"]
        data = await self._file(name, kind)
        if data is None:
            return _none_of_that_name()
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}.{kind}"}
        return Response(data, media_type=_TYPES[kind], headers=headers)

    async def notes(self, request: Request) -> Response:
        """The notes of one take as JSON, see `midi_file.describe_take`."""
        data = await self._file(request.path_params["name"], "mid")
        if data is None:
            return _none_of_that_name()
        async with self._reading:
            return as_json(await asyncio.to_thread(describe_take, data))

    async def _file(self, name: str, kind: FileKind) -> bytes | None:
        if self._shelf is None:
            return None
        async with self._reading:
            return await asyncio.to_thread(self._shelf.file, name, kind, MOST_TAKES)


def _none_of_that_name() -> Response:
    return PlainTextResponse("There is no take of that name.\n", status_code=404)
