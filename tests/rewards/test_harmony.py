import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards import harmony

NOTE = {
    "on_chord": True, "in_scale": True, "level": 0, "interval": 2, "pending": False,
    "final": False, "stable": False, "has_chord": True,
}  # fmt: skip
OFF = {"on_chord": False}


def onset(**changes):
    return float(harmony.onset(**(NOTE | changes)))


@given(
    st.lists(st.booleans(), min_size=6, max_size=6),
    st.integers(0, 4),
    st.integers(-40, 40) | st.just(harmony.NONE),
    st.none() | st.floats(-1, 1),
)
def test_onset_is_bounded_for_every_note(flags, level, interval, profile):
    on_chord, in_scale, pending, final, stable, has_chord = flags

    reward = harmony.onset(
        on_chord, in_scale, level, interval, pending, final, stable, has_chord, profile
    )

    assert -1 <= reward <= 1
    assert reward.dtype == np.float32


def test_amounts_of_chord_tones_and_others():
    assert onset() == pytest.approx(1.0 / 1.6)
    assert onset(level=2) == pytest.approx(0.7 / 1.6)
    assert onset(level=3) == pytest.approx(0.6 / 1.6)
    assert onset(**OFF) == pytest.approx(-0.8 / 1.6)
    assert onset(**OFF, level=2) == pytest.approx(0.15 / 1.6)
    assert onset(**OFF, level=4) == pytest.approx(0.5 / 1.6)
    assert onset(**OFF, level=4, interval=5) == pytest.approx(-0.5 / 1.6)
    assert onset(**OFF, level=2, interval=0) == pytest.approx(-0.6 / 1.6)
    assert onset(**OFF, level=4, in_scale=False) == pytest.approx(-0.3 / 1.6)


def test_passing_note_never_pays_as_much_as_a_chord_tone():
    for level in range(5):
        assert onset(**OFF, level=level) < onset(level=level)


def test_non_chord_tone_is_to_be_resolved_by_step():
    assert onset(pending=True, level=2) == pytest.approx(1.0 / 1.6)
    assert onset(pending=True, level=2, interval=-5) == pytest.approx(0.1 / 1.6)
    assert onset(pending=True, level=2, interval=0) == pytest.approx(0.1 / 1.6)
    assert onset(pending=True, **OFF, level=3) == onset(**OFF, level=3)
    assert onset(pending=True, interval=harmony.NONE) == onset()


def test_cadence_wants_the_tonic_and_forgives_a_chord_tone():
    assert onset(final=True, stable=True) == 1.0
    assert onset(final=True) == onset()
    assert onset(final=True, **OFF) == -1.0


def test_without_a_chord_the_key_judges():
    alone = {"has_chord": False, "on_chord": False}

    assert onset(**alone) == pytest.approx(0.3)
    assert onset(**alone, stable=True) == pytest.approx(0.6)
    assert onset(**alone, in_scale=False) == pytest.approx(-0.8)
    assert onset(**alone, profile=0.25) == pytest.approx(0.25)
    assert onset(**alone, profile=0.25, final=True) == pytest.approx(0.25 - 1 / 1.6)
    assert onset(profile=0.25) == onset()


def test_onset_broadcasts_lanes_against_actions():
    lanes, actions = 3, 38

    reward = harmony.onset(
        np.zeros((lanes, actions), bool), np.ones((lanes, actions), bool),
        np.zeros((lanes, 1), np.int8), np.zeros((lanes, actions), np.int16),
        np.zeros((lanes, 1), bool), np.zeros((lanes, 1), bool),
        np.zeros((1, actions), bool), np.ones((lanes, 1), bool),
    )  # fmt: skip

    assert reward.shape == (lanes, actions)


@pytest.mark.parametrize(
    ("note", "reward"),
    [
        ((True, True, True, True), 0.5),
        ((False, True, False, True), -0.4),
        ((False, True, True, True), -0.8),
        ((False, False, False, True), -0.8),
        ((False, True, False, False), 0.2),
        ((False, False, True, False), -0.5),
    ],
)
def test_held_note_is_judged_again(note, reward):
    assert harmony.sustain(*note) == pytest.approx(reward)
