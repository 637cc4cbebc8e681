import numpy as np
import pytest

from melodyrl.measure.discriminate import discriminate, folds

FOLD = folds([f"own/{n}" for n in range(400)])


def drawn(seed, shift=0.0, spread=1.0):
    return np.random.default_rng(seed).normal(shift, spread, (400, 3))


def test_the_same_source_cannot_be_told_apart():
    assert discriminate(drawn(1), drawn(2), FOLD, FOLD) == pytest.approx(0.5, abs=0.08)


def test_another_mean_gives_itself_away():
    assert discriminate(drawn(1), drawn(2, shift=4.0), FOLD, FOLD) > 0.99


def test_being_too_average_gives_itself_away():
    """Same mean, a tenth of the spread: only squares can tell."""
    assert discriminate(drawn(1), drawn(2, spread=0.1), FOLD, FOLD) > 0.9


def test_what_is_unknown_is_no_tell():
    human, ours = drawn(1), drawn(2)
    human[:, 0], ours[::2, 0] = np.nan, np.nan

    assert discriminate(human, ours, FOLD, FOLD) == pytest.approx(0.5, abs=0.08)


def test_a_judge_has_not_seen_the_tune_it_judges():
    """Pure noise that is the same for all stretches of a tune would be learned by heart."""
    names = [f"own/{n // 8}" for n in range(400)]
    noise = np.repeat(np.random.default_rng(0).normal(size=(50, 40)), 8, axis=0)
    other = np.repeat(np.random.default_rng(1).normal(size=(50, 40)), 8, axis=0)

    assert discriminate(noise, other, folds(names), folds(names)) < 0.75


def test_names_of_one_tune_are_in_one_fold():
    assert len(set(folds(["a/1"] * 5))) == 1
    assert len(set(FOLD)) == 5
