"""One trial of a sweep: the same run that `melodyrl train` makes, in a folder of the sweep."""

import json
import time
from collections.abc import Callable
from pathlib import Path

from melodyrl.errors import MelodyError
from melodyrl.learn.report import Figures, Silent
from melodyrl.learn.rows import append_row, read_rows
from melodyrl.learn.run_folder import Point, RunFolder
from melodyrl.learn.sweep.plan import Trial
from melodyrl.learn.tasks import task_of
from melodyrl.learn.train import begin, resume, train

Told = Callable[[Point], None]
"""Hears a point of the curve and what was measured at it."""

MEASURES, OUTCOME = "measures.csv", "outcome.json"


def run_trial(trial: Trial, stop: Callable[[], bool], told: Told = lambda _: None) -> None:
    """Begin the trial or go on with it, until it is finished or `stop` says so.

    Of one that cannot be made the reason is noted, so that the others go on.
    """
    config, folder = trial.config, RunFolder(trial.folder)
    try:
        task = task_of(config.preset, config.preference)
        run = (resume if folder.is_saved else begin)(config, task, folder)
        report = _Measured(folder, task.measure, told)
        if train(run, clock_ns=time.monotonic_ns, stop=stop, report=report):
            write_outcome(trial, "finished")
    except MelodyError as error:
        write_outcome(trial, f"failed: {error}")


def outcome(trial: Trial) -> str | None:
    """How a trial ended; None where it has not."""
    path = trial.folder / OUTCOME
    return json.loads(path.read_text("utf-8"))["outcome"] if path.exists() else None


def write_outcome(trial: Trial, word: str) -> None:
    """Note how a trial ended."""
    trial.folder.mkdir(parents=True, exist_ok=True)
    (trial.folder / OUTCOME).write_text(json.dumps({"outcome": word}) + "\n", "utf-8")


def measures(trial: Trial) -> list[Point]:
    """What was measured at each point of the curve, a resumed one's last."""
    rows = read_rows(trial.folder / MEASURES)
    return [row for _, row in sorted({row["updates"]: row for row in rows}.items())]


class _Measured(Silent):
    """Measures the policy at each point of the curve, and passes it on."""

    def __init__(
        self,
        folder: RunFolder,
        measure: Callable[[Path], dict[str, float]] | None,
        told: Told,
    ) -> None:
        self._folder, self._measure, self._told = folder, measure, told

    def point(self, updates: int, figures: Figures) -> None:
        """Write down and tell."""
        found = self._measure(self._folder.policy) if self._measure else {}
        row: Point = {"updates": updates, "reward": figures["reward"], **found}
        append_row(row, self._folder.path / MEASURES)
        self._told(row)
