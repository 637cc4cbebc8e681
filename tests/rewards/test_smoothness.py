import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rewards import smoothness
from rewards.tables import numbers

OFFSET = st.integers(-60, 90)
INTERVAL = st.integers(-40, 40) | st.just(smoothness.NONE)


@given(st.booleans(), OFFSET, INTERVAL, INTERVAL)
def test_smoothness_is_bounded(minor, last, previous, interval):
    reward = smoothness.smoothness(minor, last, previous, interval)

    assert -1 <= reward <= 1
    assert reward.dtype == np.float32


def test_first_note_is_neutral():
    assert smoothness.smoothness(False, smoothness.NONE, smoothness.NONE, smoothness.NONE) == 0


def test_mean_over_human_tunes_is_zero():
    human = numbers("smoothness", "human")

    assert abs((human * smoothness.fitted()).sum() / human.sum()) < 0.02


def from_tonic(previous, interval):
    return smoothness.smoothness(False, 12, previous, interval)


def test_leap_is_best_left_by_the_opposite_step():
    after_leap_down = from_tonic(-7, np.array([2, -2, 7, -7]))

    assert after_leap_down.argmax() == 0
    assert from_tonic(7, -1) > from_tonic(7, 7)


def test_leading_tone_rises():
    from_seventh = smoothness.smoothness(False, 11, 2, np.array([1, -2, 3, 5]))

    assert from_seventh.argmax() == 0


def test_tritone_leap_is_worse_than_a_fourth():
    assert from_tonic(2, 6) < from_tonic(2, 5)


def test_wide_intervals_count_as_the_widest():
    assert from_tonic(2, 30) == from_tonic(2, 13)


def test_octaves_are_the_same_place_in_the_key():
    assert smoothness.smoothness(True, 3, 2, 2) == smoothness.smoothness(True, 27, 2, 2)


def test_classes_of_intervals():
    intervals = [smoothness.NONE, 0, 1, -2, 3, -4, 5, -20]

    assert smoothness.classes(intervals).tolist() == list(range(8))


def test_what_people_do_as_often_as_anyone_earns_nothing():
    counts = np.ones((2, 12, 8, 27), np.float32)

    assert np.abs(smoothness.ratio(counts, counts)).max() == 0
