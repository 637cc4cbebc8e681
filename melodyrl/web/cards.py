"""Policies, as the page may see them: what it asks of whoever lists them."""

from dataclasses import dataclass
from typing import Protocol


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
