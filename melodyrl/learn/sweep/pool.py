"""A sweep on the processes of one machine."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from threading import Thread

from melodyrl.learn.stopping import StopOnSignal
from melodyrl.learn.sweep.plan import Trial
from melodyrl.learn.sweep.trial import outcome, run_trial

Ended = Callable[[Trial], None]
"""Hears that a trial has ended."""

MOST_CRASHES = 5
"""Times that workers may be killed before the sweep gives up."""


def run_pool(trials: Sequence[Trial], workers: int, ended: Ended) -> None:
    """Run all trials that have not ended yet, so many at a time.

    A pool whose worker was killed is no more; what has not ended goes on in a new one.

    Raises:
        BrokenProcessPool: workers were killed more than MOST_CRASHES times.
    """
    for crash in range(MOST_CRASHES + 1):
        try:
            _run(trials, workers, ended)
        except BrokenProcessPool:
            if crash == MOST_CRASHES:
                raise
        else:
            return


def _run(trials: Sequence[Trial], workers: int, ended: Ended) -> None:
    waiting = [trial for trial in trials if outcome(trial) is None]
    # Spawned, not forked: torch's threads do not survive a fork.
    spawn = get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=spawn, initializer=_end_with_driver) as pool:
        running = {pool.submit(_work, trial): trial for trial in waiting}
        try:
            for future in as_completed(running):
                future.result()
                ended(running[future])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _end_with_driver() -> None:
    """Let no worker outlive a killed driver: the resumed one would write to the same folders."""

    def wait() -> None:
        driver = parent_process()
        assert driver is not None
        driver.join()
        os._exit(1)

    Thread(target=wait, daemon=True).start()


def _work(trial: Trial) -> None:
    with StopOnSignal() as stop:
        run_trial(trial, stop.asked)
