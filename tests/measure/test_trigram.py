import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from melodyrl.measure.trigram import SYMBOLS, count, trigram
from tests.measure.tunes import tune


def test_chances_sum_to_one_in_every_context():
    model = trigram(count([tune([60, 62, 64, 65, 64, 62, 60])]))

    assert model.chance.sum(axis=-1) == pytest.approx(np.ones((SYMBOLS, SYMBOLS)))
    assert (model.chance > 0).all()


def test_without_counts_every_interval_is_as_likely():
    model = trigram(np.zeros((SYMBOLS,) * 3, np.int64))

    assert model.bits([60, 62, 64, 65]) == pytest.approx(np.log2(SYMBOLS))


def test_what_is_taken_out_was_never_read():
    first, second = tune([60, 62, 64, 60, 67]), tune([60, 59, 60, 64, 62])
    both = trigram(count([first, second]))

    assert (both.without([second]).chance == trigram(count([first])).chance).all()
    assert (both.without([first, first, second]).chance == trigram(count([])).chance).all()


def test_what_was_heard_often_surprises_little():
    model = trigram(count([tune([60, 62] * 40)]))

    assert model.bits([67, 69] * 5) < 0.2
    assert model.bits([60, 61, 66, 58, 70]) > 4


def test_a_melody_of_three_notes_says_nothing():
    assert np.isnan(trigram(count([])).bits([60, 62, 64]))


def test_intervals_wider_than_an_octave_count_as_an_octave():
    assert (count([tune([40, 80, 40, 80])]) == count([tune([40, 52, 40, 52])])).all()


@given(st.lists(st.integers(0, 127), min_size=4, max_size=40), st.integers(-20, 20))
def test_surprise_is_the_same_in_every_key(pitches, up):
    model = trigram(count([tune([60, 62, 64, 60, 67, 65])]))

    assert model.bits(np.add(pitches, up)) == pytest.approx(model.bits(pitches))
