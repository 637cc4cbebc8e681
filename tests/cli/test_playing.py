from pathlib import Path

import pytest

from melodyrl.cli.drum_flags import parse_drum_notes
from melodyrl.cli.jam import Jam
from melodyrl.cli.playing import parse_split
from melodyrl.errors import ConfigError, MelodyError
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


def drums_of(**flags):
    jam = Jam(policy="greedy", chord_policy="greedy", **flags)
    engine = jam._engine(jam._company(Inbox()).begin)
    return engine.snapshot().drums


def test_drums_are_given_by_flags(tmp_path):
    path = tmp_path / "rock.txt"
    path.write_text("kick x... .... xo.. ....\n")
    drums = drums_of(drums=True, drum_pattern=path, drum_vary=4, drum_channel=3)

    assert (drums.is_on, drums.vary_bars, drums.channel, drums.asked) == (True, 4, 2, None)
    assert drums.cells[0] == "x.......xo......"
    assert not drums_of().is_on


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        ({"channel": 10}, "Channel 10 cannot be both the melody's and the drums'"),
        ({"drum_channel": 17}, "Channel 17 is not one of 1 to 16."),
        ({"drum_vary": 3}, "--drum-vary 3 is not one of 0, 1, 2, 4, 8."),
        ({"drum_pattern": Path("nowhere.txt")}, "nowhere.txt cannot be read: No such file"),
        ({"drum_note": ("kick",)}, "--drum-note kick is not a drum and its note, 0 to 127"),
        ({"drum_note": ("kick=128",)}, "--drum-note kick=128 is not a drum and its note"),
        ({"drum_note": ("gong=35",)}, "'gong' is no drum; choose from kick, snare"),
        ({"drum_note": ("kick=38",)}, "kick and snare would both be note 38"),
    ],
)
def test_flags_of_drums_that_make_no_sense_are_one_sentence(flags, sentence):
    with pytest.raises(MelodyError) as raised:
        drums_of(**flags)

    assert str(raised.value).startswith(sentence)


def test_a_drum_gets_another_note():
    assert parse_drum_notes(["kick = 35", "snare=40", "snare=41"])[:3] == (35, 41, 37)
