import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from melodyrl.measure.bands import FEWEST, band

MANY = np.linspace(0.0, 1.0, 101)


def test_percentiles_and_mean():
    known = band({"one": MANY})

    assert (known.low, known.middle, known.high) == pytest.approx((0.05, 0.5, 0.95))
    assert known.mean == pytest.approx(0.5)
    assert known.corpora == {"one": pytest.approx((0.05, 0.5, 0.95))}
    assert known.holds(np.array([0.04, 0.05, 0.95, 0.96])).tolist() == [False, True, True, False]


def test_corpora_count_alike_whatever_their_size():
    known = band({"small": np.zeros(FEWEST), "large": np.ones(100 * FEWEST)})

    assert known.mean == pytest.approx(0.5)


def test_a_corpus_of_few_stretches_says_nothing():
    assert band({"few": np.zeros(FEWEST - 1)}) is None
    assert band({"few": np.zeros(FEWEST - 1), "enough": MANY}).mean == pytest.approx(0.5)
    assert band({"unknown": np.full(100, np.nan)}) is None


def test_people_overlap_with_themselves_and_not_with_what_they_never_do():
    known = band({"one": np.array([1.0, 2.0, 2.0, 3.0] * 10)})

    assert len(known.shares) == 3
    assert known.overlap(np.array([1.0, 2.0, 2.0, 3.0])) == pytest.approx(1.0)
    assert known.overlap(np.array([1.0])) == pytest.approx(0.25)


@given(
    st.lists(st.floats(-5, 5), min_size=FEWEST, max_size=60),
    st.lists(st.floats(-9, 9), min_size=1, max_size=60),
)
def test_overlap_is_a_share(people, ours):
    known = band({"one": np.array(people)})

    assert known.low <= known.middle <= known.high
    assert sum(known.shares) == pytest.approx(1)
    assert -1e-9 <= known.overlap(np.array(ours)) <= 1 + 1e-9


def test_values_a_hair_apart_are_one_bin():
    known = band({"one": np.array([0.0] * FEWEST + [3.3e-307])})

    assert known.shares == (1.0,)
    assert known.overlap(np.array([1.0])) == 1.0
