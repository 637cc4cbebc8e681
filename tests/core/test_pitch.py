import pytest
from hypothesis import given
from hypothesis import strategies as st

from melodyrl.core.music import parse_pitch, pitch_name
from melodyrl.errors import ConfigError


@given(st.integers(0, 127))
def test_a_pitch_is_read_back_from_its_name(pitch):
    assert parse_pitch(pitch_name(pitch)) == pitch


@pytest.mark.parametrize(
    ("name", "pitch"),
    [(" c4 ", 60), ("B#3", 60), ("Cb4", 59), ("C-1", 0), ("Bb2", 46), ("F♯3", 54)],
)
def test_other_spellings_are_read(name, pitch):
    assert parse_pitch(name) == pitch


@pytest.mark.parametrize("text", ["", "4", "H4", "C", "C99", "G#9", "C-2", "C4.5", "C²", "C4#"])
def test_what_is_no_pitch_is_one_sentence(text):
    with pytest.raises(ConfigError, match=r"is not the name of a pitch; write one such as"):
        parse_pitch(text)
