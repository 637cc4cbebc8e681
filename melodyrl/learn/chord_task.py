"""Accompaniment as a task: learn along to simulated singers, be tested on songs kept from it."""

import numpy as np

from melodyrl.core.policy.chords.preset import CHORDS
from melodyrl.env.chord_lanes import ChordLanes
from melodyrl.learn.melody_task import TEST_LANES, TEST_SEED, export
from melodyrl.learn.task import Task
from rewards.preference import sample


def chord_task() -> Task:
    """Learn the preset `chords`."""
    return Task(
        terms=CHORDS.terms,
        lanes=ChordLanes,
        test=held_out_lanes,
        sample_w=lambda rng, count: sample(rng, count, CHORDS.terms),
        save=lambda *parts: export(CHORDS, *parts),
    )


def held_out_lanes(count: int = TEST_LANES) -> ChordLanes:
    """The same songs each time, each with preferences that it keeps."""
    rng = np.random.default_rng(TEST_SEED)
    weights = sample(rng, count, CHORDS.terms).astype(np.float32)
    return ChordLanes(count, rng, weights=weights)
