from io import BytesIO

import mido
import music21
import pretty_midi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from melodyrl.core.midi.messages import ControlChange, NoteOff, NoteOn
from melodyrl.core.midi.smf import (
    NamedTrack,
    Note,
    add_track,
    notes_of,
    parse_performance,
    take_bytes,
    write_take,
)
from melodyrl.core.music import Key, Meter, TempoMap, Ticks
from melodyrl.errors import FileError

TEMPO = TempoMap.constant(100, 480)
STEP_NS = 150_000_000  # a sixteenth at 100 quarters a minute
TUNE = [Note(n * STEP_NS, 60 + n, (n + 1) * STEP_NS, 70 + n) for n in range(16)]
CHORDS = [Note(0, pitch, 16 * STEP_NS) for pitch in (48, 52, 55)]
TAKE = [NamedTrack("chords", CHORDS, 0), NamedTrack("melodyrl", TUNE, 1)]


@st.composite
def tunes(draw):
    """Notes on ticks, in which no pitch sounds twice at once."""
    notes = []
    for pitch in draw(st.sets(st.integers(0, 127), min_size=1, max_size=5)):
        edges = sorted(draw(st.sets(st.integers(0, 20_000), min_size=2, max_size=8)))
        notes += [
            Note(TEMPO.ns(start), pitch, TEMPO.ns(end), draw(st.integers(1, 127)))
            for start, end in zip(edges[::2], edges[1::2], strict=False)
        ]
    return sorted(notes)


@given(tunes())
def test_what_is_written_is_read_back(notes):
    data = take_bytes([NamedTrack("melodyrl", notes)], TEMPO)

    performance = parse_performance(data, "a.mid")

    assert performance.tempo_map == TEMPO
    assert notes_of(performance.events) == notes


@given(tunes(), st.randoms(use_true_random=False))
def test_the_same_notes_make_the_same_bytes_in_any_order(notes, random):
    shuffled = random.sample(notes, len(notes))

    assert take_bytes([NamedTrack("a", notes)], TEMPO) == take_bytes(
        [NamedTrack("a", shuffled)], TEMPO
    )


def test_pretty_midi_reads_a_take(tmp_path):
    path = tmp_path / "take.mid"
    write_take(path, TAKE, TEMPO, [(Ticks(0), Meter(6, 8))], Key(9, minor=True))

    read = pretty_midi.PrettyMIDI(str(path))

    assert [part.name for part in read.instruments] == ["chords", "melodyrl"]
    assert read.get_tempo_changes()[1].tolist() == pytest.approx([100])
    assert [(change.numerator, change.denominator) for change in read.time_signature_changes] == [
        (6, 8)
    ]
    assert [change.key_number for change in read.key_signature_changes] == [12 + 9]
    tune = read.instruments[1].notes
    assert [(note.pitch, note.velocity) for note in tune] == [
        (note.pitch, note.velocity) for note in TUNE
    ]
    assert [note.start for note in tune] == pytest.approx([note.start_ns / 1e9 for note in TUNE])
    assert [note.end for note in tune] == pytest.approx([note.end_ns / 1e9 for note in TUNE])


def test_music21_reads_a_take(tmp_path):
    path = tmp_path / "take.mid"
    write_take(path, TAKE, TEMPO, [(Ticks(0), Meter(3, 4))])

    score = music21.converter.parse(path)

    assert [part.partName for part in score.parts] == ["chords", "melodyrl"]
    assert {meter.ratioString for meter in score.recurse().getElementsByClass("TimeSignature")} == {
        "3/4"
    }
    tune = score.parts[1].flatten().getElementsByClass(music21.note.Note)
    assert [(note.pitch.midi, note.offset) for note in tune] == [(60 + n, n / 4) for n in range(16)]


def test_a_note_lasts_at_least_a_tick_and_no_pitch_sounds_twice():
    notes = [Note(0, 60, 0), Note(0, 62, 10 * STEP_NS), Note(STEP_NS, 62, 2 * STEP_NS)]

    file = mido.MidiFile(file=BytesIO(take_bytes([NamedTrack("a", notes)], TEMPO)))

    assert [(m.type, m.note, m.time) for m in file.tracks[1] if not m.is_meta] == [
        ("note_on", 60, 0),
        ("note_on", 62, 0),
        ("note_off", 60, 1),
        ("note_off", 62, 119),
        ("note_on", 62, 0),
        ("note_off", 62, 120),
    ]


def test_a_take_can_last_until_the_end_of_its_last_bar():
    end_ns = 64 * STEP_NS

    performance = parse_performance(take_bytes(TAKE, TEMPO, end_ns=end_ns), "a.mid")

    assert performance.end_ns == end_ns


def test_a_file_that_cannot_be_written_is_said_so(tmp_path):
    with pytest.raises(FileError, match="cannot be written"):
        write_take(tmp_path / "no" / "take.mid", TAKE, TEMPO)


def test_notes_end_where_they_are_struck_again_and_at_the_end_at_latest():
    messages = [
        (0, NoteOn(60, 50)),
        (5, ControlChange(64, 127)),
        (10, NoteOn(60, 70)),
        (15, NoteOff(61)),
        (20, NoteOn(64, 90, 1)),
    ]

    assert notes_of(messages, 30) == [
        Note(0, 60, 10, 50),
        Note(10, 60, 30, 70),
        Note(20, 64, 30, 90),
    ]
    assert notes_of(messages)[-1] == Note(20, 64, 20, 90)


@pytest.mark.parametrize("name", ["", "piano"])
@pytest.mark.parametrize("file_format", [0, 1])
def test_adding_a_part_keeps_the_performance(name, file_format):
    track = mido.MidiTrack(
        [
            mido.MetaMessage("set_tempo", tempo=400_000, time=0),
            mido.MetaMessage("time_signature", numerator=3, denominator=4, time=0),
            mido.MetaMessage("text", text="caf\xe9", time=3),
            mido.Message("program_change", program=7, time=0),
            mido.Message("note_on", note=60, velocity=33, time=7),
            mido.Message("pitchwheel", pitch=100, time=1),
            mido.Message("note_off", note=60, time=500),
            mido.MetaMessage("end_of_track", time=960),
        ]
    )
    if name:
        track.name = name
    buffer = BytesIO()
    mido.MidiFile(type=file_format, ticks_per_beat=240, tracks=[track]).save(file=buffer)
    performance = parse_performance(buffer.getvalue(), "a.mid")

    added = mido.MidiFile(file=BytesIO(add_track(performance, "melodyrl", TUNE)))

    assert added.type == 1
    assert added.ticks_per_beat == 240
    assert [each.name for each in added.tracks] == [name or "player", "melodyrl"]
    own = [message for message in added.tracks[0] if message.type != "track_name"]
    assert own == [message for message in track if message.type != "track_name"]
    assert {message.channel for message in added.tracks[1] if not message.is_meta} == {1}
    assert performance.tracks[0] == track
