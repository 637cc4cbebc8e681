"""A .mid as the page is told of it."""

import io

import mido
import pytest

from melodyrl.errors import MidiFileError
from melodyrl.web.midi_file import MOST_NOTES, TAKE_BYTES, TAKE_NOTES, describe, describe_take


def file_of(*tracks, ppqn=480):
    stream = io.BytesIO()
    mido.MidiFile(tracks=list(tracks), ticks_per_beat=ppqn).save(file=stream)
    return stream.getvalue()


def note(pitch, wait, length, channel=0):
    return [
        mido.Message("note_on", note=pitch, velocity=70, time=wait, channel=channel),
        mido.Message("note_off", note=pitch, time=length, channel=channel),
    ]


def test_notes_have_seconds_and_quarters_across_a_change_of_tempo():
    conductor = mido.MidiTrack(
        [
            mido.MetaMessage("time_signature", numerator=3, denominator=4),
            mido.MetaMessage("set_tempo", tempo=600_000),
            mido.MetaMessage("set_tempo", tempo=300_000, time=480),
        ]
    )
    name = mido.MetaMessage("track_name", name="player")
    described = describe(file_of(conductor, mido.MidiTrack([name, *note(60, 480, 480)])))

    assert described["tempo_bpm"] == pytest.approx(100)
    assert described["meter"] == [3, 4]
    (track,) = described["tracks"]
    assert track["name"] == "player"
    assert track["notes"] == [[0.6, pytest.approx(0.9), 60, 70, 1.0, 2.0]]


def test_drums_are_left_out():
    track = mido.MidiTrack([*note(36, 0, 10, channel=9), *note(60, 0, 10)])
    (described,) = describe(file_of(track))["tracks"]

    assert [each[2] for each in described["notes"]] == [60]


def test_of_a_take_the_drums_are_told_as_well():
    name = mido.MetaMessage("track_name", name="drums")
    described = describe_take(file_of(mido.MidiTrack([name, *note(36, 0, 10, channel=9)])))

    (track,) = described["tracks"]
    assert (track["name"], track["notes"][0][2]) == ("drums", 36)


def test_drums_alone_are_one_sentence():
    with pytest.raises(MidiFileError, match="nothing but drums"):
        describe(file_of(mido.MidiTrack(note(36, 0, 10, channel=9))))


def test_a_meter_and_a_tempo_that_we_do_not_play_become_ones_that_we_do():
    conductor = [
        mido.MetaMessage("time_signature", numerator=7, denominator=8),
        mido.MetaMessage("set_tempo", tempo=16_000_000),
    ]
    described = describe(file_of(mido.MidiTrack([*conductor, *note(60, 0, 10)])))

    assert described["meter"] == [4, 4]
    assert described["tempo_bpm"] == 20


def test_too_many_notes_are_one_sentence():
    track = mido.MidiTrack([each for _ in range(MOST_NOTES + 1) for each in note(60, 0, 1)])

    with pytest.raises(MidiFileError, match=f"{MOST_NOTES + 1} notes; cut it down"):
        describe(file_of(track))


def test_a_take_is_told_up_to_what_a_page_can_hold():
    long = [each for _ in range(TAKE_NOTES + 5) for each in note(60, 0, 48)]
    player = mido.MidiTrack([mido.MetaMessage("track_name", name="player"), *long])
    ours = mido.MidiTrack([mido.MetaMessage("track_name", name="melodyrl"), *note(72, 24, 48)])

    described = describe_take(file_of(player, ours))

    told = {track["name"]: len(track["notes"]) for track in described["tracks"]}
    assert told == {"player": TAKE_NOTES - 1, "melodyrl": 1}
    assert described["until"] == pytest.approx((TAKE_NOTES - 1) * 0.05)
    assert describe_take(file_of(ours))["until"] is None


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (bytes(TAKE_BYTES + 1), "The take is too long to be heard again here; save it as .mid."),
        (file_of(mido.MidiTrack()), "The take holds no notes."),
    ],
)
def test_a_take_that_cannot_be_told_is_one_sentence(data, sentence):
    with pytest.raises(MidiFileError, match=f"^{sentence}$"):
        describe_take(data)
