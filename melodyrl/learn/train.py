"""A training run from its first step to its checkpoint; a run can stop anywhere and go on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import floor
from pathlib import Path

import numpy as np
import torch

from melodyrl.env.baselines import greedy
from melodyrl.errors import FileError
from melodyrl.learn.about import about
from melodyrl.learn.config import TrainConfig
from melodyrl.learn.evaluate import evaluate
from melodyrl.learn.report import Report
from melodyrl.learn.run_folder import Point, RunFolder
from melodyrl.learn.spent import Spent
from melodyrl.learn.task import Task
from melodyrl.learn.trainer import Trainer

REPORT_EVERY = 32
"""Vector steps between two movements of the progress bar."""

SAVE_EVERY_S = 60.0
"""Seconds that a run which is killed may lose."""

SAVING_SHARE = 0.02
"""Most of the time that saving may take: a large replay is saved more seldom."""


@dataclass
class Run:
    """A run in progress: the trainer, the curve so far, and the time it has already had."""

    config: TrainConfig
    task: Task
    folder: RunFolder
    trainer: Trainer
    seconds: float = 0.0
    """Seconds before this sitting."""
    points: list[Point] = field(default_factory=list)
    """The evaluation curve so far."""
    greedy: float = 0.0
    """Mean w . r a step of the one-step greedy policy on the test episodes."""

    def save(self) -> None:
        """Write the state, so that the run can go on from here whatever happens."""
        state = {"trainer": self.trainer.state(), "seconds": self.seconds, "points": self.points}
        self.folder.save_state(state)

    def save_policy(self, path: Path) -> None:
        """Write what is shipped, with the figures of the last evaluation."""
        hidden = ("seconds",)  # a wall-clock figure would make equal runs unequal files
        figures = {k: v for k, v in self.points[-1].items() if k not in hidden}
        self.task.save(path, self.trainer.learner.online, self.config, figures)

    def evaluate(self) -> Point:
        """Play the test episodes greedily, add a point to the curve, and keep the policy."""
        score = evaluate(self.task.test(), self.trainer.choose)
        point = {
            "updates": float(self.trainer.updates),
            "steps": float(self.trainer.steps),
            "seconds": self.seconds,
            "reward": score.per_step,
            "greedy": self.greedy,
            "loss": self.trainer.loss,
        }
        point |= dict(zip(self.task.terms, map(float, score.terms), strict=True))
        self.points.append(point)
        self.folder.save_curve(self.points)
        self.save_policy(self.folder.policy)
        if best(self.points) is point:
            self.save_policy(self.folder.best)
        return point

    def show(self) -> None:
        """Keep the policy as it is now, and all that lets people see and hear what it became."""
        folder = self.folder
        self.save_policy(folder.policy)
        folder.draw_log(self.task.terms)
        folder.save_about(about(self.config, self.points, self.seconds))
        if self.task.samples is not None:
            self.task.samples(folder.policy, folder.samples)

    def is_due(self, progress: float) -> bool:
        """Whether the next point of the evaluation curve has been reached."""
        if not self.points:
            return True
        last, parts = self.points[-1], self.config.evaluations
        before = self.config.progress(int(last["updates"]), last["seconds"])
        # The small number keeps 3 / 20 * 20 from falling below 3.
        return progress >= (floor(before * parts + 1e-6) + 1) / parts - 1e-9

    def is_stale(self) -> bool:
        """Whether so many points as patience allows have passed without a new best."""
        if self.config.patience is None or not self.points:
            return False
        since = len(self.points) - 1 - self.points.index(best(self.points))
        return since >= self.config.patience

    def figures(self) -> dict[str, float]:
        """What the log says of this moment."""
        trainer = self.trainer
        counts = {"updates": trainer.updates, "steps": trainer.steps, "seconds": self.seconds}
        terms = dict(zip(self.task.terms, map(float, trainer.reward_K), strict=True))
        return counts | trainer.statistics() | terms


def best(points: list[Point]) -> Point:
    """The first of the points whose reward no other's exceeds."""
    return max(points, key=lambda point: point["reward"])


