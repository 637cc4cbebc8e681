import json
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards import colour, fit, function, likelihood, loops, pace, returns
from rewards.tables import numbers, version

TERMS = ["fit", "function", "pace", "returns", "loops"]
CHORDS = numbers("function", "changes").shape[1]
MAJOR, SEVENTH = fit.QUALITIES.index(""), fit.QUALITIES.index("7")


@pytest.mark.parametrize("term", TERMS)
def test_tables_are_of_one_fit_and_hold_aggregates_only(term):
    text = files("rewards").joinpath("tables", f"{term}.json").read_text("utf-8")

    assert version(term) == version("fit")
    assert len(text) < 20_000
    assert set(json.loads(text)["tunes"]) == {"leadsheets"}


@given(
    st.integers(0, len(fit.QUALITIES) - 1), st.integers(0, 11), st.integers(-1, 11), st.booleans()
)
def test_fit_is_bounded_and_silent_in_rests(quality, root, heard, on_beat):
    reward = fit.fit(quality, root, heard, on_beat)

    assert -1 <= reward <= 1
    assert heard >= 0 or reward == 0


def test_tones_of_the_chord_fit_and_others_do_not():
    over_home = fit.fit(MAJOR, 0, np.arange(12), True)

    assert over_home[[0, 4, 7]].min() > 0
    assert over_home[[1, 6, 8, 10, 11]].max() < 0


def test_the_note_decides_between_tonic_and_dominant():
    fourth, third = 5, 4

    assert fit.fit(SEVENTH, 7, fourth, True) > fit.fit(MAJOR, 0, fourth, True)
    assert fit.fit(SEVENTH, 7, third, True) < fit.fit(MAJOR, 0, third, True)


def test_changes_are_chances_and_never_to_the_same_chord():
    chances = function.chances()

    np.testing.assert_allclose(chances.sum(axis=1), 1)
    assert (np.diag(chances[:-1]) == 0).all()
    assert function.function(-1).argmax() == 0
    assert function.fitted().min() >= -1
    assert function.fitted().max() <= 0


def test_the_dominant_goes_home():
    home, dominant = 0, 1

    assert function.function(dominant).argmax() == home


def test_chords_change_on_downbeats_and_hardly_off_the_beat():
    on, off = pace.pace(0, 16, 16), pace.pace(3, 16, 3)

    assert on[pace.CHANGE] > on[pace.STAY]
    assert off[pace.CHANGE] < -0.5
    assert off[pace.STAY] > -0.01
    np.testing.assert_allclose(pace.chances().sum(axis=-1), 1)


def test_old_chords_are_kept_less_readily():
    ages = pace.pace(0, 16, np.array([16, 64]))

    assert ages[1, pace.STAY] < ages[0, pace.STAY] + 0.1
    assert pace.fitted().min() >= -1
    assert pace.fitted().max() <= 0


def test_colour_is_none_on_the_mean_and_more_for_rare_chords():
    counted = numbers("function", "changes").sum(axis=0)

    assert abs((counted * colour.colour()).sum() / counted.sum()) < 1e-3
    assert colour.colour().argmin() == counted.argmax()
    assert np.abs(colour.colour()).max() <= 1


def test_to_go_on_with_a_loop_costs_and_to_leave_it_pays():
    runs = np.arange(1, loops.LONGEST + 1)

    assert (loops.loops(runs, 2, 2) < 0).all()
    assert (loops.loops(runs, 2, 3) > 0).all()
    assert loops.loops(0, 0, 4) == 0


def test_distances_count_back_from_the_present_chord():
    window = np.array([-1, -1, -1, 7, 1, 5, 1, 3])

    assert loops.distance(window, np.array([3, 1, 5, 7, 9])).tolist() == [1, 2, 3, 5, loops.NEW]


def test_an_alternation_is_a_run_at_distance_two():
    window = np.full(loops.WINDOW, -1)
    run = period = np.zeros((), np.int64)
    for chord in (0, 1, 0, 1, 0):
        away = loops.distance(window, np.int64(chord))
        run, period = loops.follow(run, period, away)
        window = np.append(window[1:], chord)

    assert (run, period) == (3, 2)


def test_turns_are_told_apart_by_when_they_were_taken():
    turned = np.array([0, 3, 5, 0])
    sounded = np.array([4, 3, 5, 0])

    kinds = returns.kinds(turned, sounded, np.int64(6))

    assert kinds.tolist() == [returns.KNOWN, returns.EARLIER, returns.LAST, returns.NEW]
    assert (returns.kinds(turned, sounded, np.int64(6 + returns.SPAN)) == returns.NEW).all()


def test_a_piece_keeps_to_its_turns():
    by_kind = returns.returns(np.arange(4), True)

    assert by_kind[returns.NEW] < by_kind[returns.KNOWN] < by_kind[returns.EARLIER]
    assert by_kind[returns.LAST] > 0
    assert np.abs(returns.fitted()).max() <= 1


def test_nats_become_rewards_of_at_most_one():
    assert likelihood.reward([-100, 0, likelihood.NATS / 2, 100]).tolist() == [-1, 0, 0.5, 1]
