from dataclasses import replace

import numpy as np
import pytest

from melodyrl.env.recurrence import (
    LOOPED_BARS,
    begun_counts,
    chance_counts,
    coincidence_counts,
    loop_counts,
    recurrence_counts,
)
from melodyrl.env.tune import Tune
from rewards import form

BAR = 16


def tune(pitches, name="own/x", onset=None):
    """Quarter notes."""
    pitch = np.array(pitches, np.int16)
    onset = 4 * np.arange(len(pitch)) if onset is None else np.array(onset)
    return Tune(name, onset, np.full(len(pitch), 4), pitch, BAR, 4, 60, False)


class OneBar:
    """Draws the first of what there is."""

    def choice(self, these):
        return these[0]


def test_a_bar_played_again_is_counted_as_answers_of_growing_runs():
    again = tune([60, 62, 64, 65] * 2)

    counts = recurrence_counts([again])

    assert counts[0, :4, form.SAME].tolist() == [1, 1, 1, 1]
    assert counts[0].sum() == 4
    assert counts[1:].sum() == 0


def test_a_bar_a_step_higher_moves_as_it_did():
    """The first note of a sequence moves otherwise than it did."""
    sequence = tune([60, 62, 64, 65, 62, 64, 65, 67])

    counts = recurrence_counts([sequence])

    assert counts[0, :, form.MOVED].sum() == 3
    assert counts[0, 0, form.STRUCK] == 1


def test_notes_left_out_and_put_in_are_counted():
    counts = recurrence_counts([tune([60, 62, 60, 64], onset=[0, 4, 16, 24])])

    assert counts[0, 0, form.SAME] == 1
    assert counts[0, :, form.GONE].sum() == 1
    assert counts[0, :, form.NEW].sum() == 1


def test_what_comes_back_in_part_is_counted_and_what_comes_back_whole_is_not():
    in_part = tune([60, 62, 64, 65, 60, 62, 64, 71])
    whole = tune([60, 62, 64, 65, 60, 62, 64, 65])

    counts = begun_counts([in_part])

    assert counts[0, :3, form.SAME].tolist() == [1, 1, 1]
    assert counts[0, 3, form.STRUCK] == 1
    assert counts.sum() == 4
    assert begun_counts([whole]).sum() == 0


def test_where_nothing_began_then_and_where_something_did_is_counted_too():
    later = tune([60, 62, 64, 60, 62, 64], onset=[0, 4, 8, 16, 20, 28])

    counts = begun_counts([later])

    assert counts[0, 2, form.GONE] == counts[0, 0, form.NEW] == 1


def test_bars_that_answer_none_are_alike_by_themselves():
    """Of four bars one pair is three apart, both in quarters; bars that are nearer are none."""
    quarters = [0, 4, 8, 12]
    onset = [*quarters, 16, 24, 32, 44, *(48 + at for at in quarters)]

    assert coincidence_counts([tune(range(60, 72), onset=onset)]).tolist() == [0, 1]
    assert coincidence_counts([tune(range(60, 71), onset=onset[:11])]).tolist() == [1, 0]
    assert coincidence_counts([tune(range(60, 68), onset=onset[:8])]).tolist() == [0, 0]


def test_a_pickup_is_no_bar():
    later = tune([67, 60, 62, 64, 65, 60, 62, 64, 65], onset=[12, *range(16, 48, 4)])

    assert recurrence_counts([later])[0, :, form.SAME].sum() == 4


@pytest.mark.parametrize(("kind", "sign"), [(form.SAME, 1), (form.MOVED, -1)])
def test_loops_never_stop_answering_as_they_are_or_carried_on(kind, sign):
    counts = loop_counts([tune(range(60, 76))], np.random.default_rng(0))

    long = counts[-1, form.RUN_CLASS[sign * form.LONGEST]]
    assert long[kind] == long.sum() > 0


@pytest.mark.parametrize("minor", [False, True])
def test_what_is_carried_on_keeps_its_shape(minor):
    """A step of the scale further each bar; a tone between two of the scale is the lower one."""
    pitches = [60, 61, 64, 67, *range(60, 72)]
    looped = replace(tune(pitches), minor=minor)

    counts = loop_counts([looped], OneBar())

    # But for the first note of the second bar, which comes from elsewhere than the very first.
    assert counts[0, :, form.MOVED].sum() == 4 * (LOOPED_BARS - 1) - 1


def test_chance_is_another_tune_and_the_same_seed_the_same_counts():
    tunes = [
        tune(np.random.default_rng(n).permutation(range(60, 76)), f"own/{n}") for n in range(6)
    ]

    first, second = (chance_counts(tunes, np.random.default_rng(3)) for _ in "ab")

    assert (first == second).all()
    assert first.sum() > 0
