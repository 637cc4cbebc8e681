import numpy as np

from melodyrl.env.chords import NO_CHORD, TONES, TRIADS, chord_row, moved
from melodyrl.env.progressions import (
    chord_names,
    chord_sequences,
    eight_bar_progressions,
    split_of,
    stable_hash,
)
from melodyrl.env.progressions import test_progressions as kept_progressions


def test_a_chord_row_names_its_tones():
    tones = np.flatnonzero(TONES[chord_row(7, "7")])

    assert tones.tolist() == [2, 5, 7, 11]
    assert not TONES[NO_CHORD].any()


def test_moving_a_chord_moves_its_tones_and_leaves_silence_silent():
    rows = np.arange(len(TONES))

    assert (TONES[moved(rows, 5)] == np.roll(TONES[rows], 5, axis=1)).all()
    assert moved(np.array([NO_CHORD]), 3)[0] == NO_CHORD


def test_the_hash_is_the_same_on_every_machine():
    assert stable_hash(TRIADS[0]) == 1246046542658870939
    assert stable_hash(TRIADS[0].astype(np.int64)) == stable_hash(TRIADS[0])


def test_training_never_meets_a_test_progression():
    rng = np.random.default_rng(0)

    train = eight_bar_progressions(rng, 400, "train")
    test = kept_progressions(100, 3)

    assert {split_of(row) for row in train} == {"train"}
    assert {split_of(row) for row in test} == {"test"}
    assert not {row.tobytes() for row in train} & {row.tobytes() for row in test}


def test_test_progressions_are_distinct_and_the_same_for_the_same_seed():
    first, second = kept_progressions(100, 3), kept_progressions(100, 3)

    assert (first == second).all()
    assert len(np.unique(first, axis=0)) == 100
    assert (kept_progressions(100, 4) != first).any()


def test_eight_bar_chords_are_triads_of_c_major_and_seldom_diminished():
    rows = eight_bar_progressions(np.random.default_rng(1), 500, "train")

    assert np.isin(rows, TRIADS[0]).all()
    assert 0 < (rows == TRIADS[0, 6]).mean() < 0.05
    assert (rows == TRIADS[0, 0]).mean() > 0.2


def test_players_choose_sevenths_suspensions_and_chords_from_outside_the_key():
    rng = np.random.default_rng(2)

    rows = chord_sequences(rng, np.zeros(400, np.bool_), 16)

    assert rows.min() > NO_CHORD
    assert 0.05 < (TONES[rows].sum(axis=2) == 4).mean() < 0.5
    assert 0.01 < np.isin(rows, [chord_row(r, "sus4") for r in range(12)]).mean() < 0.2
    assert np.isin(chord_row(2, "7"), rows)


def test_chord_names_are_symbols_over_c():
    rows = np.array([chord_row(9, "m"), chord_row(5, ""), chord_row(7, "7")])

    assert chord_names(rows) == "Am F G7"
