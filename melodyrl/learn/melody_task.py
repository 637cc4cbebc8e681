"""The two presets as tasks, and the step from a torch network to the file that is shipped."""

from pathlib import Path

import numpy as np

from melodyrl import __version__
from melodyrl.core.policy import checkpoint, observe
from melodyrl.core.policy.policy import AnyPreset
from melodyrl.core.policy.presets import PRESETS, Preset, PresetName
from melodyrl.env.lanes import Floats, MelodyLanes
from melodyrl.errors import ConfigError
from melodyrl.learn.config import TrainConfig
from melodyrl.learn.likeness import likeness
from melodyrl.learn.networks import AnyNetwork
from melodyrl.learn.samples import write_samples
from melodyrl.learn.task import Task
from rewards.preference import KNOB_TERMS, PREFERENCES, sample, weights

TEST_LANES = 128
"""Episodes of one evaluation."""

TEST_SEED = 20_261_123
"""Seed of the test episodes and their preferences: the same for every run."""


def melody_task(name: PresetName, preference: str | None = None) -> Task:
    """Learn on the training split of a preset, be tested on what is kept from it."""
    preset = PRESETS[name]
    w = None if preference is None else _weights(preference, preset)
    return Task(
        terms=preset.terms,
        lanes=lambda count, rng: MelodyLanes(preset, count, rng, weights=w),
        test=lambda: held_out_lanes(preset, weights=w),
        sample_w=lambda rng, count: (
            sample(rng, count, preset.terms) if w is None else np.tile(w, (count, 1))
        ),
        save=lambda *parts: export(preset, *parts),
        bits=observe.bits(preset),
        samples=lambda policy, folder: write_samples(preset, policy, folder),
        measure=likeness if preset.is_full else None,
    )


def held_out_lanes(
    preset: Preset, count: int = TEST_LANES, weights: Floats | None = None
) -> MelodyLanes:
    """Lanes of the test split, each with preferences that it keeps; the given ones, or its own."""
    rng = np.random.default_rng(TEST_SEED)
    drawn = sample(rng, count, preset.terms).astype(np.float32)
    kept = drawn if weights is None else weights
    return MelodyLanes(preset, count, rng, split="test", weights=kept)


def _weights(preference: str, preset: Preset) -> Floats:
    """A preference of `rewards.preference` as weights (K,); rhythm weighs as much as an equal."""
    if preference not in PREFERENCES:
        known = ", ".join(PREFERENCES)
        raise ConfigError(f"--preference {preference} is not known; choose one of {known}.")
    knobs = dict.fromkeys((term for term in KNOB_TERMS if term in preset.terms), 1.0)
    knobs |= zip(KNOB_TERMS, PREFERENCES[preference], strict=False)
    return weights(knobs, preset.terms)


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
