import pytest

from melodyrl.measure.profile import profile
from tests.measure.tunes import tune


def test_onsets_lengths_and_rests_are_counted():
    first = tune([60] * 12, [4, 4, 8] * 4)
    first.duration[0] = 2

    found = profile([first])

    assert found.first_bar[:9:4] == (1, 1, 1)
    assert found.onsets[0] == pytest.approx(4 / 8)
    assert found.lengths[3] == pytest.approx(7 / 12)
    assert found.lengths[7] == pytest.approx(4 / 12)
    assert found.rests[1] == 1


def test_nothing_has_an_empty_profile():
    assert sum(profile([]).lengths) == 0
