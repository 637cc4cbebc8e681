"""The terminal's tables of an evaluation."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from melodyrl.measure.aims import aims
from melodyrl.measure.evaluation import Evaluation
from melodyrl.measure.people import HELD_OUT_NAME, People
from melodyrl.measure.report.columns import LIKENESS, PLAYING, Column
from melodyrl.measure.roster import DEFAULT
from melodyrl.measure.row import Row


def show(found: Evaluation, people: People, console: Console) -> None:
    """Players first, then what the policy was to reach."""
    rows = [*found.rows, *([] if found.live is None else [found.live])]
    console.print(_of_rows("How much like people; last, what was trained for", rows, LIKENESS))
    console.print(_of_rows("What they play", rows, PLAYING))
    console.print(_aims(found, people))


def _of_rows(title: str, rows: Sequence[Row], columns: Sequence[Column]) -> Table:
    table = Table(title=title, title_justify="left", box=None, padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True)
    columns = [column for column in columns if any(column.of(row) for row in rows)]
    for column in columns:
        table.add_column(column.short, justify="right", no_wrap=True)
    for row in rows:
        style = (
            "cyan"
            if row.name == HELD_OUT_NAME
            else "yellow"
            if row.name.startswith(DEFAULT)
            else ""
        )
        table.add_row(row.name, *(column.of(row) for column in columns), style=style)
    return table


def _aims(found: Evaluation, people: People) -> Table:
    table = Table("aim", "wanted", "found", "", title="Aims", title_justify="left", box=None)
    for aim in aims(found, people):
        met = "[green]met[/]" if aim.is_met else "[red]missed[/]"
        table.add_row(aim.name, aim.wanted, aim.found, met)
    return table
