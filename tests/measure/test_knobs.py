import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from melodyrl.measure.knobs import hypervolume, spearman


def test_spearman_of_what_rises_falls_or_stays():
    rising = np.arange(5.0)

    assert spearman(rising, rising**3) == pytest.approx(1)
    assert spearman(rising, -rising) == pytest.approx(-1)
    assert np.isnan(spearman(rising, np.ones(5)))
    assert spearman(rising, np.array([0, 0, 1, 1, 2.0])) == pytest.approx(0.9486833)


def test_hypervolume_of_one_point_is_its_rectangle():
    assert hypervolume([(0.5, 4.5)]) == pytest.approx(0.5 * 3.5 / 7)
    assert hypervolume([(1.0, 8.0)]) == pytest.approx(1)
    assert hypervolume([(0.5, 4.5), (0.4, 4.0)]) == hypervolume([(0.5, 4.5)])


points = st.lists(st.tuples(st.floats(0, 1), st.floats(1, 8)), min_size=1, max_size=8)


@given(points, st.tuples(st.floats(0, 1), st.floats(1, 8)))
def test_another_point_never_takes_volume_away(some, more):
    assert 0 <= hypervolume(some) <= hypervolume([*some, more]) + 1e-12 <= 1 + 1e-9
