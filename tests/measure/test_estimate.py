import numpy as np
import pytest

from melodyrl.measure.estimate import bootstrap


def test_members_of_a_group_are_drawn_together():
    """Ten copies of two values are two facts, not twenty."""
    values, group = np.repeat([0.0, 1.0], 10), np.repeat([0, 1], 10)

    found = bootstrap(values, group, np.random.default_rng(0))

    assert found.mean == 0.5
    assert (found.low, found.high) == (0.0, 1.0)


def test_many_groups_are_surer_than_few():
    rng = np.random.default_rng(1)
    values = rng.normal(size=2000)

    many, few = (bootstrap(values[:n], np.arange(n), rng) for n in (2000, 20))

    assert many.high - many.low == pytest.approx(2 * 1.96 / np.sqrt(2000), rel=0.2)
    assert few.high - few.low > many.high - many.low


def test_what_is_unknown_is_left_out():
    values = np.array([np.nan, 1.0, 1.0])

    assert bootstrap(values, np.arange(3), np.random.default_rng(0)).mean == 1
    assert np.isnan(bootstrap(values[:1], np.arange(1), np.random.default_rng(0)).mean)
