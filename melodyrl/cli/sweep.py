"""`melodyrl sweep`: many runs, each on one thread, and one table of them."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from tyro.conf import UseAppendAction

from melodyrl.cli.train import Train, require_torch
from melodyrl.errors import ConfigError

if TYPE_CHECKING:
    from melodyrl.learn.sweep.plan import Trial
    from melodyrl.learn.sweep.pool import Ended

    Runner = Callable[[Sequence[Trial], Ended], None]


@dataclass(frozen=True)
class Sweep(Train):
    """Teach many policies: a run on one thread for every combination of what is varied.

    Each is the run that `melodyrl train` makes of the same choices.
    """

    out: Path | None = None
    """Folder of the sweep; sweeps/PRESET-SEED where none is given."""
    resume: Path | None = None
    """Folder of a sweep to go on with, under its own choices."""
    vary: Annotated[tuple[str, ...], UseAppendAction] = ()
    """A choice and its values, such as seed=1,2,3 or preference=equal,smooth; may be given again:
    every combination is run."""
    workers: int | None = None
    """Runs at the same time; None: as many as there are processors."""
    ray: bool = False
    """With Ray Tune in place of a pool of processes: pip install 'melodyrl[sweep]'."""
    address: str | None = None
    """Address of a Ray cluster, or "auto". All its machines must see the folder under one path."""
    asha: bool = False
    """With Ray: drop poor runs early, by how much their melodies are like people's; by the reward
    where a task has no figure of that kind."""

    def run(self) -> None:
        """Run what has not ended, and write the table."""
        require_torch()
        from melodyrl.learn.sweep import plan, table

        if self.workers is not None and self.workers < 1:
            raise ConfigError(f"workers is {self.workers}; it must be at least 1.")
        if (self.asha or self.address) and not self.ray:
            raise ConfigError("--asha and --address need Ray; add --ray.")
        folder = self.resume or self.out or Path("sweeps") / f"{self.preset}-{self.seed}"
        if self.resume is None:
            varied = plan.parse(self.vary)
            trials = plan.trials(self.config(), varied, folder)
            plan.write(self.config(), varied, folder)
        else:
            base, varied = plan.read(folder)
            trials = plan.trials(base, varied, folder)
        self._runner()(trials, _tell)
        print("\n".join(table.markdown(table.write_table(trials, varied))))
        print(f"Table: {folder / 'sweep.csv'}\nCurves: {folder / 'curves.png'}")

    def _runner(self) -> "Runner":
        if not self.ray:
            from melodyrl.learn.sweep.pool import run_pool

            workers = self.workers or os.cpu_count() or 1
            return lambda trials, ended: run_pool(trials, workers, ended)
        try:
            from melodyrl.learn.sweep.on_ray import run_on_ray
        except ImportError as error:
            raise ConfigError(
                "Ray is not installed; run: pip install 'melodyrl[sweep]', or leave --ray out."
            ) from error
        return lambda trials, ended: run_on_ray(
            trials, ended, address=self.address, workers=self.workers, is_asha=self.asha
        )


def _tell(trial: "Trial") -> None:
    from melodyrl.learn.sweep.trial import measures, outcome

    points = measures(trial)
    reward = f"reward {points[-1]['reward']:+.4f}" if points else ""
    print(f"{trial.name}: {outcome(trial)} {reward}", flush=True)
