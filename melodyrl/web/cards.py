"""Policies, as the page may see them: what it asks of whoever lists them."""

import asyncio
from dataclasses import asdict, dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from melodyrl.web.answers import as_json


@dataclass(frozen=True, slots=True)
class PolicyCard:
    """What a policy says about itself, in words. Texts come from files: they are shown, no more."""

    name: str
    """What it is chosen by."""
    part: str = ""
    """melody or chords; empty where it cannot play live."""
    preset: str = ""
    made: str = ""
    """How it was trained, or what it does where it was not."""
    figures: str = ""
    """What was measured when it was saved."""
    problem: str = ""
    """Why it cannot be read, in one sentence; empty where it can."""


class Cards(Protocol):
    """Where policies are listed. It is handed to the server's process."""

    def cards(self) -> list[PolicyCard]:
        """The card of every policy that there is."""
        ...


class CardReader:
    """Asks for the cards once at a time: they are read from files."""

    def __init__(self, cards: Cards | None) -> None:
        """None where no policies are listed."""
        self._cards = cards
        self._reading = asyncio.Semaphore(1)

    async def list(self, _: Request) -> Response:
        """The cards as JSON."""
        async with self._reading:
            listed = await asyncio.to_thread(self._cards.cards) if self._cards else []
        return as_json({"policies": [asdict(card) for card in listed]})
