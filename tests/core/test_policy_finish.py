import numpy as np
import pytest

from melodyrl.core.policy.answers import FRESH, LAGS, MOVED, SAME, STRUCK, answer_of
from melodyrl.core.policy.finish import LOUDER, finishing
from melodyrl.core.policy.intent import Intent
from melodyrl.core.policy.line import stand
from melodyrl.core.policy.presets import FULL
from melodyrl.core.policy.state import Context, Melody, place
from rewards import form

ACTIONS = FULL.actions


def said(runs, *, then=9, move=form.NONE, answer=FRESH):
    """Nats of each pitch after G and of an onset; at each distance a note began, in C major."""
    melody, context = Melody.start(1, np.ones(1, np.float32)), Context.silent(1)
    melody.recent[:, -2:] = 5, 7
    melody.answers[:] = runs
    for lag in form.LAGS:
        melody.past[0, place(context, lag)] = then
        melody.past_move[0, place(context, lag)] = move
    intent = Intent.start(1)
    intent.answer[:] = answer
    stands = stand(melody.recent, context.minor)
    notes, onset = finishing(melody, context, ACTIONS, intent, stands)
    return notes[0], float(onset[0])


def gains(runs, **where):
    return said(runs, **where)[0]


def test_what_repeats_is_likelier_to_repeat_on_the_longer_it_has():
    found = [gains([0, 0, run])[9] for run in (0, 1, 2, 4)]

    assert found == sorted(found)
    assert found[0] == 0.0
    assert 0.8 < found[1] / LOUDER < 1.3 < found[3] / LOUDER < 2.0


def test_nothing_else_is_likelier():
    assert np.flatnonzero(gains([0, 0, 4])).tolist() == [9]


def test_a_sequence_is_likelier_to_be_carried_on_by_its_steps():
    found = gains([-3, 0, 0], then=2, move=2)  # two steps up, from G to B

    assert np.flatnonzero(found).tolist() == [11]
    assert 0.5 < found[11] / LOUDER < 1.5


def test_of_three_distances_the_strongest_counts():
    assert gains([4, 4, 4])[9] == max(gains([0, 0, 4])[9], gains([0, 4, 0])[9], gains([4, 0, 0])[9])


@pytest.mark.parametrize("way", [SAME, MOVED])
def test_a_bar_that_answers_another_whole_is_left_to_that(way):
    assert not gains([4, 4, 4], answer=answer_of(way, 0)).any()
    assert gains([4, 4, 4], answer=answer_of(STRUCK, len(LAGS) - 1)).any()


@pytest.mark.parametrize("then", [form.NONE, form.UNHEARD])
def test_where_nothing_began_nothing_goes_on(then):
    assert not gains([4, 4, 4], then=then).any()


def test_a_note_is_expected_where_one_began_and_nowhere_else():
    begun, fresh = said([0, 0, 4])[1], said([0, 0, 0])[1]

    assert 1.0 < begun < 2.0
    assert fresh == 0.0
    assert -2.0 < said([0, 0, 4], then=form.NONE)[1] < -0.5
    assert said([0, 0, 4], then=form.UNHEARD)[1] == 0.0
    assert said([4, 4, 4], answer=answer_of(SAME, 0))[1] == 0.0
