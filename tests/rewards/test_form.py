import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards import form

PITCH = st.integers(-60, 90) | st.just(form.NONE)
THREE = st.lists(PITCH | st.just(form.UNHEARD), min_size=3, max_size=3).map(np.array)
MOVES = st.lists(st.integers(-14, 14) | st.just(form.NONE), min_size=3, max_size=3).map(np.array)
RUNS = st.lists(st.integers(-form.LONGEST, form.LONGEST), min_size=3, max_size=3).map(np.array)

NOTHING = np.full(3, form.NONE)


def kind(then, now, *, then_move=1, move=2):
    """What one pitch is to another, at one distance."""
    return int(form.moved(form.kinds(then, now), then_move, move))


@given(RUNS, THREE, MOVES, PITCH, st.integers(-14, 14))
def test_form_is_bounded(run, then, then_move, pitch, move):
    kind = form.moved(form.kinds(then, pitch), then_move, move)
    reward = form.form(run, kind[:, None])

    assert -1 <= reward <= 1
    assert reward.dtype == np.float32


def test_a_sixteenth_is_told_from_the_one_then():
    assert kind(7, 7) == form.SAME
    assert kind(7, 9, then_move=-1, move=-1) == form.MOVED
    assert kind(7, 9) == form.STRUCK
    assert kind(form.NONE, 7) == form.NEW
    assert kind(7, form.NONE) == form.GONE
    assert kind(form.NONE, form.NONE) == form.QUIET
    assert kind(form.UNHEARD, 7) == form.QUIET


def test_a_first_note_moves_from_nowhere():
    assert kind(7, 9, then_move=form.NONE, move=form.NONE) == form.STRUCK


@pytest.mark.parametrize(
    ("run", "after"),
    [(0, [1, -1, 0, 0, 0, 0]), (4, [5, -1, 0, 0, 0, 4]), (-4, [1, -5, 0, 0, 0, -4])],
)
def test_only_its_own_kind_lets_a_run_go_on(run, after):
    assert form.follow(np.full(6, run), np.arange(6)).tolist() == after


def test_no_run_is_longer_than_the_longest():
    longest = np.array([form.LONGEST, -form.LONGEST])

    assert (form.follow(longest, np.array([form.SAME, form.MOVED])) == longest).all()


@pytest.mark.parametrize(("kind", "run"), [(form.SAME, 3), (form.MOVED, -2)])
def test_a_repetition_or_sequence_once_begun_is_worth_finishing(kind, run):
    """Held against chance, notes that answered promise another."""
    row = form.fitted()[:, form.RUN_CLASS[run]]

    assert (row[:, kind] > 0.04).all()
    assert (row[:, form.NEW] < 0).all()


@pytest.mark.parametrize(("kind", "sign"), [(form.SAME, 1), (form.MOVED, -1)])
def test_a_repetition_or_sequence_without_end_pays_less_and_less(kind, sign):
    paid = form.fitted()[:, form.RUN_CLASS[sign * np.arange(1, form.LONGEST)], kind]

    assert (paid[:, -1] < paid[:, 1]).all()
    assert (paid[:, 11:] < 0.0).all()


def test_silence_says_nothing():
    assert form.form(np.zeros(3, int), form.kinds(NOTHING, form.NONE)[:, None]) == 0


@given(st.integers(-24, 35), st.booleans(), st.integers(-2, 2))
def test_an_octave_is_seven_steps(pitch, minor, octaves):
    moved = form.degree(pitch + 12 * octaves, minor) - form.degree(pitch, minor)

    assert moved == 7 * octaves


@pytest.mark.parametrize(
    ("minor", "scale"), [(False, (0, 2, 4, 5, 7, 9, 11)), (True, (0, 2, 3, 5, 7, 8, 10))]
)
def test_the_tones_of_the_scale_are_a_step_apart(minor, scale):
    assert form.degree(np.array(scale), minor).tolist() == list(range(7))


def test_every_lane_and_action_gets_a_reward():
    kind = form.kinds(np.zeros((5, 3, 1), np.int8), np.zeros((5, 1, 38)))

    reward = form.form(np.zeros((5, 3), np.int8), kind)

    assert reward.shape == (5, 38)
