"""Earlier takes, as the page may see them: what it asks of whoever keeps them."""

from dataclasses import dataclass
from typing import Literal, Protocol

FileKind = Literal["mid", "musicxml"]
"""What a take can be saved as, and how the file's name ends."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One take that is kept."""

    name: str
    """What it is asked for by."""
    began: str = ""
    """Day and time of day, to be shown."""
    length_s: int = 0
    player_notes: int = 0
    machine_notes: int = 0
    has_ended: bool = True
    """False while it is played, and where it was cut off."""
    problem: str = ""
    """Why it cannot be read, in one sentence; empty where it can."""


class Shelf(Protocol):
    """Where takes are kept. It is handed to the server's process, and read nowhere else."""

    def takes(self, most: int) -> list[Kept]:
        """The newest takes, at most so many, newest first; FileError where none can be seen."""
        ...

    def file(self, name: str, kind: FileKind, most: int) -> bytes | None:
        """One of those as a file, None where none has that name; FileError where it is broken."""
        ...
