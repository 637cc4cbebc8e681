"""Small tunes with known answers."""

import numpy as np

from melodyrl.core.policy.network import Network
from melodyrl.core.policy.policy import NetworkPolicy
from melodyrl.core.policy.presets import FULL
from melodyrl.env.tune import Tune
from melodyrl.measure.evaluation import Settings
from tests.core.policy_files import form, tensors

TINY = Settings(progressions=4, seeds=1, costly=1, knob_progressions=1, takes=3, adapted=1)
"""An evaluation of a few seconds."""

C, F, G = (sum(1 << pc for pc in chord) for chord in ((0, 4, 7), (5, 9, 0), (7, 11, 2)))


def tune(pitches, lengths=4, name="own/x", chords=(), tonic=0, minor=False, start=0) -> Tune:
    """Notes one after the other, each of a length in sixteenths; 4/4."""
    pitch = np.array(pitches, np.int16)
    held = np.broadcast_to(np.array(lengths, np.int32), pitch.shape).copy()
    onset = (start + np.cumsum(held) - held).astype(np.int32)
    return Tune(name, onset, held, pitch, 16, 4, tonic, minor, tuple(chords))


def wandering(name: str, seed: int, notes: int = 96) -> Tune:
    """Steps with now and then a third, in quarters and eighths; a chord a bar."""
    rng = np.random.default_rng(seed)
    degree = np.clip(np.cumsum(rng.choice([-2, -1, -1, 0, 1, 1, 2], notes)), -7, 7) + 7
    pitch = np.array([0, 2, 4, 5, 7, 9, 11])[degree % 7] + 12 * (degree // 7) + 60
    lengths = rng.choice([2, 4], notes)
    chords = [(16 * bar, int(rng.choice([C, F, G]))) for bar in range(int(lengths.sum()) // 16 + 1)]
    return tune(pitch, lengths, name, chords)


def untrained(seed: int = 0) -> NetworkPolicy:
    """A policy of the full task whose future values are noise."""
    shape = form(FULL, 16)
    return NetworkPolicy(Network(tensors(shape, seed), shape), FULL, "untrained")
