"""One run of a comparison: a method, a seed and a budget, and the file that it is kept in."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from melodyrl.files import replace_file
from melodyrl.learn.compare.course import Course
from melodyrl.learn.compare.methods import METHODS
from melodyrl.learn.compare.referee import Budget, Point, Referee
from melodyrl.learn.stopping import StopOnSignal


@dataclass(frozen=True, slots=True)
class Entry:
    """What is run. One that was interrupted begins anew: it takes a minute."""

    method: str
    seed: int
    budget: Budget
    folder: Path

    @property
    def path(self) -> Path:
        """The file of its curve."""
        return self.folder / f"{self.method}-{self.seed}.json"

    @property
    def has_ended(self) -> bool:
        """Whether it used its budget."""
        return self.share >= 1

    @property
    def share(self) -> float:
        """How much of its budget it has used, 0 to 1."""
        points = self.points()
        return min(self.budget.used(points[-1].seconds, points[-1].steps), 1) if points else 0.0

    def points(self) -> list[Point]:
        """Its curve so far."""
        try:
            return [Point(**point) for point in json.loads(self.path.read_text("utf-8"))]
        except FileNotFoundError:
            return []

    def keep(self, points: list[Point]) -> None:
        """Write its curve."""
        text = json.dumps([asdict(point) for point in points])
        replace_file(self.path, f"{text}\n".encode())


def work(entry: Entry) -> None:
    """Run an entry in a process of a pool."""
    with StopOnSignal() as stop:
        run_entry(entry, Course(), stop.asked)


def run_entry(entry: Entry, course: Course, stop: Callable[[], bool] = lambda: False) -> None:
    """Learn from nothing on one thread until the budget is used or `stop` says so."""
    torch.set_num_threads(1)
    referee = Referee(entry.budget, course.earned, time.process_time, stop, entry.keep)
    METHODS[entry.method].learn(referee, entry.seed)
