import io

import mido

from melodyrl.cli.take_file import take_file
from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Nanos, SetCell, SetDrums, SetMeter, SetTempo, Sync
from melodyrl.core.engine.notes import take_of
from melodyrl.core.engine.offline import run_offline
from melodyrl.core.midi.messages import NoteOff, NoteOn
from tests.fakes import BusyPolicy

SECOND = 1_000_000_000


def take(events, until_ns):
    engine = Engine(EngineConfig(tempo_bpm=120.0, channel=3), BusyPolicy())
    run_offline(engine, events, Nanos(until_ns))
    return mido.MidiFile(
        file=io.BytesIO(take_file(take_of(engine.recording(), engine.sent()), engine.recording()))
    )


def onsets(track):
    at, found = 0, []
    for message in track:
        at += message.time
        if message.type == "note_on":
            found.append((at, message.channel))
    return found


def test_take_begins_with_the_first_note_and_our_part_is_on_the_grid():
    began = 7 * SECOND + 123_456_789

    file = take([(Nanos(began), NoteOn(60)), (Nanos(began + SECOND), NoteOff(60))], began + SECOND)

    player, ours = file.tracks[1:]
    assert [track.name for track in file.tracks[1:]] == ["player", "melodyrl"]
    assert onsets(player) == [(0, 0)]
    assert len(onsets(ours)) >= 7
    assert all(tick % 120 == 0 and channel == 3 for tick, channel in onsets(ours))


def test_changes_of_tempo_and_meter_are_kept_where_they_happened():
    events = [
        (Nanos(0), NoteOn(60)),
        (Nanos(SECOND), SetTempo(60.0)),
        (Nanos(3 * SECOND), SetMeter(3, 4)),
        (Nanos(4 * SECOND), NoteOff(60)),
    ]

    file = take(events, 4 * SECOND)

    at, changes = 0, []
    for message in file.tracks[0]:
        at += message.time
        if message.type == "set_tempo":
            changes.append((at, mido.tempo2bpm(message.tempo)))
        elif message.type == "time_signature":
            changes.append((at, message.numerator))
    assert changes == [(0, 4), (0, 120.0), (2 * 480, 60.0), (4 * 480, 3)]


def test_drums_are_a_track_of_their_own_on_the_bars_that_they_began():
    began = 3 * SECOND + 7

    file = take(
        [
            (Nanos(0), SetCell("snare", 4, "hit")),
            (Nanos(began), SetDrums(True)),
            (Nanos(began + SECOND), NoteOn(60)),
        ],
        began + 2 * SECOND,
    )

    drums = file.tracks[3]
    assert drums.name == "drums"
    assert onsets(drums) == [(480, 9)]
    assert [message.note for message in drums if message.type == "note_on"] == [38]
    assert onsets(file.tracks[1]) == [(2 * 480, 0)]


def test_led_by_a_clock_the_bars_are_those_of_its_song():
    """The song is in the middle of a bar, slower than was thought, and the clock drifts."""
    began, step_ns = 5 * SECOND, 60 * SECOND / 96 / 4
    pattern = "kick x--- ---- x--- ----\nsnare ---- x--- ---- x---"
    engine = Engine(EngineConfig(clock="midi", drums=True, pattern=pattern), BusyPolicy())
    words = [(began, 24.0, 120.0), (began, 24.0, 96.0)]
    words += [
        (began + round(16 * bar * step_ns), 24.0 + 16 * bar, 96 + bar / 50) for bar in range(1, 5)
    ]
    events = [(Nanos(at_ns), Sync(Nanos(at_ns), step, bpm)) for at_ns, step, bpm in words]
    run_offline(engine, events, Nanos(began + round(79.5 * step_ns)))
    recording = engine.recording()

    file = mido.MidiFile(file=io.BytesIO(take_file(take_of(recording, engine.sent()), recording)))

    played = [tick for tick, _ in onsets(file.tracks[3])]
    assert len(played) == 20
    assert played[0] == 8 * 120, "the file begins with the bar that the song was in"
    assert all(abs(tick - 480 * (number + 2)) <= 2 for number, tick in enumerate(played))


def test_take_of_nothing_is_a_file_all_the_same():
    file = take([], SECOND)

    assert [onsets(track) for track in file.tracks] == [[], [], []]
