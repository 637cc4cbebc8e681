import numpy as np
import pytest

from melodyrl.env.zoo import ZOO, scale_of

TUNE = np.array([0, 2, 4, 5, 7, 9, 11, 12, 11, 7, 4, 2, 0, 4, 7, 12] * 3, np.int16)


def made(name, seed=1):
    return ZOO[name](TUNE, scale_of(TUNE, minor=False), np.random.default_rng(seed))


@pytest.mark.parametrize("name", ZOO)
def test_strategy_keeps_length_key_and_range(name):
    notes = made(name)

    assert len(notes) == len(TUNE)
    assert np.isin(notes % 12, [0, 2, 4, 5, 7, 9, 11]).all()
    assert TUNE.min() <= notes.min() <= notes.max() <= TUNE.max()


@pytest.mark.parametrize("name", ZOO)
def test_same_seed_same_notes(name):
    assert (made(name, 5) == made(name, 5)).all()


def test_strategies_do_as_they_are_called():
    assert sorted(made("shuffled")) == sorted(TUNE)
    assert (np.abs(np.diff(made("random walk"))) <= 2).all()
    assert (np.diff(made("scales")) != 0).all()
    assert (made("alternation")[:6] == made("alternation")[2:8]).all()
    assert (made("loops of three")[:5] == made("loops of three")[3:8]).all()
    assert (made("loops of four")[:4] == made("loops of four")[4:8]).all()
    assert len(set(made("repeated notes")[:4])) == 1


def test_scale_is_never_shorter_than_an_octave():
    assert scale_of(np.array([3, 3, 3]), minor=True).tolist() == [3, 5, 7, 8, 10, 12, 14, 15]
