import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards import harmony
from rewards.harmony import LEAP, PLACES, STEP
from rewards.tables import numbers

NOTE = {
    "on_chord": True, "in_scale": True, "level": 0, "interval": 2, "pending": False,
    "final": False, "tonic": False, "has_chord": True,
}  # fmt: skip
OFF = {"on_chord": False}


def onset(table=None, **changes):
    return float(harmony.onset(harmony.fitted() if table is None else table, **(NOTE | changes)))


def bits(table=None, **changes):
    return onset(table, **changes) / harmony.SHARE


@given(
    st.lists(st.booleans(), min_size=6, max_size=6),
    st.integers(0, 4),
    st.integers(-40, 40) | st.just(harmony.NONE),
    st.sampled_from([harmony.fitted, harmony.centred]),
)
def test_onset_is_bounded_for_every_note(flags, level, interval, table):
    on_chord, in_scale, pending, final, tonic, has_chord = flags

    reward = harmony.onset(
        table(), on_chord, in_scale, level, interval, pending, final, tonic, has_chord
    )

    assert -1 <= reward <= 1
    assert reward.dtype == np.float32


def test_a_bit_is_twice_as_often_as_elsewhere():
    """All levels alike but the downbeat, where chord tones by step are twice what they are."""
    chance = np.full(PLACES, 1000)
    human = chance.copy()
    human[0, 0, STEP, 1, 1] = 2000
    human[0, 0, LEAP, 0] = 500
    table = harmony.table(human, chance, np.array([[5, 0], [6, 1]]))

    assert bits(table) == pytest.approx(1.0, abs=0.01)
    assert bits(table, **OFF, interval=7) == pytest.approx(-1.0, abs=0.01)
    assert bits(table, level=1) == pytest.approx(0.0, abs=0.01)
    assert bits(table, pending=True) == pytest.approx(0.0, abs=0.01)


def test_what_was_seen_a_few_times_says_little():
    chance = np.full(PLACES, 1000)
    chance[0, 0, STEP, 1, 0] = 1
    human = chance.copy()
    human[0, 0, STEP, 1, 0] = 4
    table = harmony.table(human, chance, np.array([[5, 0], [6, 1]]))

    assert 0.5 < bits(table, in_scale=False) < 1.0


def test_chord_tones_are_wanted_most_on_strong_beats():
    wanted = [onset(level=level) - onset(**OFF, level=level) for level in range(5)]

    assert wanted[0] > wanted[1] > wanted[2] > wanted[3] > 0.1


def test_off_the_beat_a_passing_note_costs_little_and_a_leap_to_it_much():
    assert -0.7 < bits(**OFF, level=3) < 0.0
    assert bits(**OFF, level=3, interval=-5) < -0.9


def test_a_non_chord_tone_is_to_be_resolved_by_step():
    """On another beat, after one: by step to a chord tone, by leap, and away from harmony."""
    after = {"pending": True, "level": 2}

    assert bits(**after) > 1.0
    assert bits(**after) > bits(level=2) > bits(**after, interval=-5)
    assert bits(**after, **OFF, interval=-5) < -2.0


def test_a_first_note_is_judged_by_its_class_alone():
    first = {"interval": harmony.NONE}

    assert onset(**first) > 0 > onset(**first, **OFF)
    assert onset(**first) == onset(**first, level=3)


def test_cadence_wants_the_tonic_and_forgives_a_chord_tone():
    final = {"final": True, "level": 1}

    assert onset(**final) == onset(level=1)
    assert onset(**final, tonic=True) == pytest.approx(min(onset(level=1) + 0.6, 1.0))
    assert onset(**final, **OFF) == pytest.approx(onset(level=1, **OFF) - 0.6)


def test_without_a_chord_the_key_judges():
    alone = {"has_chord": False, "on_chord": False}

    assert onset(**alone, tonic=True) > onset(**alone) > 0.1
    assert bits(**alone, in_scale=False) < -2.4
    assert onset(**alone) == onset(**alone, interval=9, level=4)


def test_people_earn_nothing_on_the_mean_where_notes_can_be_held():
    human, table = numbers("harmony", "human"), harmony.centred().reshape(5, 2, 2, 2, 4, 2, 2, 2)

    mean = (human * table[:, :, 0, 1, :3, :, :, 0]).sum() / human.sum()

    assert abs(mean) < 0.02
    assert onset(harmony.centred()) < onset()


def test_onset_broadcasts_lanes_against_actions():
    lanes, actions = 3, 38

    reward = harmony.onset(
        harmony.fitted(),
        np.zeros((lanes, actions), bool), np.ones((lanes, actions), bool),
        np.zeros((lanes, 1), np.int8), np.zeros((lanes, actions), np.int16),
        np.zeros((lanes, 1), bool), np.zeros((lanes, 1), bool),
        np.zeros((1, actions), bool), np.ones((lanes, 1), bool),
    )  # fmt: skip

    assert reward.shape == (lanes, actions)


def test_notes_are_seldom_held_into_a_new_chord_but_by_it_resolved():
    assert harmony.sustain(False, False, True, True) < -0.8
    assert -0.6 < harmony.sustain(True, False, True, True) < -0.2
    assert -0.2 < harmony.sustain(True, True, True, True) < 0.0


def test_over_the_same_chord_holding_says_little():
    clash, agree = harmony.sustain(False, True, False, True), harmony.sustain(True, False, False, 1)

    assert -0.1 < clash < 0 < agree < 0.1
    assert harmony.sustain(True, False, False, False) == 0.0
