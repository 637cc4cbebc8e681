import os
from pathlib import Path

import mido
import music21
import pretty_midi
import pytest

from melodyrl.cli.accompany import Accompany
from melodyrl.cli.compose import voice
from melodyrl.cli.hearing import hear
from melodyrl.core.engine.events import Nanos, NoteOn, SetMeter, SetTempo, Start
from melodyrl.core.midi.smf import NamedTrack, Note, read_performance, write_take
from melodyrl.core.music import COMMON, Meter, TempoMap, Ticks, parse_progression
from melodyrl.errors import ConfigError, MidiFileError

PPQN = 480
CHART = "Am F C G Dm7 G7 Cmaj7 E7 Am Fm6 Bb7 Eb Ab Db G7 C"


def performance(path, chart=CHART, *, meter=COMMON, tempo_map=None, meters=None, up=0, late_ns=0):
    """Whole-bar chords as a MIDI file, moved up, each struck late."""
    steady = TempoMap.constant(120, PPQN)
    notes = [
        Note(note.start_ns + late_ns, note.pitch + up, note.end_ns, note.velocity)
        for note in voice(parse_progression(chart), tempo_map or steady, meter)
    ]
    meters = meters or [(Ticks(0), meter)]
    write_take(path, [NamedTrack("piano", notes)], tempo_map or steady, meters)
    return path


def accompany(path, **options):
    output = path.with_name(f"out-{path.name}")
    Accompany(performance=path, output=output, **{"policy": "greedy", "seed": 7, **options}).run()
    return output


def answer(path):
    notes = pretty_midi.PrettyMIDI(str(path)).instruments[-1].notes
    return [(note.pitch, note.start, note.end, note.velocity) for note in notes]


def ons(path):
    """Tick and pitch of each note of ours."""
    begun, tick = [], 0
    for message in mido.MidiFile(path).tracks[-1]:
        tick += message.time
        begun += [(tick, message.note)] if message.type == "note_on" else []
    return begun


@pytest.fixture
def song(tmp_path):
    return performance(tmp_path / "song.mid")


def test_the_performance_is_kept_and_one_named_track_is_added(song):
    before, after = mido.MidiFile(song), mido.MidiFile(accompany(song))

    assert after.ticks_per_beat == before.ticks_per_beat
    assert list(after.tracks[:-1]) == list(before.tracks)
    assert after.tracks[-1].name == "melodyrl"
    assert [part.name for part in pretty_midi.PrettyMIDI(str(accompany(song))).instruments] == [
        "piano",
        "melodyrl",
    ]


