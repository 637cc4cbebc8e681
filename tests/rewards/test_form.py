import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards import form

PITCH = st.integers(-60, 90) | st.just(form.NONE)
THREE = st.lists(PITCH | st.just(form.UNHEARD), min_size=3, max_size=3).map(np.array)
MOVES = st.lists(st.integers(-14, 14) | st.just(form.NONE), min_size=3, max_size=3).map(np.array)
RUNS = st.lists(st.integers(0, form.LONGEST), min_size=3, max_size=3).map(np.array)

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


def test_only_answers_let_a_run_go_on():
    run = np.full(6, 4)

    after = form.follow(run, np.arange(6))

    assert after.tolist() == [5, 5, 0, 0, 0, 4]
    assert form.follow(np.array([form.LONGEST]), np.array([form.SAME])) == form.LONGEST


def test_a_repetition_once_begun_is_worth_finishing():
    """Held against chance, three notes that answered promise a fourth."""
    table = form.fitted()

    assert (table[:, 3, form.SAME] > 0.1).all()
    assert (table[:, 3, form.NEW] < 0).all()


def test_a_repetition_without_end_pays_less_and_less():
    same = form.fitted()[:, :, form.SAME]

    assert (same[:, -1] < same[:, 3]).all()
    assert (same[:, -1] <= 0.0).all()


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
