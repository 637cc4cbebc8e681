import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards import guard
from rewards.tables import figures, numbers

WINDOW = st.lists(st.integers(-3, 5) | st.integers(-60, 90), max_size=7).map(
    lambda notes: np.array([guard.NONE] * (7 - len(notes)) + notes, np.int8)
)
CANDIDATE = st.integers(-3, 5) | st.integers(-60, 90)


@given(WINDOW, CANDIDATE)
def test_guard_is_bounded_and_is_its_evidence_below_the_human_mean(window, candidate):
    reward = guard.guard(window, candidate)
    below = guard.evidence(guard.fitted(), window, candidate) - numbers("guard", "human_mean")

    assert -1 <= reward <= 0
    assert reward.dtype == np.float32
    assert reward == pytest.approx(np.clip(below / guard.WIDTH, -1, 0), abs=1e-5)


@given(WINDOW, CANDIDATE, st.integers(-20, 20))
def test_transposed_window_is_judged_the_same(window, candidate, semitones):
    heard = window != guard.NONE
    moved = np.where(heard, window.astype(int) + semitones, guard.NONE)

    assert guard.guard(moved, candidate + semitones) == guard.guard(window, candidate)


@given(st.lists(st.integers(0, 6), min_size=8, max_size=8))
def test_features_are_those_of_the_eight_notes(notes):
    distinct, repeats, direction, abab, loop, since, span = map(
        int, guard.features(np.array(notes[:7]), np.array(notes[7]))
    )
    back = notes[::-1]
    run = next((k for k in range(8) if back[k] != back[0]), 8)
    moved = np.sign(-np.diff(back))
    way = next((k for k in range(7) if moved[k] != moved[0]), 7) if moved[0] else 0

    assert distinct == len(set(notes))
    assert repeats == run
    assert direction == way
    assert abab == (back[:2] == back[2:4] and back[0] != back[1])
    assert since == next((k for k in range(1, 8) if back[k] == back[0]), 8)
    assert span == max(notes) - min(notes) + 1
    if loop == 1:
        assert back[:3] == back[3:6]
    if loop == 2:
        assert back[:4] == back[4:8]


@pytest.mark.parametrize(
    "trick",
    [[4] * 8, [0, 4] * 4, [0, 2, 4, 0, 2, 4, 0, 2], [0, 4, 7, 4] * 2, [0, 2, 4, 5, 7, 9, 11, 12]],
    ids=["drone", "alternation", "loop of three", "loop of four", "scale"],
)
def test_trick_costs(trick):
    assert guard.guard(np.array(trick[:7]), trick[7]) < -0.1


def test_tune_costs_little():
    twinkle = [0, 0, 7, 7, 9, 9, 7, 5, 5, 4, 4, 2, 2, 0]
    windows = np.lib.stride_tricks.sliding_window_view(np.array(twinkle), 8)

    assert guard.guard(windows[:, :7], windows[:, 7]).mean() > -0.3


def test_first_notes_are_neutral():
    nothing = np.full(7, guard.NONE, np.int8)

    assert guard.guard(nothing, np.arange(36)).min() > -0.25


def test_lanes_broadcast_against_actions():
    window = np.zeros((3, 1, 7), np.int8)

    assert guard.guard(window, np.arange(36)[None, :]).shape == (3, 36)


def test_held_out_people_rank_above_every_strategy():
    """Counted by the fit on the fifth of the tunes that it never saw."""
    assert len(figures("guard", "auc")) == 10
    assert min(figures("guard", "auc").values()) > 0.75
