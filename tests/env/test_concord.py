from dataclasses import replace

import numpy as np

from melodyrl.env.concord import OTHERS, concord, key_counts
from melodyrl.env.tune import Tune
from rewards.harmony import AGAIN, AGREES, CLASHES, ENDS, LEAP, STEP

C, G = 0b000010010001, 0b100010000100  # C E G; D G B

TUNE = Tune(
    "own/x",
    np.array([0, 4, 8, 12]),
    np.array([4, 4, 4, 6]),
    np.array([60, 62, 62, 67], np.int16),  # C D D G, the last one over the bar line
    16,
    4,
    0,
    False,
    ((0, C), (16, G)),
)


def found(tunes):
    return concord(tunes, np.random.default_rng(1))


def test_notes_are_counted_by_what_they_are_to_the_chord():
    own, _ = found([TUNE])

    assert own.onsets.sum() == 3  # nothing led to the first
    assert own.onsets[2, 0, STEP, 0, 1] == 1  # D on the second beat
    assert own.onsets[1, 1, AGAIN, 0, 1] == 1  # D again, on the strong beat, unresolved
    assert own.onsets[2, 1, LEAP, 1, 1] == 1  # G: left by leap


def test_held_sixteenths_are_counted_by_whether_the_chord_stays():
    own, _ = found([TUNE])

    assert own.held[0, 0].tolist() == [1, 0, 3 + 3 + 1]  # C, then G before the bar line and after
    assert own.held[0, 1].tolist() == [2, 6, 0]  # both D, each ended by another note
    assert own.held[1, 0].tolist() == [0, 0, 1]  # G, as the chord changes
    assert (ENDS, CLASHES, AGREES) == (0, 1, 2)


def test_over_the_chords_of_another_tune_other_notes_are_chord_tones():
    """The other one has G under all: D is of its chord, C is not."""
    other = replace(TUNE, name="own/y", chords=((0, G),))

    _, others = found([TUNE, other])

    laid = others.onsets[2, :, STEP]  # the D on the second beat, eight times over C and over G
    assert laid[0, 0].tolist() == [0, OTHERS]
    assert laid[1, 1].tolist() == [0, OTHERS]
    assert others.onsets.sum() == 2 * OTHERS * 3


def test_only_tunes_in_its_meter_and_mode_lend_their_chords():
    _, others = found([TUNE, replace(TUNE, minor=True), replace(TUNE, bar_steps=12)])

    assert others.onsets.sum() == 0


def test_where_a_tune_has_no_chord_none_is_laid():
    late = replace(TUNE, name="own/y", chords=((8, C),))

    _, others = found([TUNE, late])

    assert others.onsets.sum() == OTHERS * 2 + OTHERS * 2


def test_a_tune_without_chords_says_nothing_of_them():
    own, others = found([replace(TUNE, chords=())])

    assert own.onsets.sum() == others.onsets.sum() == 0
    assert key_counts([TUNE]).tolist() == [[0, 0], [3, 1]]
