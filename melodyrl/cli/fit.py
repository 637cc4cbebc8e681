"""Fit the reward tables to human tunes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from melodyrl.env.tune import Tune


@dataclass(frozen=True)
class Fit:
    """Fit the reward tables and people's bands to music21's corpora and a folder of lead sheets."""

    leadsheets: Path | None = None
    """Folder of .mxl or .musicxml lead sheets; none: the corpora alone, and no tables of chords."""

    out: Path = Path("rewards/tables")
    """Folder that the tables are written to."""

    people: Path = Path("melodyrl/measure")
    """Folder that the bands of people's melodies are written to, which `evaluate` reads."""

    limit: int = 400
    """Tunes read of each corpus, at most; never more than the shipped tables' own share."""

    rounds: int = 5
    """Times that the tables' own best melodies join the strategies to be told from people."""

    cache: Path | None = None
    """File that keeps the tunes read, so that a second fit need not read the corpora again."""

    def run(self) -> None:
        """Read, fit, write, and print the held-out ranking."""
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.table import Table

        from melodyrl.env.chord_fit import fit_chords, write_chords
        from melodyrl.env.fit import fit, write
        from melodyrl.measure.people import fit_people, write_people

        console = Console()
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("reading tunes", total=None)
            tunes = self._tunes(lambda told: progress.update(task, description=told))
            tables, figures = fit(
                tunes,
                rounds=self.rounds,
                told=lambda told: progress.update(task, description=told),
            )
            progress.update(task, description="bands")
            write_people(fit_people(tunes), self.people)
        counted: dict[str, int] = {}
        for tune in tunes:
            counted[tune.source] = counted.get(tune.source, 0) + 1
        write(tables, figures, counted, self.out)
        if sheets := [tune for tune in tunes if tune.chords]:
            write_chords(fit_chords(sheets), len(sheets), self.out)
        ranked = Table("strategy", "AUC", title="Human above strategy, held-out tunes")
        for name, value in figures.items():
            ranked.add_row(name, f"{value:.3f}")
        console.print(ranked)
        console.print(f"{len(tunes)} tunes; tables in {self.out}")

    def _tunes(self, told: Callable[[str], None]) -> "list[Tune]":
        from melodyrl.env.corpora import CORPORA, read_corpus, read_leadsheets
        from melodyrl.env.tune import load, save

        if self.cache is not None and self.cache.exists():
            return load(self.cache)
        tunes: list[Tune] = []
        for name in (*CORPORA, *(("leadsheets",) if self.leadsheets else ())):
            folder = self.leadsheets
            reader = read_leadsheets(folder) if name == "leadsheets" and folder else None
            for tune in reader or read_corpus(name, min(self.limit, CORPORA[name])):
                tunes.append(tune)
                told(f"reading {name}: {len(tunes)} tunes")
        if self.cache is not None:
            save(tunes, self.cache)
        return tunes
