"""Jobs on the processes of one machine."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import Any, Generic, TypeVar

Job = TypeVar("Job")

MOST_CRASHES = 5
"""Times that workers may be killed before all is given up."""


def _nothing(*_: object) -> None:
    """Hear nothing."""


@dataclass(frozen=True, slots=True)
class Pool(Generic[Job]):
    """Does jobs, so many at a time, each in a process of its own."""

    work: Callable[[Job], None]
    """What is done of a job; a function of a module, since it goes to other processes."""
    has_ended: Callable[[Job], bool]
    """Whether nothing is left to do of a job."""
    ended: Callable[[Job], None] = _nothing
    """Hears of each job that has just ended."""
    tick: Callable[[], None] = _nothing
    """Is called every second."""

    def run(self, jobs: Sequence[Job], workers: int) -> None:
        """Do all that has not ended yet.

        A pool whose worker was killed is no more; what has not ended goes on in a new one.

        Raises:
            BrokenProcessPool: workers were killed more than MOST_CRASHES times.
        """
        for crash in range(MOST_CRASHES + 1):
            try:
                self._run([job for job in jobs if not self.has_ended(job)], workers)
            except BrokenProcessPool:
                if crash == MOST_CRASHES:
                    raise
            else:
                return

    def _run(self, waiting: Sequence[Job], workers: int) -> None:
        # Spawned, not forked: torch's threads do not survive a fork.
        spawn = get_context("spawn")
        with ProcessPoolExecutor(workers, mp_context=spawn, initializer=_end_with_driver) as pool:
            running: dict[Any, Job] = {pool.submit(self.work, job): job for job in waiting}
            try:
                while running:
                    done, _ = wait(running, timeout=1.0, return_when=FIRST_COMPLETED)
                    for future in done:
                        future.result()
                        self.ended(running.pop(future))
                    self.tick()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise


def _end_with_driver() -> None:
    """Let no worker outlive a killed driver: the resumed one would write to the same folders."""

    def wait_for_driver() -> None:
        driver = parent_process()
        assert driver is not None
        driver.join()
        os._exit(1)

    Thread(target=wait_for_driver, daemon=True).start()
