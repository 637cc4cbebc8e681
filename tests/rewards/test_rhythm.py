from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rewards import rhythm

ONSET, HOLD, REST = range(3)


NO_GAPS = np.zeros(rhythm.GAP_CLASSES, np.float32)


def events(step, *, age=2, density=1.5, target=1.5, bar=16, closes=False, since=None, gaps=NO_GAPS):
    since = age if since is None else since
    return rhythm.rhythm(step, bar, age, density, target, closes, since, gaps)


GAPS = st.lists(st.floats(0, 5, width=32), min_size=8, max_size=8).map(np.array)


@given(
    st.integers(0, 11),
    st.sampled_from([12, 16]),
    st.integers(0, 64),
    st.floats(0, 4),
    st.floats(0.25, 4),
    st.booleans(),
    st.integers(0, 64),
    GAPS,
)
def test_rhythm_is_bounded(step, bar, age, density, target, closes, since, gaps):
    reward = rhythm.rhythm(step, bar, age, density, target, closes, since, gaps)

    assert reward.shape == (3,)
    assert np.abs(reward).max() <= 1
    assert reward.dtype == np.float32


@given(st.integers(0, 15), st.integers(0, 64), st.floats(0, 4), st.booleans())
def test_rest_never_pays_more_than_a_hold(step, age, density, closes):
    reward = events(step, age=age, density=density, closes=closes)

    assert reward[REST] <= reward[HOLD]


def test_a_phrase_breathes_in_the_last_bar_of_four():
    late = [events(12, age=4, closes=closes)[ONSET] for closes in (False, True)]

    assert late[1] < late[0]


def test_a_gap_heard_too_often_costs_and_a_new_one_earns_little():
    even = NO_GAPS.copy()
    even[2] = 4.0

    stale, new = (events(4, since=since, gaps=even)[ONSET] for since in (2, 4))

    assert stale < events(4, since=0)[ONSET] < new
    assert new - events(4, since=0)[ONSET] <= rhythm.FRESHEST + 1e-6


def test_a_first_onset_has_no_gap():
    even = np.full(8, 2.0, np.float32)

    assert events(0, since=0, gaps=even)[ONSET] == events(0, since=0)[ONSET]


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
    age, since, density, sounding = 0, 0, 1.5, False
    gaps, played = NO_GAPS[None], []
    for step in range(steps):
        value = events(
            step % 16, age=age, density=density, target=target, since=since, gaps=gaps[0]
        )
        value = value + np.array([0.2, 0.1 if sounding else -9, 0])
        event = int(value.argmax())
        begins = event == ONSET or (event == REST and sounding)
        age, sounding = 1 if begins else age + 1, event != REST
        density += (4 * (event == ONSET) - density) / 32
        apart = np.array([event == ONSET and since > 0])
        gaps = rhythm.follow_gaps(gaps, rhythm.age_class([since]), apart)
        since = 1 if event == ONSET else since + (since > 0)
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
