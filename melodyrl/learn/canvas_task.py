"""Canvases as tasks: learn to paint a subject, be tested on what is kept from training."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from melodyrl import __version__
from melodyrl.core.canvas import Size
from melodyrl.core.canvas.file import card, save
from melodyrl.env.canvas_lanes import CanvasLanes, Subject
from melodyrl.env.drum_players import DrumPatterns
from melodyrl.env.pictures import LIKENESS, Pictures
from melodyrl.learn.config import TrainConfig
from melodyrl.learn.conv_network import ConvolutionalNetwork
from melodyrl.learn.melody_task import TEST_SEED
from melodyrl.learn.networks import AnyNetwork, convolutional
from melodyrl.learn.task import Task

TARGETS = 20
"""Pictures of one evaluation."""

PATTERNS = 64
"""Drum patterns of one evaluation."""


def picture_task() -> Task:
    """Learn to paint sprites that it sees, in any taste; be tested for likeness."""
    return task_for(Pictures(), lambda: held_out_pictures(TARGETS))


def drum_task() -> Task:
    """Learn to complete drum patterns; be tested on patterns that a seed of their own draws."""
    subject = DrumPatterns()
    return task_for(
        subject, lambda: CanvasLanes(subject, PATTERNS, np.random.default_rng(TEST_SEED))
    )


def held_out_pictures(count: int, size: Size | None = None) -> CanvasLanes:
    """The same sprites of the test split each time, for likeness."""
    rng = np.random.default_rng(TEST_SEED)
    subject = Pictures(size or Size(), split="test")
    return CanvasLanes(subject, count, rng, weights=LIKENESS)


def task_for(subject: Subject, test: Callable[[], CanvasLanes]) -> Task:
    """Learn to paint a subject."""
    return Task(
        terms=subject.terms,
        lanes=lambda count, rng: CanvasLanes(subject, count, rng),
        test=test,
        sample_w=subject.sample_w,
        save=lambda *parts: export(subject, *parts),
        network=convolutional(subject.size),
    )


def export(
    subject: Subject,
    path: Path,
    network: AnyNetwork,
    config: TrainConfig,
    figures: dict[str, float],
) -> None:
    """Write a network as a file that paints without torch."""
    assert isinstance(network, ConvolutionalNetwork)
    tensors = {name: value.numpy().copy() for name, value in network.state_dict().items()}
    about = card(subject.name, subject.terms, network.form, config.written(), __version__, figures)
    save(path, tensors, about)
