"""`melodyrl compare`: many methods on one task, with one budget."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from tyro.conf import UseAppendAction

from melodyrl.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import Console

    from melodyrl.learn.compare.entry import Entry
    from melodyrl.learn.compare.plan import Plan

NEEDED = ("torch", "gymnasium", "stable_baselines3", "sb3_contrib", "matplotlib")
"""What the extra brings."""


@dataclass(frozen=True, kw_only=True)
class Compare:
    """Learn one task by many methods, and tell how near each comes to the exact optimum.

    Ctrl-C stops; the same command goes on, and keeps every run that has ended.
    """

    preset: Literal["eight-bar"] = "eight-bar"
    """The task: the one whose optimum is known."""
    seconds: float = 30.0
    """CPU seconds of each run, on one thread."""
    steps: int | None = None
    """End a run after so many steps in the environment, where it comes so far in its seconds."""
    seeds: int = 3
    """Runs of each method."""
    only: Annotated[tuple[str, ...], UseAppendAction] = ()
    """A method; may be given again. None: all of them."""
    workers: int | None = None
    """Runs at the same time; None: as many as there are processors."""
    out: Path = Path("runs/compare")
    """Folder of the curves, the table and the picture."""

    def run(self) -> None:
        """Run what has not ended, then print and write the table and draw the picture."""
        _require_extra()
        from rich.console import Console

        from melodyrl.learn.compare.entry import Entry
        from melodyrl.learn.compare.plan import open_plan
        from melodyrl.learn.compare.referee import Budget

        methods = self._methods()
        budget = Budget(self.seconds, self.steps)
        budget.check()
        plan = open_plan(self.out, budget)
        # Seed after seed, so that a comparison that was stopped early has something of each method.
        seeds = range(1, self.seeds + 1)
        entries = [Entry(name, seed, budget, self.out) for seed in seeds for name in methods]
        console = Console()
        try:
            _run_all(entries, self.workers or os.cpu_count() or 1, plan.optimum, console)
        except KeyboardInterrupt:
            console.print("Stopped. The same command goes on, and keeps what has ended.")
            raise
        if not all(entry.has_ended for entry in entries):
            raise ConfigError(
                f"A run was ended from outside; the same command goes on ({self.out})."
            )
        _tell(entries, plan, self.out, console)

    def _methods(self) -> list[str]:
        from melodyrl.learn.compare.methods import METHODS

        if self.seeds < 1:
            raise ConfigError(f"--seeds {self.seeds} is out of range; choose 1 or more.")
        if self.workers is not None and self.workers < 1:
            raise ConfigError(f"--workers {self.workers} is out of range; choose 1 or more.")
        for name in self.only:
            if name not in METHODS:
                known = ", ".join(METHODS)
                raise ConfigError(f"--only {name} is no method; choose from {known}.")
        return [name for name in METHODS if name in self.only or not self.only]


def _require_extra() -> None:
    """Say it in a sentence where something is not installed.

    Raises:
        ConfigError: a library is not here.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise ConfigError(
            f"Comparing needs {' and '.join(missing)}, which is not installed; run: "
            "pip install 'melodyrl[compare]'."
        )


def _run_all(entries: "Sequence[Entry]", workers: int, optimum: float, console: "Console") -> None:
    """Run all entries under a bar that knows how much time is left."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from melodyrl.learn.compare.entry import work
    from melodyrl.learn.pool import Pool

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, speed_estimate_period=600) as bar:
        task = bar.add_task("", total=len(entries))

        def tick() -> None:
            ended = sum(entry.has_ended for entry in entries)
            description = f"{ended} of {len(entries)} runs"
            share = sum(entry.share for entry in entries)
            bar.update(task, completed=share, description=description)

        def ended(entry: "Entry") -> None:
            last = entry.points()[-1]
            percent = 100 * last.earned / optimum
            console.print(
                f"{entry.method} {entry.seed}: {percent:.1f} % after {last.steps:,} steps"
            )

        tick()
        Pool(work, lambda entry: entry.has_ended, ended, tick).run(entries, workers)
        tick()


def _tell(entries: "Sequence[Entry]", plan: "Plan", folder: Path, console: "Console") -> None:
    """Print and keep what came of it."""
    from rich.table import Table

    from melodyrl.learn.compare.picture import draw
    from melodyrl.learn.compare.summary import summary
    from melodyrl.learn.compare.table import markdown, table

    found = summary(entries, plan.optimum, plan.levels)
    titles, *rows = table(found, plan.budget)
    shown = Table(*titles)
    for cells in rows:
        shown.add_row(*cells)
    console.print(shown)
    (folder / "README.md").write_text("\n".join(markdown([titles, *rows])) + "\n", "utf-8")
    (folder / "comparison.json").write_text(json.dumps(found.written(), indent=1) + "\n", "utf-8")
    draw(found, folder / "curves.png")
    console.print(f"Table: {folder / 'README.md'}\nCurves: {folder / 'curves.png'}")
