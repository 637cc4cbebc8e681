from io import BytesIO

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.core.midi.smf import parse_performance, read_performance
from melodyrl.core.music import COMMON, Key, Meter
from melodyrl.errors import MidiFileError

NOTE = bytes.fromhex("00 90 3C 50 60 80 3C 00 00 FF 2F 00")


def midi(body=NOTE, *, file_format=1, claimed=1, division=96, length=None):
    header = b"MThd" + (6).to_bytes(4)
    header += b"".join(value.to_bytes(2) for value in (file_format, claimed, division))
    return header + b"MTrk" + (len(body) if length is None else length).to_bytes(4) + body


def as_bytes(*tracks, ppqn=480):
    buffer = BytesIO()
    file = mido.MidiFile(ticks_per_beat=ppqn, tracks=[mido.MidiTrack(track) for track in tracks])
    file.save(file=buffer)
    return buffer.getvalue()


def test_a_minimal_file_is_read():
    performance = parse_performance(midi(), "a.mid")

    assert performance.ppqn == 96
    assert performance.meters == ((0, COMMON),)
    assert performance.keys == ()
    assert performance.events == ((0, NoteOn(60, 80)), (500_000_000, NoteOff(60)))
    assert performance.end_ns == 500_000_000


def test_tempo_meter_key_and_all_tracks_are_merged_in_order_of_time():
    conductor = [
        mido.MetaMessage("time_signature", numerator=3, denominator=4, time=0),
        mido.MetaMessage("key_signature", key="F#m", time=0),
        mido.MetaMessage("set_tempo", tempo=1_000_000, time=480),
        mido.MetaMessage("time_signature", numerator=6, denominator=8, time=960),
    ]
    one = [mido.Message("note_on", note=60, time=0), mido.Message("note_off", note=60, time=960)]
    other = [
        mido.Message("note_on", note=67, time=480),
        mido.Message("note_on", note=67, velocity=0, time=1),
    ]

    performance = parse_performance(as_bytes(conductor, one, other), "a.mid")

    assert performance.meters == ((0, Meter(3, 4)), (1440, Meter(6, 8)))
    assert performance.keys == ((0, Key(6, minor=True)),)
    assert performance.tempo_map.changes == ((0, 500_000), (480, 1_000_000))
    assert [(at_ns // 1_000_000, message.pitch) for at_ns, message in performance.events] == [
        (0, 60),
        (500, 67),
        (502, 67),
        (1500, 60),
    ]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b"RIFF not a midi file", "does not begin with MThd"),
        (b"MThd\0\0", "cut short in its header"),
        (midi(division=0), "time division of 0"),
        (midi(division=0xE728), "SMPTE"),
        (midi(file_format=2), "format 2"),
        (midi(claimed=65535), "claims 65535 tracks and holds 1"),
        (midi(claimed=0), "claims 0 tracks"),
        (midi()[:-3], "cut short: 3 bytes are missing"),
        (midi(length=2**31), "cut short"),
        (midi(bytes.fromhex("00 FF 2F 00")), "holds no notes"),
        (midi(bytes.fromhex("00 FF 51 03 00 00 00") + NOTE), "tempo of 0"),
        (midi(bytes.fromhex("00 FF 58 04 00 02 18 08") + NOTE), "meter of 0 beats"),
        (midi(bytes.fromhex("00 FF 59 02 40 00") + NOTE), "damaged"),
        (midi(bytes.fromhex("00 3C 50") + NOTE), "damaged"),
        (midi(bytes.fromhex("00 90 FF FF") + NOTE), "damaged"),
        (midi(bytes.fromhex("FF FF FF 7F 90 3C 50 00 FF 2F 00"), division=1), "more than 4 hours"),
    ],
)
def test_a_broken_file_is_refused_in_one_sentence(data, sentence):
    with pytest.raises(MidiFileError, match=sentence) as caught:
        parse_performance(data, "a.mid")

    assert str(caught.value).startswith("a.mid ")
    assert "\n" not in str(caught.value)


def test_a_missing_file_a_folder_and_a_huge_file_are_refused(tmp_path):
    huge = tmp_path / "huge.mid"
    with huge.open("wb") as file:
        file.truncate(17 * 1024 * 1024)

    with pytest.raises(MidiFileError, match="There is no file"):
        read_performance(tmp_path / "no.mid")
    with pytest.raises(MidiFileError, match="cannot be read"):
        read_performance(tmp_path)
    with pytest.raises(MidiFileError, match="larger than 16 MiB"):
        read_performance(huge)


@given(st.binary(max_size=60))
def test_no_track_data_breaks_the_reader(body):
    try:
        performance = parse_performance(midi(body), "a.mid")
    except MidiFileError as error:
        assert str(error)  # noqa: PT017
    else:
        assert any(isinstance(message, NoteOn) for _, message in performance.events)


@given(st.data())
def test_no_flipped_byte_breaks_the_reader(data):
    broken = bytearray(midi(NOTE[:-4] * 3 + NOTE))
    for at in data.draw(st.lists(st.integers(0, len(broken) - 1), max_size=4)):
        broken[at] = data.draw(st.integers(0, 255))

    try:
        parse_performance(bytes(broken), "a.mid")
    except MidiFileError as error:
        assert str(error)  # noqa: PT017


def test_bar_lines_follow_the_meter():
    conductor = [
        mido.MetaMessage("time_signature", numerator=3, denominator=4, time=0),
        mido.MetaMessage("time_signature", numerator=6, denominator=8, time=3000),
    ]
    notes = [mido.Message("note_on", note=60, time=0), mido.Message("note_off", note=60, time=960)]
    performance = parse_performance(as_bytes(conductor, notes), "a.mid")

    assert [performance.bar_tick(tick) for tick in (0, 1439, 1440, 2999, 3000, 4439, 4440)] == [
        0,
        0,
        1440,
        2880,
        3000,
        3000,
        4440,
    ]
