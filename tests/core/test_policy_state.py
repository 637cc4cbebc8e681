import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from melodyrl.core.policy.actions import EIGHT_BAR_ACTIONS, FULL_ACTIONS, HOLD, ONSET, REST
from melodyrl.core.policy.legal import legal
from melodyrl.core.policy.presets import EIGHT_BAR, FULL, PRESETS
from melodyrl.core.policy.state import (
    AGE_CAP,
    HIGHEST,
    LOWEST,
    NONE,
    START_DENSITY,
    Context,
    Melody,
    advance,
    shift,
)
from rewards import diversity, form, guard, harmony, smoothness


def play(melody: Melody, context: Context, *actions: int) -> None:
    for action in actions:
        advance(melody, context, FULL_ACTIONS, np.full(melody.lanes, action))
        context.step[:] = (context.step + 1) % context.bar_steps


def note(offset: int) -> int:
    return FULL_ACTIONS.first_pitch + offset


def c_major(lanes: int = 1) -> Context:
    context = Context.silent(lanes)
    context.chord[:, [0, 4, 7]] = True
    context.scale[:, [0, 2, 4, 5, 7, 9, 11]] = True
    return context


def test_the_tables_hold_what_the_tasks_name():
    assert FULL_ACTIONS.count == 38
    assert FULL_ACTIONS.pitches.tolist() == list(range(36))
    assert FULL_ACTIONS.kinds[:3].tolist() == [HOLD, REST, ONSET]
    assert EIGHT_BAR_ACTIONS.first_pitch == 0
    assert EIGHT_BAR_ACTIONS.offsets.tolist() == [0, 2, 4, 5, 7, 9, 11]
    assert EIGHT_BAR.decisions == 32
    assert FULL.decisions == 256
    assert set(PRESETS) == {"eight-bar", "full"}
    with pytest.raises(ValueError, match="read-only"):
        FULL_ACTIONS.offsets[0] = 1


def test_every_module_means_the_same_by_none():
    nones = {module.NONE for module in (harmony, smoothness, diversity, guard)}

    assert nones == {NONE}


def test_the_newest_note_comes_last_and_the_ninth_is_forgotten():
    melody = Melody.start(1)

    play(melody, Context.silent(1), *(note(offset) for offset in range(9)))

    assert melody.recent[0].tolist() == [1, 2, 3, 4, 5, 6, 7, 8]


def test_age_counts_from_the_onset_and_anew_from_the_rest():
    melody, context, ages = Melody.start(1), Context.silent(1), []

    for action in (note(0), 0, 0, 1, 1, note(4), 0):
        play(melody, context, action)
        ages.append(int(melody.age[0]))

    assert ages == [1, 2, 3, 1, 2, 1, 2]


def test_age_stops_at_its_cap():
    melody = Melody.start(1)

    play(melody, Context.silent(1), note(0), *[0] * 200)

    assert melody.age[0] == AGE_CAP
    assert melody.sounding[0]


def test_eight_bars_are_remembered_by_their_sixteenths():
    melody, context = Melody.start(1), Context.silent(1)
    for bar in range(9):
        context.bar[:] = bar % 8
        for step, action in enumerate((note(bar), 0, note(bar + 4), 1)):
            context.step[:] = step
            play(melody, context, action)

    kept = melody.past[0].reshape(8, 16)

    assert kept[:, 0].tolist() == [8, 1, 2, 3, 4, 5, 6, 7], "the ninth took the place of the first"
    assert kept[:, 2].tolist() == [12, 5, 6, 7, 8, 9, 10, 11]
    assert (kept[:, [1, 3]] == form.NONE).all()
    assert (kept[:, 4:] == form.UNHEARD).all()
    assert melody.past_move[0, 16] == form.degree(1, 0) - form.degree(4, 0)


def test_gaps_count_from_onset_to_onset_whatever_is_between():
    melody = Melody.start(1)

    play(melody, Context.silent(1), note(0), 0, 1, 1, note(2), 1, note(4))

    assert melody.since[0] == 1
    assert melody.gaps[0].tolist() == pytest.approx([0, 0, 1, 0, 0.8, 0, 0, 0])


