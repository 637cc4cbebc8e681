"""A take as a score, read by music21."""

from collections import Counter
from xml.etree.ElementTree import fromstring

import music21
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from melodyrl.core.engine.config import EngineConfig, default_knobs
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Halt, Nanos, SetKnob, SetMeter, SetTempo, Stop, Sync
from melodyrl.core.engine.notes import take_of
from melodyrl.core.engine.offline import run_offline
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.core.music import METERS, Key, Meter, mask_of, recognise
from melodyrl.core.music.chord import QUALITIES
from melodyrl.core.score.bars import Bar
from melodyrl.core.score.musicxml import score_bytes
from melodyrl.core.score.notation import VALUES, Placed, fifths, spelled, written
from melodyrl.errors import FileError
from tests.fakes import BusyPolicy, FakePolicy
from tests.strategies import MS, events, timed

SECOND = 1_000 * MS
STEP = 125 * MS  # a sixteenth at 120
few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def played(*notes, late_ns=0):
    """Events of (pitch, first sixteenth, length in sixteenths) at 120, in order."""
    told = [(at * STEP + late_ns, NoteOn(pitch)) for pitch, at, _ in notes]
    told += [((at + length) * STEP, NoteOff(pitch)) for pitch, at, length in notes]
    return sorted(told, key=lambda each: (each[0], isinstance(each[1], NoteOn)))


def score_of(told, until_ns, policy=None, **config):
    """The bytes of a score, and the engine whose take it is."""
    engine = Engine(EngineConfig(**{"mode": "off", "key": Key(0)} | config), policy or FakePolicy())
    run_offline(engine, told, Nanos(until_ns))
    recording = engine.recording()
    return score_bytes(take_of(recording, engine.sent()), recording)


def read(data):
    return music21.converter.parseData(data.decode(), format="musicxml")


def notes_in(part):
    """(first sixteenth, length, pitches) of each chord or note, ties joined."""
    joined = part.stripTies().flatten().notes
    return [
        (float(each.offset * 4), float(each.quarterLength * 4), [p.midi for p in each.pitches])
        for each in joined
        if not isinstance(each, music21.harmony.ChordSymbol)
    ]


def symbols_in(part):
    found = part.flatten().getElementsByClass(music21.harmony.ChordSymbol)
    return [(float(each.offset * 4), each.figure) for each in found]


def test_what_was_played_stands_on_its_sixteenth():
    told = played((60, 0, 4), (64, 4, 2), (67, 6, 5), (72, 13, 3), late_ns=9 * MS)

    (part,) = read(score_of(told, 3 * SECOND)).parts

    assert notes_in(part) == [(0, 4, [60]), (4, 2, [64]), (6, 5, [67]), (13, 3, [72])]


def test_a_chord_that_is_held_over_the_bar_line_is_tied():
    (part,) = read(score_of(played((60, 0, 20), (64, 0, 20), (67, 0, 20)), 4 * SECOND)).parts

    assert notes_in(part) == [(0, 20, [60, 64, 67])]
    assert len(part.getElementsByClass("Measure")) == 2


def test_a_note_that_is_let_go_on_the_way_to_the_next_lasts_until_it():
    (part,) = read(score_of(played((60, 0, 3), (62, 4, 2), (64, 8, 4)), 3 * SECOND)).parts

    assert notes_in(part) == [(0, 4, [60]), (4, 2, [62]), (8, 4, [64])]


def test_chords_stand_above_the_bars_in_which_they_are_heard():
    chords = [(57, 60, 64), (53, 57, 60), (55, 59, 62, 65)]
    told = played(*((p, 16 * bar, 15) for bar, chord in enumerate(chords) for p in chord))

    part = read(score_of(told, 6 * SECOND)).parts[0]

    assert symbols_in(part) == [(0, "Am"), (16, "F"), (32, "G7")]


def test_our_part_is_on_the_grid_and_swing_is_taken_off():
    told = played(*((p, 0, 32) for p in (57, 60, 64)))
    swung = default_knobs() | {"swing": 1.0}

    straight = read(score_of(told, 4 * SECOND, BusyPolicy(), mode="solo"))
    late = read(score_of(told, 4 * SECOND, BusyPolicy(), mode="solo", knobs=swung))

    ours = notes_in(straight.parts[0])
    assert [at for at, _, _ in ours] == list(range(32))
    assert [at for at, _, _ in notes_in(late.parts[0])] == list(range(32))
    assert straight.parts[0].partName == "melodyrl"


@pytest.mark.parametrize("swing", [0.0, 1.0])
def test_what_strays_is_written_where_it_belongs(swing):
    told = played(*((p, 0, 32) for p in (57, 60, 64)))
    loose = default_knobs() | {"swing": swing, "humanize": 1.0}

    part = read(score_of(told, 4 * SECOND, BusyPolicy(), mode="solo", knobs=loose)).parts[0]

    assert [at for at, _, _ in notes_in(part)] == list(range(32))


def test_tempo_and_meter_change_where_they_were_changed():
    told = [
        *played((60, 0, 16)),
        (2 * SECOND, SetMeter(3, 4)),
        (2 * SECOND, NoteOn(62)),
        (2 * SECOND + 10 * MS, SetTempo(60.0)),
        (5 * SECOND, NoteOff(62)),
    ]

    part = read(score_of(told, 6 * SECOND)).parts[0]

    meters = part.flatten().getElementsByClass(music21.meter.TimeSignature)
    assert [each.ratioString for each in meters] == ["4/4", "3/4"]
    tempi = part.flatten().getElementsByClass(music21.tempo.MetronomeMark)
    assert [each.number for each in tempi] == [120, 60]
    assert notes_in(part) == [(0, 16, [60]), (16, 12, [62])]


