"""`melodyrl train`: teach a policy, and watch it learn."""

import time
from dataclasses import dataclass, replace
from pathlib import Path

from melodyrl.errors import ConfigError
from melodyrl.learn.config import TrainConfig


@dataclass(frozen=True)
class Train(TrainConfig):
    """Teach a policy from nothing. Ctrl-C saves; --resume goes on where it stopped."""

    out: Path | None = None
    """Folder of the run; runs/PRESET-SEED where none is given."""
    resume: Path | None = None
    """Folder of a run to go on with, under its own choices; --minutes or --updates renew the
    budget. Its state is a pickle: resume only your own runs."""

    def run(self) -> None:
        """Train until the budget is used or Ctrl-C is pressed, and say where the policy is."""
        require_torch()
        from rich.console import Console

        from melodyrl.learn.report import Screen
        from melodyrl.learn.stopping import StopOnSignal
        from melodyrl.learn.train import train

        console = Console()
        run = self._open()
        stop = StopOnSignal()
        with stop, Screen(run.folder.path, console, run.trainer.updates) as screen:
            finished = train(run, clock_ns=time.monotonic_ns, stop=stop.asked, report=screen)
        console.print(f"Policy: {run.folder.policy}")
        console.print(f"About:  {run.folder.path / 'README.md'}")
        if not finished:
            console.print(f"Stopped. Go on with: melodyrl train --resume {run.folder.path}")

    def config(self) -> TrainConfig:
        """The choices alone, without where the run is kept."""
        names = TrainConfig.__dataclass_fields__
        return TrainConfig(**{name: getattr(self, name) for name in names})

    def _open(self):  # noqa: ANN202
        from melodyrl.learn.run_folder import RunFolder
        from melodyrl.learn.tasks import task_of
        from melodyrl.learn.train import begin, resume

        if self.resume is None:
            folder = RunFolder(self.out or Path("runs") / f"{self.preset}-{self.seed}")
            return begin(self.config(), task_of(self.preset, self.preference), folder)
        folder = RunFolder(self.resume)
        config = folder.config()
        if self.minutes is not None or self.updates is not None:
            config = replace(config, minutes=self.minutes, updates=self.updates)
        return resume(config, task_of(config.preset, config.preference), folder)


def require_torch() -> None:
    """Say it in a sentence where training is not installed.

    Raises:
        ConfigError: torch is not here.
    """
    try:
        import torch  # noqa: F401
    except ImportError as error:
        raise ConfigError(
            "Training needs torch, which is not installed; run: pip install 'melodyrl[train]'."
        ) from error
