import pytest

from melodyrl.cli.jam import Jam
from melodyrl.cli.playing import parse_split
from melodyrl.errors import ConfigError
from melodyrl.live.inbox import Inbox


def split_of(jam):
    return jam._engine(jam._company(Inbox()).begin).snapshot().split


def test_a_split_is_given_by_its_name():
    assert split_of(Jam(policy="greedy", split="F#3")) == 54
    assert split_of(Jam(policy="greedy")) is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("G#0", "--split G#0 is out of range; choose A0 to C8."),
        ("C9", "--split C9 is out of range; choose A0 to C8."),
        ("middle", "'middle' is not the name of a pitch; write one such as C4, F#3 or Bb2."),
    ],
)
def test_a_split_that_is_none_is_one_sentence(text, sentence):
    with pytest.raises(ConfigError) as raised:
        parse_split(text)

    assert str(raised.value) == sentence
