import numpy as np
import pytest

from melodyrl.env.middle import middle
from melodyrl.env.tune import Tune
from rewards import smoothness

EVEN = np.full((2, 12, 8, 2 * smoothness.WIDEST + 1), 1 / 27)
INTERVALS = np.arange(-smoothness.WIDEST, smoothness.WIDEST + 1)


def drawn_to(pull, seed, notes=400):
    """A tune of quarter notes, each drawn by its distance from the mean of eight bars."""
    rng, pitch = np.random.default_rng(seed), [60, 62, 64, 60]
    while len(pitch) < notes:
        distance = pitch[-1] + INTERVALS - np.mean(pitch[-32:])
        share = np.exp(-pull * distance**2)
        pitch.append(pitch[-1] + int(rng.choice(INTERVALS, p=share / share.sum())))
    onset = 4 * np.arange(notes)
    return Tune("x", onset, np.full(notes, 4), np.array(pitch, np.int16), 16, 4, 0, False)


@pytest.mark.parametrize("pull", [0.0, 0.01, 0.04])
def test_the_pull_that_drew_the_tunes_is_found(pull):
    tunes = [drawn_to(pull, seed) for seed in range(12)]

    assert middle(tunes, EVEN) == pytest.approx(pull, rel=0.1, abs=0.001)
