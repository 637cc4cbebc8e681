"""What a person sees of a run while it goes on: a progress bar and TensorBoard."""

from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from torch.utils.tensorboard import SummaryWriter


class Report(Protocol):
    """Hears how a run goes."""

    def advance(self, progress: float, steps: int, rate: float, reward: float) -> None:
        """Hear the share of the budget used, steps so far, steps a second, mean reward."""
        ...

    def point(self, updates: int, figures: dict[str, float]) -> None:
        """Hear one point of the evaluation curve."""
        ...


class Silent:
    """Tells nobody."""

    def advance(self, progress: float, steps: int, rate: float, reward: float) -> None:
        """Keep still."""

    def point(self, updates: int, figures: dict[str, float]) -> None:
        """Keep still."""


class Screen:
    """A bar with rate, reward and time left; every figure goes to TensorBoard too."""

    def __init__(self, folder: Path, console: Console) -> None:
        self._writer = SummaryWriter(str(folder))
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

    def advance(self, progress: float, steps: int, rate: float, reward: float) -> None:
        """Move the bar."""
        self._bar.update(self._task, completed=min(progress, 1.0), rate=rate, reward=reward)
        self._writer.add_scalar("train/reward", reward, steps)
        self._writer.add_scalar("train/steps_per_second", rate, steps)

    def point(self, updates: int, figures: dict[str, float]) -> None:
        """Show the latest evaluation beside the bar."""
        test = f"test {figures['reward']:+.4f} (greedy {figures['greedy']:+.4f})"
        self._bar.update(self._task, test=test)
        for name, value in figures.items():
            self._writer.add_scalar(f"test/{name}", value, updates)
