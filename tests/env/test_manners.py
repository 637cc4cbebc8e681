import numpy as np
import pytest

from melodyrl.env.manners import manners
from melodyrl.env.tune import Tune

INTERVALS = np.arange(-13, 14)
USUAL = np.exp(-0.4 * np.abs(INTERVALS))
CHANCES = np.broadcast_to(USUAL / USUAL.sum(), (2, 12, 8, 27))


def tune(rng, width, again):
    """A line of moves drawn in a manner, with room to stray: nothing holds it to a middle."""
    chance = USUAL * np.exp(width * np.minimum(np.abs(INTERVALS), 12) + again * (INTERVALS == 0))
    moved = rng.choice(INTERVALS, 150, p=chance / chance.sum())
    pitch = 500 + np.concatenate([[0], np.cumsum(moved)])
    onset = 4 * np.arange(len(pitch))
    return Tune("own/x", onset, np.full(len(pitch), 4), pitch.astype(np.int16), 16, 4, 0, False)


@pytest.mark.parametrize(("wide", "again"), [(0.15, 0.8), (0.05, 0.3)])
def test_manners_are_found_as_they_were_drawn(wide, again):
    rng = np.random.default_rng(1)
    tunes = [tune(rng, *rng.normal(0, (wide, again))) for _ in range(150)]

    covariance = manners(tunes, [CHANCES] * len(tunes))

    assert np.sqrt(np.diag(covariance)) == pytest.approx([wide, again], rel=0.3)


def test_tunes_of_one_manner_hardly_differ():
    rng = np.random.default_rng(1)

    covariance = manners([tune(rng, 0.0, 0.0) for _ in range(150)], [CHANCES] * 150)

    assert np.sqrt(np.diag(covariance)) == pytest.approx([0.0, 0.0], abs=0.15)


def test_what_comes_back_is_no_choice():
    """A figure over and over says no more of the manner than the figure once."""
    pitch = 500 + np.tile([0, 0, 7, 7, -5, -5, 9, 9], 30)
    onset = 4 * np.arange(len(pitch))
    looped = Tune("own/x", onset, np.full(len(pitch), 4), pitch.astype(np.int16), 16, 4, 0, False)
    once = Tune("own/x", onset[:12], np.full(12, 4), pitch[:12].astype(np.int16), 16, 4, 0, False)

    both = [manners([each], [CHANCES]) for each in (looped, once)]

    assert both[0] == pytest.approx(both[1], rel=0.05)
