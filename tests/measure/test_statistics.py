"""Definitions, on tunes whose answers can be counted on fingers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from melodyrl.measure import harmonic, melodic, metrical
from melodyrl.measure.statistics import STATISTICS, statistics
from melodyrl.measure.stretches import stretches
from tests.measure.tunes import C, F, G, tune

UP_AND_DOWN = [60, 62, 64, 65, 67, 65, 64, 62]
"""C D E F G F E D: seven steps, four up, three down."""


def test_intervals_are_shared_out_by_their_size():
    line = tune([60, 60, 62, 65, 72, 60])  # unison, step, third, fifth, octave

    shares = [
        measure(line)
        for measure in (
            melodic.repeated_notes,
            melodic.steps,
            melodic.thirds,
            melodic.fourths_and_fifths,
            melodic.wider,
        )
    ]

    assert shares == pytest.approx([0.2] * 5)
    assert melodic.mean_interval(line) == pytest.approx((0 + 2 + 3 + 7 + 12) / 5)
    assert melodic.compass(line) == 12


def test_classes_and_their_entropy_know_no_octave():
    line = tune([60, 72, 62, 74])

    assert melodic.classes(line) == 2
    assert melodic.class_entropy(line) == pytest.approx(1.0)


def test_distinct_in_eight_is_a_mean_over_all_eights():
    assert melodic.distinct_in_eight(tune([60] * 9)) == 1
    assert melodic.distinct_in_eight(tune([60, 62] * 5)) == 2
    assert melodic.distinct_in_eight(tune(range(60, 69))) == 8
    assert melodic.distinct_in_eight(tune([60] * 8 + [62])) == pytest.approx(1.5)


def test_runs_are_four_intervals_or_more_in_one_direction():
    assert melodic.long_runs(tune(UP_AND_DOWN)) == pytest.approx(4 / 7)
    assert melodic.long_runs(tune([60] * 8)) == 0


def test_longest_repeat_counts_strokes():
    assert melodic.longest_repeat(tune([60, 60, 60, 62, 62, 60])) == 3
    assert melodic.longest_repeat(tune([60, 62, 60])) == 1


def test_leaps_are_turned_stepped_back_or_continued():
    line = tune([60, 65, 64, 70, 67, 72, 74])  # +5 -1 +6 -3 +5 +2

    assert melodic.leaps_turned(line) == pytest.approx(2 / 3)
    assert melodic.leaps_stepped_back(line) == pytest.approx(1 / 3)
    assert melodic.leaps_continued(line) == pytest.approx(1 / 3)


def test_without_a_leap_nothing_is_said_of_leaps():
    assert math.isnan(melodic.leaps_turned(tune(UP_AND_DOWN)))


def test_step_inertia_leaves_repeats_out():
    line = tune([60, 62, 64, 62, 62, 64])  # +2 +2 -2 0 +2

    assert melodic.step_inertia(line) == pytest.approx(1 / 2)


def test_alternation_is_a_b_a_b():
    assert melodic.alternation(tune([60, 62, 60, 62, 60])) == 1
    assert melodic.alternation(tune([60] * 5)) == 0


def test_correlation_of_a_drone_is_unknown_and_of_alternation_negative():
    assert math.isnan(STATISTICS["correlation 1"](tune([60] * 8)))
    assert STATISTICS["correlation 1"](tune([60, 62] * 20)) < -0.9
    assert STATISTICS["correlation 2"](tune([60, 62] * 20)) > 0.9


def test_scale_of_the_tune_decides_what_is_outside():
    blue = [60, 63, 65, 66]

    assert melodic.outside_the_scale(tune(blue)) == pytest.approx(0.5)
    assert melodic.outside_the_scale(tune(blue, minor=True)) == pytest.approx(0.25)
    assert melodic.outside_the_scale(tune([62, 66], tonic=2)) == 0


def test_bars_and_rhythms_that_come_back():
    first, other = [60, 62, 64, 65], [67, 65, 64, 62]
    line = tune([*first, *other, *first, *other])

    assert metrical.bars_repeated(line) == pytest.approx(0.5)
    assert metrical.rhythms_repeated(line) == pytest.approx(0.75)
    assert metrical.figures_repeated(line) > 0


def test_groove_is_one_where_all_bars_are_alike():
    quarters = tune([60] * 32)
    one_eighth_more = tune([60] * 33, [4] * 30 + [4, 2, 2])

    assert metrical.groove(quarters) == 1
    assert metrical.groove(one_eighth_more) == pytest.approx(1 - 1 / (7 * 16))


def test_lengths_and_places_of_notes():
    line = tune([60, 62, 64, 65], [8, 2, 2, 4])

    assert metrical.long_notes(line) == 0.25
    assert metrical.on_the_beat(line) == 0.75
    assert metrical.notes_a_beat(line) == pytest.approx(4 / 32)


def test_rests_are_the_silence_between_the_first_and_the_last_note():
    line = tune([60, 62], [4, 4])
    line.duration[0] = 2

    assert metrical.rests(line) == pytest.approx(0.25)


def test_chord_tones_by_metric_level():
    line = tune([60, 62, 64, 65, 67, 69], [4, 2, 2, 4, 2, 2], chords=[(0, C)])

    assert harmonic.strong_chord_tones(line) == 0.5
    assert harmonic.beat_chord_tones(line) == 0.5
    assert harmonic.offbeat_chord_tones(line) == 0.5
    assert harmonic.chord_tones(line) == 0.5


def test_each_note_is_judged_against_the_chord_of_its_moment():
    line = tune([60, 65, 67], 16, chords=[(0, C), (16, F), (32, G)])

    assert harmonic.chord_tones(line) == 1


def test_notes_without_a_chord_are_not_judged():
    before_the_first = tune([61, 60], 16, chords=[(16, C)])
    under_silence = tune([60, 61], 16, chords=[(0, C), (16, 0)])

    assert harmonic.chord_tones(before_the_first) == 1
    assert harmonic.chord_tones(under_silence) == 1
    assert math.isnan(harmonic.chord_tones(tune([60])))
    assert math.isnan(harmonic.proper_tones(tune([60, 62])))


def test_proper_tones_are_chord_tones_and_what_resolves_to_one():
    passing = tune([60, 62, 64], chords=[(0, C)])
    left_hanging = tune([60, 62, 69], chords=[(0, C)])

    assert harmonic.proper_tones(passing) == 1
    assert harmonic.proper_tones(left_hanging) == pytest.approx(1 / 3)
    assert harmonic.left_by_step(passing) == 1
    assert harmonic.left_by_step(left_hanging) == 0


def test_a_phrase_ends_at_the_last_strong_beat_of_its_fourth_bar():
    """What comes after it, a pickup to the next phrase, does not count."""
    notes = [60] * 32
    notes[14], notes[15] = 64, 65  # bar 4: beat 3, beat 4
    notes[30], notes[31] = 65, 64  # bar 8

    assert harmonic.phrase_ends_stable(tune(notes)) == 0.5
    assert harmonic.phrase_ends_stable(tune(notes, chords=[(0, G)])) == 0.5
    assert harmonic.phrase_ends_stable(tune(notes, chords=[(0, C), (112, F)])) == 1
    assert harmonic.phrase_ends_on_triad(tune(notes, chords=[(0, C), (112, F)])) == 0.5


def test_stretches_begin_after_a_pickup_and_keep_the_sounding_chord():
    long = tune([62] + [60] * 64, chords=[(0, C), (20, F)], start=12)

    parts = list(stretches(long))

    assert [len(part.pitch) for part in parts] == [32, 32]
    assert [part.onset[0] for part in parts] == [0, 0]
    assert [part.chords for part in parts] == [((0, C), (4, F)), ((0, F),)]


def test_a_note_is_cut_where_its_stretch_ends():
    long = tune([60] * 31 + [60, 62] + [60] * 40, [4] * 31 + [8, 4] + [4] * 40)

    assert next(stretches(long)).duration[-1] == 4


def test_a_stretch_of_few_notes_is_none():
    assert list(stretches(tune([60] * 8, 16))) == []


lines = st.lists(st.tuples(st.integers(40, 90), st.integers(1, 12)), min_size=12, max_size=80)


@given(lines, st.booleans(), st.sampled_from([(), ((0, C),), ((8, G), (40, 0))]))
def test_statistics_stay_within_their_bounds(notes, minor, chords):
    pitches, lengths = zip(*notes, strict=True)

    for part in stretches(tune(pitches, lengths, minor=minor, chords=chords)):
        for name, value in statistics(part).items():
            low, high = BOUNDS.get(name, (0.0, 1.0))
            assert math.isnan(value) or low - 1e-9 <= value <= high + 1e-9, name


@given(lines, st.integers(-12, 12))
def test_a_transposed_tune_is_the_same_tune(notes, up):
    pitches, lengths = zip(*notes, strict=True)
    low = statistics(tune(pitches, lengths, chords=[(0, C)]))
    moved = sum(1 << (pc + up) % 12 for pc in range(12) if C >> pc & 1)

    higher = tune(np.add(pitches, up), lengths, chords=[(0, moved)], tonic=up % 12)

    assert statistics(higher) == pytest.approx(low, nan_ok=True)


BOUNDS = {
    "mean interval": (0, 127),
    "compass": (0, 127),
    "distinct in eight": (1, 8),
    "class entropy": (0, math.log2(12)),
    "classes": (1, 12),
    "correlation 1": (-1, 1),
    "correlation 2": (-1, 1),
    "correlation 3": (-1, 1),
    "longest repeat": (1, 128),
    "notes a beat": (0, 4),
}
