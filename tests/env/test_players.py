import numpy as np
import pytest

from melodyrl.core.engine.grid import Position
from melodyrl.core.engine.voice import is_final
from melodyrl.core.music.meter import METERS
from melodyrl.env.chords import NO_CHORD, TONES, TRIADS, moved
from melodyrl.env.plan import BAR_STEPS, CADENCE_STEPS, Plan, chord_history
from melodyrl.env.players import eight_bar_plan, full_plan

LANES = 400


@pytest.fixture(scope="module")
def plan() -> Plan:
    return full_plan(np.random.default_rng(5), LANES, "train")


def test_history_of_chords_knows_change_age_and_the_chord_before():
    chord = np.array([[0, 0, 5, 5, 5, 0, 7]], np.int16)
    sixteenth = np.arange(7, dtype=np.int16)[None]

    changed, age, previous = chord_history(chord, sixteenth)

    assert changed[0].tolist() == [False, False, True, False, False, True, True]
    assert age[0].tolist() == [0, 1, 0, 1, 2, 0, 0]
    assert previous[0].tolist() == [0, 0, 0, 0, 0, 5, 0]


def test_eight_bar_context_knows_chord_next_chord_and_cadence():
    degrees = TRIADS[0][[0, 5, 5, 4, 0, 3, 4, 0]]
    plan = eight_bar_plan(degrees[None])

    last_of_bar_0, first_of_bar_2, end = (plan.at(np.array([t])) for t in (3, 8, 31))

    assert (last_of_bar_0.chord[0] == TONES[degrees[0]]).all()
    assert (last_of_bar_0.next_chord[0] == TONES[degrees[1]]).all()
    assert (last_of_bar_0.step[0], last_of_bar_0.level[0]) == (12, 2)
    assert not first_of_bar_2.chord_changed[0]
    assert (first_of_bar_2.previous_chord[0] == TONES[degrees[0]]).all()
    assert (first_of_bar_2.chord_age[0], first_of_bar_2.bar[0]) == (16, 2)
    assert end.final[0]
    assert not end.next_chord[0].any()
    assert plan.final.sum() == 1
    assert plan.length[0] == 32


def test_full_plans_have_three_meters_two_modes_and_some_known_progressions(plan: Plan):
    meters = np.bincount(plan.meter, minlength=3) / LANES

    assert 0.7 < meters[0] < 0.9
    assert meters.min() > 0.04
    assert 0.3 < plan.minor.mean() < 0.5
    assert 0.2 < (plan.next_chord > NO_CHORD).any(axis=1).mean() < 0.4
    assert (plan.length == 16 * BAR_STEPS[plan.meter]).all()


def test_chords_come_on_time_late_and_early_but_never_far_off(plan: Plan):
    lane, t = np.nonzero(plan.chord_changed[:, 1:] & (plan.chord[:, 1:] > NO_CHORD))
    half_bar = BAR_STEPS[plan.meter[lane]] // 2
    offset = (t + 1 + 2) % half_bar - 2

    assert set(np.unique(offset)) <= {-2, -1, 0, 1, 2}
    assert 0.5 < (offset == 0).mean() < 0.95
    assert (offset < 0).any()
    assert (offset > 0).any()


def test_there_are_silences_and_empty_beginnings(plan: Plan):
    silent = plan.chord == NO_CHORD

    assert 0.03 < silent.mean() < 0.3
    assert 0.02 < silent[:, 0].mean() < 0.15
    assert (plan.bass[silent] == -1).all()
    assert (plan.bass[~silent] >= 0).all()


def test_the_bass_is_a_tone_of_the_chord(plan: Plan):
    lane, t = np.nonzero(plan.chord > NO_CHORD)

    assert TONES[plan.chord[lane, t], plan.bass[lane, t]].all()


def test_a_change_of_tonic_turns_the_chord_before_it_the_other_way(plan: Plan):
    """The chord that still sounds keeps its pitches, so its row moves down as the tonic rises."""
    lane, t = np.nonzero((plan.shift != 0) & ~plan.chord_changed & (plan.chord > NO_CHORD))

    assert len(lane) > 10
    assert (plan.chord[lane, t] == moved(plan.chord[lane, t - 1], -plan.shift[lane, t])).all()
    assert (plan.sixteenth[lane, t] % BAR_STEPS[plan.meter[lane]] == 0).all()


def test_an_unknown_next_chord_is_unknown_all_the_time(plan: Plan):
    known = plan.next_chord > NO_CHORD

    assert (known.all(axis=1) | ~known.any(axis=1)).all()


@pytest.mark.parametrize("meter", range(len(METERS)))
def test_cadences_are_where_the_engine_has_them(meter: int):
    steps = METERS[meter].steps_per_bar

    final = [s for s in range(steps) if is_final(Position(3, s, 3 * steps + s), METERS[meter])]

    assert final == [CADENCE_STEPS[meter]]


def test_same_seed_same_plan():
    first, second = (full_plan(np.random.default_rng(9), 20, "test") for _ in "ab")

    assert (first.chord == second.chord).all()
    assert (first.shift == second.shift).all()
