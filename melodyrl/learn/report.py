"""What a person sees of a run while it goes on: a progress bar and TensorBoard."""

from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from torch.utils.tensorboard import SummaryWriter

Figures = dict[str, float]
"""What is told of one moment of a run, by name."""


class Report(Protocol):
    """Hears how a run goes."""

    def advance(self, progress: float, figures: Figures) -> None:
        """Hear the share of the budget used, and a line of the log."""
        ...

    def point(self, updates: int, figures: Figures) -> None:
        """Hear one point of the evaluation curve."""
        ...

    def end(self, seconds: float, spent: Figures) -> None:
        """Hear how long it took, and what the seconds were spent on."""
        ...


class Silent:
    """Tells nobody."""

    def advance(self, progress: float, figures: Figures) -> None:
        """Keep still."""

    def point(self, updates: int, figures: Figures) -> None:
        """Keep still."""

    def end(self, seconds: float, spent: Figures) -> None:
        """Keep still."""


class Screen:
    """A bar with rate, reward and time left; every figure goes to TensorBoard too.

    What TensorBoard was told of more than `updates` is forgotten: a resumed run tells it again.
    """

    def __init__(self, folder: Path, console: Console, updates: int = 0) -> None:
        self._writer = SummaryWriter(str(folder), purge_step=updates + 1)
        self._bar = Progress(
            TextColumn("{task.percentage:3.0f} %"),
            BarColumn(),
            TextColumn("{task.fields[rate]:,.0f} steps/s  reward {task.fields[reward]:+.3f}"),
            TextColumn("{task.fields[test]}"),
            TimeRemainingColumn(),
            console=console,
            speed_estimate_period=120,
        )
        self._task = self._bar.add_task("train", total=1.0, rate=0.0, reward=0.0, test="")

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the bar as it is and close the event file."""
        self._bar.stop()
        self._writer.close()

    def advance(self, progress: float, figures: Figures) -> None:
        """Move the bar."""
        rate, reward = figures["steps_per_second"], figures["reward"]
        self._bar.update(self._task, completed=min(progress, 1.0), rate=rate, reward=reward)
        self._write("train", int(figures["updates"]), figures)

    def point(self, updates: int, figures: Figures) -> None:
        """Show the latest evaluation beside the bar."""
        test = f"test {figures['reward']:+.4f} (greedy {figures['greedy']:+.4f})"
        self._bar.update(self._task, test=test)
        self._write("test", updates, figures)

    def end(self, seconds: float, spent: Figures) -> None:
        """Say where each second went."""
        self._bar.stop()
        self._bar.console.print("\n".join(seconds_table(seconds, spent)))

    def _write(self, group: str, updates: int, figures: Figures) -> None:
        for name, value in figures.items():
            self._writer.add_scalar(f"{group}/{name}", value, updates)


def seconds_table(seconds: float, spent: Figures) -> list[str]:
    """Lines that say where each second went; with two threads they add up to more than all."""
    known = sorted(spent.items(), key=lambda entry: -entry[1])
    lines = [f"{name:12}{took:9.1f} s{took / max(seconds, 1e-9):7.0%}" for name, took in known]
    return [f"{'in all':12}{seconds:9.1f} s", *lines]
