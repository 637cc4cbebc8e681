import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards import diversity
from rewards.tables import numbers

WINDOW = st.lists(st.integers(-60, 90), max_size=7).map(
    lambda notes: np.array([diversity.NONE] * (7 - len(notes)) + notes, np.int8)
)


@given(WINDOW, st.integers(-60, 90))
def test_novelty_is_bounded(window, candidate):
    reward = diversity.novelty(window, candidate)

    assert -1 <= reward <= 1
    assert reward.dtype == np.float32


@given(WINDOW, st.integers(0, 35), st.integers(-24, 24))
def test_surprise_is_that_of_the_faded_histogram(window, candidate, octaves_moved):
    octave = 12 * (octaves_moved // 12)
    mass, total = 1 / 7, 1.0
    for back, note in enumerate(window[::-1]):
        if note != diversity.NONE:
            total += diversity.FADE**back
            mass += diversity.FADE**back * ((int(note) - candidate) % 12 == 0)

    bits = diversity.surprise(window, candidate + octave)

    assert bits == pytest.approx(-np.log2(7 * mass / total), abs=1e-5)


def test_new_note_earns_and_a_drone_costs():
    window = np.full(7, 4, np.int8)

    assert diversity.novelty(window, 7) > 0.25
    assert diversity.novelty(window, 4) < -0.6
    assert diversity.novelty(window, 16) == diversity.novelty(window, 4)


def test_first_note_is_neutral():
    assert diversity.novelty(np.full(7, diversity.NONE, np.int8), 3) == 0


def test_human_mean_of_surprise_lies_between_a_drone_and_all_new():
    drone = diversity.surprise(np.full(7, 4), 4)
    new = diversity.surprise(np.full(7, 4), 5)

    assert drone < numbers("diversity", "human_mean") < new


def test_lanes_broadcast_against_actions():
    window = np.zeros((3, 1, 7), np.int8)

    assert diversity.novelty(window, np.arange(36)[None, :]).shape == (3, 36)