def test_time_in_which_no_bar_was_counted_is_left_out():
    again = [(at + 100 * SECOND, event) for at, event in played((62, 0, 8))]
    told = [*played((60, 0, 6)), (SECOND, Stop()), *again]

    (part,) = read(score_of(told, 103 * SECOND)).parts

    assert notes_in(part) == [(0, 6, [60]), (16, 8, [62])]


def test_what_is_played_before_another_clock_starts_is_left_out():
    told = [
        *played((60, 0, 2)),
        (10 * SECOND, Sync(Nanos(10 * SECOND), 0.0, 120.0)),
        *((at + 10 * SECOND, event) for at, event in played((67, 4, 4))),
        (12 * SECOND, Halt()),
        *((at + 20 * SECOND, event) for at, event in played((72, 0, 4))),
    ]

    (part,) = read(score_of(told, 22 * SECOND, clock="midi")).parts

    assert notes_in(part) == [(4, 4, [67])]


def test_a_take_without_notes_is_one_sentence():
    with pytest.raises(FileError, match=r"^The take holds no notes, so there is no score of it"):
        score_of([(0, SetKnob("swing", 0.5))], SECOND)


def test_two_hands_get_two_staves_and_a_line_gets_one():
    both = read(score_of(played((40, 0, 8), (64, 0, 8)), SECOND)).parts
    low = read(score_of(played((40, 0, 8)), SECOND)).parts

    clefs = [each.flatten().getElementsByClass("Clef")[0].sign for each in both]
    assert clefs == ["G", "F"]
    assert [each.flatten().getElementsByClass("Clef")[0].sign for each in low] == ["F"]


@pytest.mark.parametrize("tonic", range(12))
@pytest.mark.parametrize("minor", [False, True])
def test_pitches_are_named_as_their_key_names_them(tonic, minor):
    key = Key(tonic, minor)
    sharps = fifths(key)
    signature = music21.key.KeySignature(sharps)
    names = set()
    for pitch in range(128):
        name = spelled(pitch, sharps)
        theirs = music21.pitch.Pitch(name.step, octave=name.octave)
        theirs.accidental = music21.pitch.Accidental(name.alter)
        assert theirs.midi == pitch or theirs.ps == pitch
        if key.scale_mask >> pitch % 12 & 1:
            names.add((name.step, name.alter))

    assert -6 < sharps <= 6
    assert sorted(step for step, _ in names) == list("ABCDEFG"), "each letter once"
    altered = {each.step: int(each.accidental.alter) for each in signature.alteredPitches}
    assert {step: alter for step, alter in names if alter} == altered


# music21 reckons what is added from a major chord; MusicXML says from a dominant one.
RECKONED_OTHERWISE = {"7sus4", "9sus4"}
NEVER_HEARD = {"5", "11"}  # two notes are read as a chord of three, and an 11 as a 9sus4


@pytest.mark.parametrize("quality", sorted(set(QUALITIES) - RECKONED_OTHERWISE - NEVER_HEARD))
def test_every_chord_means_to_another_program_what_it_means_here(quality):
    chord = [60 + interval for interval in QUALITIES[quality]]
    heard = recognise(chord, 0, False)
    data = score_of(played(*((pitch, 0, 16) for pitch in chord)), 3 * SECOND)

    symbol = read(data).parts[0].flatten().getElementsByClass(music21.harmony.ChordSymbol)[0]
    mask = mask_of(pitch.midi for pitch in symbol.pitches)
    # Of a thirteenth we leave out the eleventh, as players do.
    assert mask & heard.mask == heard.mask if quality == "13" else mask == heard.mask


@given(
    st.sampled_from(METERS),
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 20), st.integers(48, 52)), max_size=8),
)
def test_a_bar_is_full_of_lengths_that_notes_can_have_and_every_tie_is_met(meter, chosen):
    notes = [Placed(start, start + length, pitch) for start, length, pitch in chosen]
    before: Counter = Counter()
    for number in range(5):
        bar = Bar(number * meter.steps_per_bar, meter, 120.0)
        each_written = list(written(notes, bar))

        assert sum(each.length for each in each_written) == meter.steps_per_bar
        for each in each_written:
            assert each.length in VALUES
            assert each.tied_to <= set(each.pitches)
            before = Counter(each.tied_to)
    assert not before, "the last note has ended"


def test_beats_of_six_are_not_hidden():
    bar = Bar(0, Meter(6, 8), 120.0)

    lengths = [each.length for each in written([Placed(4, 12, 60)], bar)]

    assert lengths == [4, 2, 6]


@few
@given(timed(events))
def test_whatever_was_played_is_a_score_of_full_bars_or_a_sentence(told):
    until_ns = (told[-1][0] if told else 0) + SECOND
    try:
        data = score_of(told, until_ns, mode="solo", key=None)
    except FileError:
        return
    for part in fromstring(data).findall("part"):
        for measure in part.findall("measure"):
            filled: Counter = Counter()
            for note in measure.findall("note"):
                if note.find("chord") is None:
                    filled[note.findtext("staff")] += int(note.findtext("duration"))
            assert len(set(filled.values())) == 1
            assert set(filled.values()) <= {12, 16}
