"""What is looked up by where a line stands is what the rewards say of its notes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from melodyrl.core.policy.actions import EIGHT_BAR_ACTIONS, FULL_ACTIONS, NONE
from melodyrl.core.policy.line import OFFSETS, code, interval, kinds, spread, stand, steps
from rewards import form, smoothness

OFFSET = st.integers(-60, 90) | st.just(NONE)
ACTIONS = st.sampled_from([EIGHT_BAR_ACTIONS, FULL_ACTIONS])
SMOOTH = {
    actions: spread(smoothness.fitted(), actions, first=0.0)
    for actions in (EIGHT_BAR_ACTIONS, FULL_ACTIONS)
}


def at(before: int, last: int, minor: bool) -> int:
    recent = np.array([[NONE] * 6 + [before, last]], np.int8)
    return int(stand(recent, np.array([minor]))[0])


@given(st.lists(OFFSET, min_size=1))
def test_a_code_finds_its_offset(offsets):
    found = OFFSETS[code(np.array(offsets, np.int8))]

    assert found.tolist() == offsets


@given(OFFSET, OFFSET, st.booleans(), ACTIONS)
def test_a_row_says_what_the_reward_says(before, last, minor, actions):
    left, then = np.int8(last), interval(np.int8(before), np.int8(last))
    wanted = smoothness.smoothness(minor, left, then, interval(left, actions.pitches))

    np.testing.assert_array_equal(SMOOTH[actions][at(before, last, minor)], wanted)


@given(OFFSET, st.integers(-60, 90), st.booleans(), ACTIONS)
def test_steps_are_those_of_the_scale(before, last, minor, actions):
    wanted = form.degree(actions.pitches, minor) - form.degree(last, minor)

    row = steps(actions)[at(before, last, minor)]

    assert row[actions.first_pitch :].tolist() == wanted.tolist()
    assert (row[: actions.first_pitch] == NONE).all()
    assert (steps(actions)[at(NONE, NONE, minor)] == NONE).all()


@given(OFFSET | st.just(form.UNHEARD), ACTIONS)
def test_kinds_are_those_of_each_action(then, actions):
    row = kinds(actions)[code(np.array([then], np.int8))[0]]

    assert row.tolist() == form.kinds(then, actions.onsets).tolist()