def begin(config: TrainConfig, task: Task, folder: RunFolder) -> Run:
    """A new run in a new folder."""
    config.check()
    folder.create(config)
    return _run(config, task, folder)


def resume(config: TrainConfig, task: Task, folder: RunFolder) -> Run:
    """The run of this folder where it stopped, perhaps with another budget."""
    config.check()
    state = folder.state()
    run = _run(config, task, folder)
    try:
        run.trainer.restore(state["trainer"])
        run.seconds, run.points = state["seconds"], state["points"]
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise FileError(
            f"{folder.path} was saved by another version, which this one cannot go on from; begin "
            "a new run."
        ) from error
    folder.save_config(config)
    folder.cut_log(run.trainer.updates)
    return run


def train(
    run: Run,
    *,
    clock_ns: Callable[[], int],
    stop: Callable[[], bool],
    report: Report,
    save_every_s: float = SAVE_EVERY_S,
) -> bool:
    """Go on until the budget or the patience is used, or `stop` says so; return whether it was.

    `stop` is asked between steps, so that what is saved is always whole. A run that is killed goes
    on from what was saved last, and comes to the same.
    """
    sitting = _Sitting(run, clock_ns, save_every_s)
    is_finished = False
    while not stop():
        progress = sitting.progress()
        if run.is_due(progress):
            with sitting.spent.on("evaluate"):
                report.point(run.trainer.updates, run.evaluate())
        is_finished = progress >= 1 or run.is_stale()
        if is_finished:
            break
        sitting.tell(progress, report)
        sitting.save_now_and_then()
        run.trainer.step(progress)
    if not run.points:
        run.evaluate()
    run.save()
    run.show()
    report.end(sitting.passed(), sitting.spent.seconds)
    return is_finished


class _Sitting:
    """The time from the start, or from a resumption, of a run to its end."""

    def __init__(self, run: Run, clock_ns: Callable[[], int], save_every_s: float) -> None:
        self._run, self._clock_ns, self._save_every_s = run, clock_ns, save_every_s
        self._started_ns, self._before = clock_ns(), run.seconds
        self._first = run.trainer.steps
        self._next_save, self._turn = save_every_s, 0
        self.spent = run.trainer.spent = Spent(clock_ns)

    def passed(self) -> float:
        """Seconds of this sitting."""
        return (self._clock_ns() - self._started_ns) / 1e9

    def progress(self) -> float:
        """Share of the budget that is used."""
        run = self._run
        run.seconds = self._before + self.passed()
        return run.config.progress(run.trainer.updates, run.seconds)

    def tell(self, progress: float, report: Report) -> None:
        """Log now and then how it goes, and move the bar."""
        if self._turn % REPORT_EVERY == 0:
            run, trainer = self._run, self._run.trainer
            rate = (trainer.steps - self._first) / max(self.passed(), 1e-9)
            figures = run.figures() | {"steps_per_second": rate}
            figures["updates_per_second"] = rate / len(trainer.observation.features)
            run.folder.log(figures)
            report.advance(progress, figures)
        self._turn += 1

    def save_now_and_then(self) -> None:
        """Save the state where it was not saved for a while."""
        if (begun := self.passed()) < self._next_save:
            return
        with self.spent.on("save"):
            self._run.save()
        done = self.passed()
        self._next_save = done + max(self._save_every_s, (done - begun) / SAVING_SHARE)


def trainer_of(config: TrainConfig, task: Task) -> Trainer:
    """What learns a task, by a run's choices; sets how torch multiplies."""
    torch.set_num_threads(1)  # within one matrix product a second thread was measured not to pay
    torch.set_float32_matmul_precision("medium" if config.fast_products else "highest")
    stream = np.random.default_rng([config.seed, 1])
    lanes = task.lanes(config.lanes, stream)
    return Trainer(config, lanes, task.sample_w, task.network, task.bits)


def _run(config: TrainConfig, task: Task, folder: RunFolder) -> Run:
    trainer = trainer_of(config, task)
    level = evaluate(task.test(), greedy).per_step
    return Run(config, task, folder, trainer, greedy=level)
