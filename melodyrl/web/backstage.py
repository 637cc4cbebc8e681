"""What the page's server asks while it serves: handed to its process, read nowhere else."""

from dataclasses import dataclass

from melodyrl.web.cards import Cards
from melodyrl.web.lan import Lan
from melodyrl.web.shelf import Shelf
from melodyrl.web.understudy import Understudy


@dataclass(frozen=True, slots=True)
class Backstage:
    """What there is of it; the page does without the rest, and says so."""

    shelf: Shelf | None = None
    """What was played earlier, where it is kept."""
    cards: Cards | None = None
    """The policies that can be chosen."""
    lan: Lan | None = None
    """Who else is let in; None: this machine only."""
    understudy: Understudy | None = None
    """Who knows what will come."""
