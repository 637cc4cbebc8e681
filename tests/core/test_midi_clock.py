import pytest
from hypothesis import given
from hypothesis import strategies as st

from melodyrl.core.midi.clock import RealTime, SongPosition, clock_from_bytes
from melodyrl.core.midi.messages import to_bytes


@pytest.mark.parametrize("kind", RealTime)
def test_real_time_messages_are_one_byte(kind):
    assert to_bytes(kind) == bytes([kind.value])
    assert clock_from_bytes(to_bytes(kind)) is kind


@given(st.integers(0, 16383))
def test_a_song_position_survives_its_bytes(step):
    assert clock_from_bytes(to_bytes(SongPosition(step))) == SongPosition(step)


def test_a_position_past_the_last_one_is_the_last_one():
    assert to_bytes(SongPosition(20_000)) == bytes([0xF2, 0x7F, 0x7F])


@pytest.mark.parametrize("data", [b"", b"\xf1", b"\xf2\x00", b"\xf2\x80\x00", b"\x90\x3c\x40"])
def test_what_is_no_clock_message_is_none(data):
    assert clock_from_bytes(data) is None
