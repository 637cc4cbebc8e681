"""`melodyrl policies`: who can play, what each was made for, and how it measured."""

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from melodyrl.cli.policy_cards import PolicyCards
from melodyrl.cli.policy_list import RUNS, PolicyList, own_folder
from melodyrl.web.cards import PolicyCard


@dataclass(frozen=True)
class Policies:
    """List the policies that can be named by --policy and --chord-policy, with their cards."""

    folder: Path | None = None
    """Folder of your own policy files, where it is not the usual one."""
    runs: Path = RUNS
    """Folder of training runs."""

    def run(self) -> None:
        """Print the table."""
        cards = PolicyCards(PolicyList(self.folder, self.runs)).cards()
        console = Console(soft_wrap=False)
        console.print(_table(cards))
        for card in cards:
            if card.problem:
                console.print(Text(f"{card.name}: {card.problem}", style="red"))
        console.print(Text(f"Your own files are looked for in {self.folder or own_folder()}."))


def _table(cards: list[PolicyCard]) -> Table:
    table = Table("name", "plays", "preset", "made", "figures", box=None, padding=(0, 2, 0, 0))
    table.columns[0].no_wrap = True
    for card in cards:
        plays = "cannot be read" if card.problem else card.part or "not live"
        cells = (card.name, plays, card.preset, card.made, card.figures)
        table.add_row(*map(Text, cells))  # Text, so that no file's words are markup
    return table
