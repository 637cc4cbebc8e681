"""The two presets as tasks, and the step from a torch network to the file that is shipped."""

from pathlib import Path

import numpy as np

from melodyrl import __version__
from melodyrl.core.policy import checkpoint
from melodyrl.core.policy.policy import AnyPreset
from melodyrl.core.policy.presets import PRESETS, Preset, PresetName
from melodyrl.env.lanes import MelodyLanes
from melodyrl.learn.config import TrainConfig
from melodyrl.learn.networks import AnyNetwork
from melodyrl.learn.samples import write_samples
from melodyrl.learn.task import Task
from rewards.preference import sample

TEST_LANES = 128
"""Episodes of one evaluation."""

TEST_SEED = 20_261_123
"""Seed of the test episodes and their preferences: the same for every run."""


def melody_task(name: PresetName) -> Task:
    """Learn on the training split of a preset, be tested on what is kept from it."""
    preset = PRESETS[name]
    return Task(
        terms=preset.terms,
        lanes=lambda count, rng: MelodyLanes(preset, count, rng),
        test=lambda: held_out_lanes(preset),
        sample_w=lambda rng, count: sample(rng, count, preset.terms),
        save=lambda *parts: export(preset, *parts),
        samples=lambda policy, folder: write_samples(preset, policy, folder),
    )


def held_out_lanes(preset: Preset, count: int = TEST_LANES) -> MelodyLanes:
    """Lanes of the test split, each with preferences that it keeps."""
    rng = np.random.default_rng(TEST_SEED)
    weights = sample(rng, count, preset.terms).astype(np.float32)
    return MelodyLanes(preset, count, rng, split="test", weights=weights)


def export(
    preset: AnyPreset,
    path: Path,
    network: AnyNetwork,
    config: TrainConfig,
    figures: dict[str, float],
) -> None:
    """Write a network as a checkpoint that plays without torch."""
    tensors = {name: value.numpy().copy() for name, value in network.state_dict().items()}
    checkpoint.save(
        path,
        tensors,
        preset=preset,
        config=config.written(),
        seed=config.seed,
        code_version=__version__,
        figures=figures,
    )
