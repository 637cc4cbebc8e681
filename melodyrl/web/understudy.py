"""What is about to be played, as the page shows it: asked of whoever plays along unheard."""

import asyncio
import time
from typing import Protocol

from melodyrl.core.midi.notes import Note

AHEAD_NS = 3_000_000_000
"""How far to look: a little more than fits right of the page's now-line."""

LOOK_S = 0.1
"""From one look to the next."""


class Understudy(Protocol):
    """Plays along with what is played now. It is handed to the server's process."""

    def coming(self, from_ns: int, until_ns: int) -> list[Note] | None:
        """The notes that will begin between two moments if the player changes nothing.

        None where it cannot tell: nothing is played, or it has not caught up. It may take a while.
        """
        ...


class Audience(Protocol):
    """Whom it is shown to: the hub."""

    @property
    def is_watched(self) -> bool: ...  # noqa: D102

    def deliver(self, item: object) -> None: ...  # noqa: D102


async def look_ahead(understudy: Understudy, audience: Audience) -> None:
    """Show what is coming whenever it changes, as long as anybody watches; for ever."""
    shown: list[Note] = []
    while True:
        await asyncio.sleep(LOOK_S)
        if not audience.is_watched:
            continue
        now_ns = time.monotonic_ns()
        coming = await asyncio.to_thread(understudy.coming, now_ns, now_ns + AHEAD_NS) or []
        if coming != shown:
            shown = coming
            audience.deliver(("ahead", coming))