def test_each_note_of_ours_ends_and_lies_on_the_grid(song):
    track = mido.MidiFile(accompany(song)).tracks[-1]
    tick, sounding = 0, set()

    for message in track:
        tick += message.time
        if message.type == "note_on":
            assert tick % (PPQN // 4) == 0
            assert message.note not in sounding
            sounding.add(message.note)
        elif message.type == "note_off":
            sounding.remove(message.note)
    assert not sounding
    assert tick <= 16 * 4 * PPQN


def test_music21_reads_both_parts_with_meter_and_tempo_kept(tmp_path):
    song = performance(
        tmp_path / "waltz.mid", meter=Meter(3, 4), tempo_map=TempoMap.constant(90, PPQN)
    )

    score = music21.converter.parse(accompany(song))

    assert [part.partName for part in score.parts] == ["piano", "melodyrl"]
    recursed = score.recurse()
    assert {each.ratioString for each in recursed.getElementsByClass("TimeSignature")} == {"3/4"}
    assert {each.number for each in recursed.getElementsByClass("MetronomeMark")} == {90}
    assert all(float(note.offset * 4).is_integer() for note in score.parts[1].flatten().notes)


def test_the_same_seed_adds_the_same_bytes_and_another_seed_others(song):
    first, again = (accompany(song).read_bytes() for _ in range(2))

    assert first == again
    assert accompany(song, seed=8).read_bytes() != first


@pytest.mark.parametrize("up", [5, -4, 12])
def test_a_tune_in_another_key_gets_the_same_answer_in_that_key(tmp_path, up):
    here = answer(accompany(performance(tmp_path / "here.mid")))
    there = answer(accompany(performance(tmp_path / "there.mid", up=up)))

    assert len(here) > 30
    assert there == [(pitch + up, start, end, velocity) for pitch, start, end, velocity in here]


def test_notes_lie_on_the_grid_through_changes_of_tempo(tmp_path):
    changes = tuple(
        (Ticks(n * 333), 500_000 - 9_000 * n) for n in range(30)
    )  # some fall between a sixteenth and its decision
    song = performance(tmp_path / "rush.mid", tempo_map=TempoMap(PPQN, changes))

    track = mido.MidiFile(accompany(song)).tracks[-1]

    ticks, tick = [], 0
    for message in track:
        tick += message.time
        ticks += [tick] if message.type == "note_on" else []
    assert len(ticks) > 30
    assert all(tick % (PPQN // 4) == 0 for tick in ticks)
    assert len(set(ticks)) == len(ticks)


def test_the_sixteenths_of_the_file_swing_through_changes_of_tempo(tmp_path):
    changes = tuple((Ticks(n * 333), 500_000 - 9_000 * n) for n in range(30))
    song = performance(tmp_path / "rush.mid", tempo_map=TempoMap(PPQN, changes))
    straight = ons(accompany(song, density=4.0, feel="hornpipe"))

    swung = ons(accompany(song, density=4.0, feel="hornpipe", swing=1.0))

    late = {0: 0, 120: 40, 240: 80, 360: 40}
    assert swung == [(tick + late[tick % PPQN], pitch) for tick, pitch in straight]
    assert {tick % PPQN for tick, _ in straight} == set(late)


@pytest.mark.parametrize(("meter", "mode"), [(Meter(6, 8), "solo"), (COMMON, "harmony")])
def test_neither_a_beat_in_three_nor_a_second_voice_swings(tmp_path, meter, mode):
    song = performance(tmp_path / "song.mid", meter=meter, late_ns=30_000_000)

    assert ons(accompany(song, mode=mode, swing=1.0)) == ons(accompany(song, mode=mode))


def test_the_sixteenths_of_the_file_stray_through_changes_of_tempo(tmp_path):
    changes = tuple((Ticks(n * 333), 500_000 - 9_000 * n) for n in range(30))
    song = performance(tmp_path / "rush.mid", tempo_map=TempoMap(PPQN, changes))
    exact = ons(accompany(song, density=4.0, feel="hornpipe"))

    loose = ons(accompany(song, density=4.0, feel="hornpipe", humanize=1.0))

    late = [b - a for (a, _), (b, _) in zip(exact, loose, strict=True)]
    assert [pitch for _, pitch in loose] == [pitch for _, pitch in exact]
    assert min(late) >= 0
    assert max(late) <= PPQN // 12, "a third of a sixteenth"
    assert len(set(late)) > 10


def test_chords_struck_a_little_late_get_the_same_answer(tmp_path):
    on_time = answer(accompany(performance(tmp_path / "on.mid")))
    late = answer(accompany(performance(tmp_path / "late.mid", late_ns=12_000_000)))

    assert late == on_time


def test_tempo_and_meter_changes_are_told_as_they_come(tmp_path):
    song = performance(
        tmp_path / "song.mid",
        tempo_map=TempoMap(PPQN, ((Ticks(0), 500_000), (Ticks(1920), 600_000))),
        meters=[(Ticks(0), COMMON), (Ticks(3840), Meter(6, 8))],
    )

    hearing = hear(read_performance(song), "song.mid")

    commands = [each for each in hearing.events if isinstance(each[1], Start | SetTempo | SetMeter)]
    assert hearing.tempo_bpm == 120
    assert hearing.meter == COMMON
    assert commands == [
        (0, Start()),
        (2_000_000_000, SetTempo(100)),
        (4_400_000_000, SetMeter(6, 8)),
    ]


@pytest.mark.parametrize(
    ("meter", "played", "bars_told"),
    [
        (Meter(2, 2), COMMON, []),
        (Meter(2, 4), COMMON, []),
        (Meter(12, 8), Meter(6, 8), []),
        (Meter(6, 4), Meter(3, 4), []),
        (Meter(5, 4), COMMON, [2400, 4800, 7200]),
        (Meter(9, 8), Meter(6, 8), [2160, 4320, 6480]),
    ],
)
def test_a_meter_that_is_not_ours_is_played_in_one_that_is(tmp_path, meter, played, bars_told):
    song = performance(tmp_path / "song.mid", "C F C F", meters=[(Ticks(0), meter)])

    hearing = hear(read_performance(song), "song.mid")

    assert hearing.meter == played
    told = [(at, event) for at, event in hearing.events if isinstance(event, SetMeter)]
    steady = TempoMap.constant(120, PPQN)
    assert told == [
        (steady.ns(Ticks(tick)), SetMeter(played.beats, played.unit)) for tick in bars_told
    ]


def test_after_a_long_silence_the_music_begins_again_on_a_bar_line(tmp_path):
    steady = TempoMap.constant(120, PPQN)
    notes = [
        Note(start, pitch, start + 2_000_000_000)
        for start in (0, 30_300_000_000)
        for pitch in (48, 52, 55)
    ]
    path = tmp_path / "song.mid"
    write_take(path, [NamedTrack("piano", notes)], steady)

    hearing = hear(read_performance(path), "song.mid")

    starts = [at for at, event in hearing.events if isinstance(event, Start)]
    assert starts == [0, 30_000_000_000]
    assert all(
        round(start * 8) == pytest.approx(start * 8) for _, start, *_ in answer(accompany(path))
    )


def test_drums_are_not_heard(tmp_path):
    path = tmp_path / "song.mid"
    beat = [Note(n * 500_000_000, 36, n * 500_000_000 + 100_000_000) for n in range(16)]
    chord = [Note(0, pitch, 8_000_000_000) for pitch in (48, 52, 55)]
    parts = [NamedTrack("piano", chord), NamedTrack("drums", beat, 9)]
    write_take(path, parts, TempoMap.constant(120, PPQN))

    heard = hear(read_performance(path), "song.mid").events

    assert {event.pitch for _, event in heard if isinstance(event, NoteOn)} == {48, 52, 55}
    write_take(path, parts[1:], TempoMap.constant(120, PPQN))
    with pytest.raises(MidiFileError, match="only drums"):
        hear(read_performance(path), "song.mid")


def test_a_tempo_that_cannot_be_kept_is_refused(tmp_path):
    song = performance(tmp_path / "song.mid", tempo_map=TempoMap(PPQN, ((Ticks(0), 4_000_000),)))

    with pytest.raises(MidiFileError, match="A tempo of 15 quarter notes a minute is out of range"):
        accompany(song)


def test_broken_input_is_refused_in_one_sentence(tmp_path, song):
    broken = tmp_path / "broken.mid"
    broken.write_bytes(song.read_bytes()[:50])

    with pytest.raises(MidiFileError, match="cut short"):
        accompany(broken)
    with pytest.raises(MidiFileError, match="There is no file"):
        accompany(tmp_path / "no.mid")
    with pytest.raises(ConfigError, match="is not a key"):
        accompany(song, key="H")


def test_the_output_is_named_after_the_input_where_none_is_given(song):
    Accompany(performance=song, policy="greedy").run()

    assert song.with_name("song-melodyrl.mid").exists()


FOLDER = os.environ.get("MELODYRL_LEADSHEETS")


def line(path, pitches=(60, 62, 64, 67)):
    """Quarter notes from the very beginning of a file."""
    steady, quarter = TempoMap.constant(120, PPQN), 500_000_000
    notes = [
        Note(Nanos(n * quarter), pitch, Nanos((n + 1) * quarter - 30_000_000))
        for n, pitch in enumerate(pitches)
    ]
    write_take(path, [NamedTrack("tune", notes)], steady, [(Ticks(0), Meter(4, 4))])
    return path


def test_second_voices_come_and_go_with_the_notes_of_the_file(tmp_path):
    ours = answer(accompany(line(tmp_path / "line.mid"), mode="harmony"))

    assert [round(start, 2) for _, start, _, _ in ours] == [0.0, 0.5, 1.0, 1.5]
    assert [round(end, 2) for _, _, end, _ in ours] == [0.47, 0.97, 1.47, 1.97]


def test_below_a_split_a_file_gets_no_second_voice(tmp_path):
    ours = answer(accompany(line(tmp_path / "line.mid"), mode="harmony", split="E4"))

    assert [round(start, 2) for _, start, _, _ in ours] == [1.0, 1.5]


def test_the_last_phrase_of_a_file_is_answered_after_its_end(tmp_path):
    ours = answer(accompany(line(tmp_path / "line.mid"), mode="answer"))

    assert [round(start - ours[0][1], 2) for _, start, _, _ in ours] == [0.0, 0.5, 1.0, 1.5]
    assert ours[0][1] == pytest.approx(3.0)


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER, reason="MELODYRL_LEADSHEETS names no folder of lead sheets (.mxl)")
@pytest.mark.filterwarnings("ignore")
def test_lead_sheets_are_accompanied_in_any_key(tmp_path):
    charts = [chart for path in sorted(Path(FOLDER).glob("*.mxl"))[:24] if (chart := _chart(path))]
    assert len(charts) >= 20

    for number, (chords, meter) in enumerate(charts):
        paths = [tmp_path / f"{number}-{up}.mid" for up in (0, 5)]
        for path, up in zip(paths, (0, 5), strict=True):
            steady = TempoMap.constant(120, PPQN)
            notes = [
                Note(steady.ns(start), pitch + up, steady.ns(end)) for start, end, pitch in chords
            ]
            write_take(path, [NamedTrack("piano", notes)], steady, [(Ticks(0), meter)])
        here, there = (answer(accompany(path)) for path in paths)
        assert len(here) > 10
        assert there == [(pitch + 5, *rest) for pitch, *rest in here]


def _chart(path):
    """(start tick, end tick, pitch) of a lead sheet's chords, and its first meter."""
    flat = music21.converter.parse(path).flatten()
    symbols = [each for each in flat.getElementsByClass("ChordSymbol") if each.pitches]
    meters = flat.getElementsByClass("TimeSignature")
    if len(symbols) < 8 or not meters:
        return None
    ends = [*(each.offset for each in symbols[1:]), flat.highestTime]
    notes = [
        (round(symbol.offset * PPQN), round(end * PPQN), pitch)
        for symbol, end in zip(symbols, ends, strict=True)
        if end > symbol.offset
        for pitch in {48 + each.pitchClass for each in symbol.pitches}
    ]
    return notes, Meter(meters[0].numerator, meters[0].denominator)


def test_a_tune_gets_chords(tmp_path):
    tune = tmp_path / "tune.mid"
    beat = 500_000_000
    pitches = (72, 76, 79, 76, 77, 81, 84, 81, 79, 83, 86, 77, 72, 79, 76, 72)
    notes = [Note(at * beat, pitch, (at + 1) * beat, 90) for at, pitch in enumerate(pitches)]
    write_take(
        tune, [NamedTrack("tune", notes)], TempoMap.constant(120, PPQN), [(Ticks(0), COMMON)]
    )

    ours = answer(accompany(tune, mode="chords", chord_policy="greedy", key="C"))

    begun = {round(start, 3) for _, start, _, _ in ours}
    assert len(begun) >= 4
    assert len(ours) >= 4 * len(begun)
    assert max(pitch for pitch, _, _, _ in ours) < 72
