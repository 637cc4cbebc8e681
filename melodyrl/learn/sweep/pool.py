"""A sweep on the processes of one machine."""

from collections.abc import Callable, Sequence

from melodyrl.learn.pool import Pool
from melodyrl.learn.stopping import StopOnSignal
from melodyrl.learn.sweep.plan import Trial
from melodyrl.learn.sweep.trial import outcome, run_trial

Ended = Callable[[Trial], None]
"""Hears that a trial has ended."""


def run_pool(trials: Sequence[Trial], workers: int, ended: Ended) -> None:
    """Run all trials that have not ended yet, so many at a time.

    Raises:
        BrokenProcessPool: workers were killed too often.
    """
    Pool(_work, lambda trial: outcome(trial) is not None, ended).run(trials, workers)


def _work(trial: Trial) -> None:
    with StopOnSignal() as stop:
        run_trial(trial, stop.asked)
