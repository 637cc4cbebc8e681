"""A training run from its first step to its checkpoint; a run can stop anywhere and go on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import floor

import numpy as np
import torch

from melodyrl.env.baselines import greedy
from melodyrl.learn.config import TrainConfig
from melodyrl.learn.evaluate import evaluate
from melodyrl.learn.report import Report
from melodyrl.learn.run_folder import Point, RunFolder
from melodyrl.learn.task import Task
from melodyrl.learn.trainer import Array, Lanes, Observation, Trainer

REPORT_EVERY = 32
"""Vector steps between two movements of the progress bar."""


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
        """Write state, policy and curve."""
        state = {"trainer": self.trainer.state(), "seconds": self.seconds, "points": self.points}
        self.folder.save_state(state)
        self.save_policy()

    def save_policy(self) -> None:
        """Write what is shipped, with the figures of the last evaluation."""
        hidden = ("seconds",)  # a wall-clock figure would make equal runs unequal files
        figures = {k: v for k, v in self.points[-1].items() if k not in hidden}
        network = self.trainer.learner.online
        self.task.save(self.folder.policy, network, self.config, figures)

    def evaluate(self, seconds: float) -> Point:
        """Play the test episodes greedily and add a point to the curve."""
        score = evaluate(self.task.test(), self.choose)
        point = {
            "updates": float(self.trainer.updates),
            "steps": float(self.trainer.steps),
            "seconds": seconds,
            "reward": score.per_step,
            "greedy": self.greedy,
            "loss": self.trainer.loss,
        }
        point |= dict(zip(self.task.terms, map(float, score.terms), strict=True))
        self.points.append(point)
        self.folder.save_curve(self.points)
        return point

    def is_due(self, progress: float) -> bool:
        """Whether the next point of the evaluation curve has been reached."""
        if not self.points:
            return True
        last, parts = self.points[-1], self.config.evaluations
        before = self.config.progress(int(last["updates"]), last["seconds"])
        # The small number keeps 3 / 20 * 20 from falling below 3.
        return progress >= (floor(before * parts + 1e-6) + 1) / parts - 1e-9

    def choose(self, lanes: Lanes, seen: Observation) -> Array:
        """Greedy actions of the network as it is now."""
        return self.trainer.learner.act(seen.features, lanes.w, seen.judgement, seen.mask)


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
    run.trainer.restore(state["trainer"])
    run.seconds, run.points = state["seconds"], state["points"]
    folder.save_config(config)
    return run


def train(
    run: Run, *, clock_ns: Callable[[], int], stop: Callable[[], bool], report: Report
) -> bool:
    """Go on until the budget is used, or `stop` says so; save; return whether it was used.

    `stop` is asked between steps, so that what is saved is always whole.
    """
    started_ns, before = clock_ns(), run.seconds
    first, turn = run.trainer.steps, 0
    progress = 0.0
    while not stop():
        sitting = (clock_ns() - started_ns) / 1e9
        run.seconds = before + sitting
        progress = run.config.progress(run.trainer.updates, run.seconds)
        if run.is_due(progress):
            report.point(run.trainer.updates, run.evaluate(run.seconds))
            run.save_policy()
        if progress >= 1:
            break
        if turn % REPORT_EVERY == 0:
            rate = (run.trainer.steps - first) / max(sitting, 1e-9)
            report.advance(progress, run.trainer.steps, rate, run.trainer.reward)
        run.trainer.step(progress)
        turn += 1
    if not run.points:
        run.evaluate(run.seconds)
    run.save()
    return progress >= 1


def _run(config: TrainConfig, task: Task, folder: RunFolder) -> Run:
    torch.set_num_threads(1)  # within one matrix product a second thread was measured not to pay
    stream = np.random.default_rng([config.seed, 1])
    trainer = Trainer(config, task.lanes(config.lanes, stream), task.sample_w, task.network)
    level = evaluate(task.test(), greedy).per_step
    return Run(config, task, folder, trainer, greedy=level)