def test_density_nears_the_rate_that_is_played():
    melody = Melody.start(2)

    play(melody, Context.silent(2), *[note(0), 0] * 128)

    assert pytest.approx(1.25) == START_DENSITY
    assert melody.density == pytest.approx([2.0, 2.0], abs=0.1)


def test_a_clash_is_pending_until_a_chord_tone():
    melody, context = Melody.start(1), c_major()

    pending = []
    for action in (note(0), note(2), 0, 1, note(4)):
        play(melody, context, action)
        pending.append(bool(melody.pending[0]))

    assert pending == [False, True, True, True, False]


def test_a_held_note_is_judged_again_when_the_chord_changes():
    melody, context = Melody.start(1), c_major()
    play(melody, context, note(4))
    context.chord[0] = False
    context.chord[0, [5, 9, 0]] = True
    context.chord_changed[0] = True

    play(melody, context, 0)

    assert melody.pending[0]


def test_a_rest_is_not_judged_by_a_new_chord():
    melody, context = Melody.start(1), c_major()
    play(melody, context, note(4))
    context.chord[0] = np.roll(context.chord[0], 1)
    context.chord_changed[0] = True

    play(melody, context, 1)

    assert not melody.pending[0]


def test_nothing_is_pending_without_a_chord():
    melody = Melody.start(1)

    play(melody, Context.silent(1), note(1))

    assert not melody.pending[0]


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 35), max_size=8),
    st.integers(-24, 24),
)
def test_a_shift_moves_all_notes_alike_and_back(offsets, semitones):
    melody = Melody.start(2)
    play(melody, Context.silent(2), *map(note, offsets))
    before = melody.recent.copy()

    shift(melody, np.array([1]), semitones)

    assert (melody.recent[0] == before[0]).all()
    expected = [NONE if value == NONE else value + semitones for value in before[1]]
    assert melody.recent[1].tolist() == expected
    shift(melody, np.array([1]), np.array([-semitones]))
    assert (melody.recent == before).all()


def test_a_shift_stays_within_what_int8_and_the_intervals_can_hold():
    melody = Melody.start(1)
    play(melody, Context.silent(1), note(0), note(35))

    shift(melody, np.array([True]), 120)
    assert melody.recent[0, -2:].tolist() == [HIGHEST, HIGHEST]
    shift(melody, np.array([0]), -1000)
    assert melody.recent[0, -2:].tolist() == [LOWEST, LOWEST]


def test_lanes_are_taken_and_put_back():
    melody, other = Melody.start(3), Melody.start(1)
    play(other, Context.silent(1), note(7))

    melody.put(np.array([1]), other)

    assert melody.recent[:, -1].tolist() == [NONE, 7, NONE]
    assert melody.take(np.array([1, 1])).recent[:, -1].tolist() == [7, 7]
    assert melody.take(np.array([1, 1])).lanes == 2


def test_a_note_is_held_only_while_it_sounds():
    melody, context = Melody.start(1), c_major()

    assert not legal(melody, context, FULL_ACTIONS)[0, 0]
    play(melody, context, note(0))
    assert legal(melody, context, FULL_ACTIONS)[0, 0]
    play(melody, context, 1)
    assert not legal(melody, context, FULL_ACTIONS)[0, 0]


def test_notes_lie_in_the_scale_or_the_chord_and_within_an_octave():
    melody, context = Melody.start(1), c_major()
    context.chord[0, 3] = True
    play(melody, context, note(14))

    mask = legal(melody, context, FULL_ACTIONS)[0, 2:]

    allowed = {offset for offset in range(36) if offset % 12 in (0, 2, 3, 4, 5, 7, 9, 11)}
    assert set(np.flatnonzero(mask)) == allowed & set(range(2, 27))


def test_without_key_and_chord_every_first_note_is_legal():
    mask = legal(Melody.start(1), Context.silent(1), FULL_ACTIONS)

    assert mask[0].tolist() == [False, *[True] * 37]


def test_something_is_legal_even_when_nothing_is_in_reach():
    melody, context = Melody.start(1), Context.silent(1)
    context.chord[0, 1] = True
    play(melody, context, note(12))
    shift(melody, np.array([0]), -60)

    assert legal(melody, context, FULL_ACTIONS)[0].nonzero()[0].tolist() == [0, 1]
    assert legal(melody, context, EIGHT_BAR_ACTIONS).all()
