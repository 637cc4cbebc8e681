import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards import preference

EIGHT = ("harmony", "smoothness", "diversity", "guard")
FULL = ("harmony", "smoothness", "diversity", "rhythm", "form", "guard")


@given(st.lists(st.floats(0, 1e300), min_size=4, max_size=4))
def test_knobs_share_one_and_none_falls_below_the_floor(knobs):
    w = preference.weights(knobs, FULL)

    assert w[:4].sum() == pytest.approx(1, abs=1e-5)
    assert w[:4].min() >= preference.FLOOR - 1e-6
    assert w[4:] == pytest.approx([preference.CONSTANT["form"], preference.CONSTANT["guard"]])


def test_mapping_and_array_say_the_same():
    knobs = {"diversity": 3.0, "harmony": 1.0}

    assert (preference.weights(knobs, EIGHT) == preference.weights([1, 0, 3], EIGHT)).all()


def test_all_knobs_at_zero_are_equal():
    assert preference.weights({}, EIGHT)[:3] == pytest.approx([1 / 3] * 3)


def test_many_preferences_at_once():
    assert preference.weights(np.ones((5, 3)), EIGHT).shape == (5, 4)


@pytest.mark.parametrize(
    "knobs", [{"melody": 1.0}, {"guard": 1.0}, [1, 2], [1, -1, 1], [1, np.nan, 1]]
)
def test_what_is_no_knob_is_refused(knobs):
    with pytest.raises(ValueError, match=r"knob"):
        preference.weights(knobs, EIGHT)


@pytest.mark.parametrize("terms", [EIGHT, FULL])
def test_sampled_preferences_are_turned_knobs_the_middle_and_anything(terms):
    w = preference.sample(np.random.default_rng(3), 2000, terms)
    knobs = w[:, : 4 if "form" in terms else 3]

    assert w.dtype == np.float32
    assert knobs.sum(axis=1) == pytest.approx(np.ones(2000), abs=1e-5)
    assert knobs.min() >= preference.FLOOR - 1e-6
    ordered = np.sort(knobs, axis=1)
    is_middle = np.ptp(knobs, axis=1) < 1e-6
    is_turned = (np.ptp(ordered[:, :-1], axis=1) < 1e-6) & ~is_middle
    assert is_middle.mean() == pytest.approx(0.1, abs=0.03)
    assert is_turned.mean() == pytest.approx(0.4, abs=0.04)
    assert ordered[is_turned, -1].max() > 0.95 * (1 - preference.FLOOR * (knobs.shape[1] - 1))


def test_same_seed_same_preferences():
    a, b = (preference.sample(np.random.default_rng(3), 5, FULL) for _ in range(2))

    assert (a == b).all()


def test_scalar_is_the_weighted_sum():
    r = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    w = np.array([[1, 0, 0, 0], [0, 0, 0, 2]], np.float32)

    assert preference.scalarize(r, w).tolist() == [[0, 4, 8], [30, 38, 46]]
    assert preference.scalarize(r, w[0]).tolist() == [[0, 4, 8], [12, 16, 20]]


def test_five_preferences_are_reported():
    assert list(preference.PREFERENCES) == ["equal", "harmonic", "smooth", "diverse", "lyrical"]
