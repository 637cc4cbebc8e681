from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rewards import rhythm

ONSET, HOLD, REST = range(3)


def events(step, *, age=2, ago=2, density=1.5, target=1.5, bar=16):
    return rhythm.rhythm(np.arange(3), step, bar, age, ago, density, target)


@given(
    st.integers(0, 2),
    st.integers(0, 11),
    st.sampled_from([12, 16]),
    st.integers(0, 64),
    st.integers(0, 3),
    st.floats(0, 4),
    st.floats(0.25, 4),
)
def test_rhythm_is_bounded(event, step, bar, age, ago, density, target):
    reward = rhythm.rhythm(event, step, bar, age, ago, density, target)

    assert -1 <= reward <= 1
    assert reward.dtype == np.float32


@given(st.integers(0, 15), st.integers(0, 64), st.integers(0, 3), st.floats(0, 4))
def test_rest_never_pays_more_than_a_hold(step, age, ago, density):
    reward = events(step, age=age, ago=ago, density=density)

    assert reward[REST] <= reward[HOLD]


def test_notes_begin_on_beats_and_are_held_between():
    on_beat, off_beat = events(4, age=4), events(5, age=1)

    assert on_beat[ONSET] > on_beat[HOLD]
    assert off_beat[ONSET] < off_beat[HOLD]


def test_density_is_drawn_to_its_target():
    wanted, enough, many = (events(6, density=d, target=2)[ONSET] for d in (1, 2, 3))
    idle = [events(6, density=d, target=2)[HOLD] for d in (1, 2, 3)]

    assert wanted > enough > many
    assert idle == sorted(idle)


def test_three_four_has_a_table_of_its_own():
    assert (rhythm.fitted()[0] != rhythm.fitted()[1]).any()
    assert events(8, age=4, bar=12)[ONSET] > events(9, age=1, bar=12)[ONSET]


def _played(target: float, steps: int = 320) -> np.ndarray:
    """What one who looks a sixteenth ahead plays, holds and onsets worth a little beside rhythm."""
    age, density, sounding = 0, 1.5, False
    bar_ago, played = np.zeros(16, int), []
    for step in range(steps):
        value = events(step % 16, age=age, ago=bar_ago[step % 16], density=density, target=target)
        value = value + np.array([0.2, 0.1 if sounding else -9, 0])
        event = int(value.argmax())
        begins = event == ONSET or (event == REST and sounding)
        age, sounding = 1 if begins else age + 1, event != REST
        density += (4 * (event == ONSET) - density) / 32
        bar_ago[step % 16] = event + 1
        played.append(event)
    return np.array(played[64:])


def test_density_follows_its_target_up():
    densities = [4 * (_played(t) == ONSET).mean() for t in (0.25, 0.5, 1, 1.5, 2, 3, 4)]

    assert all(a < b for a, b in pairwise(densities)), densities
    assert densities[0] < 0.8
    assert densities[-1] > 3


def test_best_rhythm_is_on_the_beat_with_few_sixteenths_and_rests():
    played = _played(1.5).reshape(-1, 4)
    onsets = (played == ONSET).mean(axis=0)

    assert onsets[0] > 0.9
    assert onsets[2] > onsets[[1, 3]].max()
    assert onsets[[1, 3]].max() < 0.1
    assert (played == REST).mean() < 0.1
