import numpy as np

from melodyrl.core.policy import manner
from melodyrl.core.policy.presets import FULL
from rewards.tables import numbers

ACTIONS = FULL.actions


def test_manners_are_drawn_as_people_differ():
    drawn = manner.draw(20_000, np.random.default_rng(1))

    people = manner.LOUDER**2 * numbers("feels", "manner")
    np.testing.assert_allclose(drawn.mean(axis=0), manner.MEAN, atol=0.02)
    np.testing.assert_allclose(np.cov(drawn.T), people, rtol=0.35, atol=0.002)


def test_nobodys_manner_says_nothing():
    assert not manner.leaning(manner.plain(2), np.array([12, 5], np.int8), ACTIONS).any()


def test_each_semitone_counts_up_to_an_octave_and_a_note_again_for_itself():
    wide = np.array([[0.1, 0.0], [0.0, 0.5]], np.float32)

    nats = manner.leaning(wide, np.array([2, 2], np.int8), ACTIONS)

    np.testing.assert_allclose(nats[0, [2, 4, 7, 14, 30]], [0.0, 0.2, 0.5, 1.2, 1.2], rtol=1e-6)
    assert np.flatnonzero(nats[1]).tolist() == [2]


def test_a_first_note_has_no_manner():
    nats = manner.leaning(np.ones((1, 2), np.float32), np.array([-128], np.int8), ACTIONS)

    assert not nats.any()
