"""The same sweep with Ray Tune, on this machine or on a cluster, with early stopping (ASHA).

Ray brings the trials to the machines and starts them again where one dies; what a run needs to go
on lies in its folder, which all machines must share.
"""

# Ray's types are partial, and it is an extra.
# pyright: basic, reportMissingImports=false

import logging
from collections.abc import Sequence

import ray
from ray import tune
from ray.tune.schedulers import ASHAScheduler

from melodyrl.learn.likeness import LIKENESS
from melodyrl.learn.pool import MOST_CRASHES
from melodyrl.learn.run_folder import Point
from melodyrl.learn.sweep.plan import Trial
from melodyrl.learn.sweep.pool import Ended
from melodyrl.learn.sweep.trial import measures, outcome, run_trial, write_outcome
from melodyrl.learn.tasks import task_of

REDUCTION = 3
"""Of the trials that reach a rung of ASHA, one in so many goes on."""


def run_on_ray(
    trials: Sequence[Trial],
    ended: Ended,
    *,
    address: str | None,
    workers: int | None,
    is_asha: bool,
) -> None:
    """Run all trials that have not ended yet; with ASHA, drop poor ones on the way.

    Source of ASHA: Li et al. 2020, A System for Massively Parallel Hyperparameter Tuning.
    """
    waiting = {trial.name: trial for trial in trials if outcome(trial) is None}
    if not waiting:
        return
    ray.init(
        address=address,
        num_cpus=workers if address is None else None,
        include_dashboard=False if address is None else None,
        log_to_driver=False,
        logging_level=logging.ERROR,
        configure_logging=False,
    )
    try:
        _tuner(waiting, ended, _metric(trials) if is_asha else None).fit()
    finally:
        ray.shutdown()


class _Endings(tune.Callback):
    """Notes which trials were dropped, and passes on each that has ended."""

    def __init__(self, waiting: dict[str, Trial], ended: Ended) -> None:
        self._waiting, self._ended = waiting, ended

    def on_trial_complete(self, iteration, trials, trial, **info) -> None:  # noqa: ANN001, ANN003
        """Hear of a trial that came to its end, or was stopped by the scheduler."""
        ours = self._waiting[trial.config["name"]]
        if outcome(ours) is None:
            write_outcome(ours, "stopped early")
        self._ended(ours)


def _metric(trials: Sequence[Trial]) -> str:
    """What ASHA goes by: likeness where every trial has it, else the reward; more is better."""
    tasks = [task_of(trial.config.preset, trial.config.preference) for trial in trials]
    return LIKENESS if all(task.measure for task in tasks) else "reward"


def _tuner(waiting: dict[str, Trial], ended: Ended, metric: str | None) -> tune.Tuner:
    points = max(trial.config.evaluations for trial in waiting.values()) + 1
    folder = next(iter(waiting.values())).folder.parent.resolve()
    first = max(points // REDUCTION**2, 1)
    # One more than there are: a trial ends by itself, not by the scheduler.
    asha = ASHAScheduler("point", max_t=points + 1, grace_period=first, reduction_factor=REDUCTION)

    def run(config: dict[str, str]) -> None:
        trial = waiting[config["name"]]

        def told(point: Point) -> None:
            # Counted in the folder: a trial that was started again does not begin at the first.
            tune.report({**point, "point": len(measures(trial))})

        run_trial(trial, stop=lambda: False, told=told)

    return tune.Tuner(
        tune.with_resources(run, {"cpu": 1}),
        param_space={"name": tune.grid_search(list(waiting))},
        tune_config=tune.TuneConfig(scheduler=asha, metric=metric, mode="max") if metric else None,
        run_config=tune.RunConfig(
            name="ray",
            storage_path=str(folder),
            failure_config=tune.FailureConfig(max_failures=MOST_CRASHES),
            callbacks=[_Endings(waiting, ended)],
            verbose=0,
        ),
    )
