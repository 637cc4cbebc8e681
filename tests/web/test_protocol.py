import contextlib
import json
import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from melodyrl.core.engine import events
from melodyrl.core.midi.messages import ControlChange, NoteOff, NoteOn, ProgramChange
from melodyrl.errors import ProtocolError
from melodyrl.web import protocol

GOOD = [
    ({"type": "note", "on": True, "pitch": 60, "velocity": 99}, NoteOn(60, 99)),
    ({"type": "note", "on": True, "pitch": 0}, NoteOn(0, protocol.DEFAULT_VELOCITY)),
    ({"type": "note", "on": False, "pitch": 127}, NoteOff(127)),
    ({"type": "control", "controller": 21, "value": 0}, ControlChange(21, 0)),
    ({"type": "program", "program": 127}, ProgramChange(127)),
    ({"type": "knob", "name": "density", "value": 4}, events.SetKnob("density", 4.0)),
    ({"type": "mode", "mode": "harmony"}, events.SetMode("harmony")),
    ({"type": "tempo", "tempo_bpm": 96.5}, events.SetTempo(96.5)),
    ({"type": "clock", "source": "midi"}, events.SetClock("midi")),
    ({"type": "tap"}, events.Tap()),
    ({"type": "key", "tonic": 9, "minor": True}, events.SetKey(9, True)),
    ({"type": "key", "tonic": None}, events.SetKey(None)),
    ({"type": "meter", "beats": 6, "unit": 8}, events.SetMeter(6, 8)),
    ({"type": "learn", "target": "density"}, events.Learn("density")),
    ({"type": "learn", "target": "mode-chords"}, events.Learn("mode-chords")),
    ({"type": "learn", "target": None}, events.Learn(None)),
    ({"type": "forget", "target": "panic"}, events.Forget("panic")),
    ({"type": "feel", "feel": "reel"}, events.SetFeel("reel")),
    ({"type": "split", "pitch": 60}, events.SetSplit(60)),
    ({"type": "split", "pitch": None}, events.SetSplit(None)),
    ({"type": "policy", "name": "runs/full-1"}, events.ChoosePolicy("runs/full-1")),
    ({"type": "drums", "on": True}, events.SetDrums(True)),
    (
        {"type": "cell", "drum": "hat", "step": 15, "cell": "rest"},
        events.SetCell("hat", 15, "rest"),
    ),
    ({"type": "variation", "bars": 0}, events.SetVariation(0)),
    ({"type": "pattern", "change": "vary"}, events.ChangeDrums("vary")),
    ({"type": "start"}, events.Start()),
    ({"type": "stop"}, events.Stop()),
    ({"type": "panic"}, events.Panic()),
]

BAD = [
    "",
    "[]",
    "null",
    "{",
    '"panic"',
    "[" * 4000,
    '{"type": "panic", "type2": 1}',
    '{"type": ["panic"]}',
    '{"type": "eval"}',
    '{"type": "note", "on": true, "pitch": 128}',
    '{"type": "note", "on": true, "pitch": -1}',
    '{"type": "note", "on": true, "pitch": 60.0}',
    '{"type": "note", "on": true, "pitch": true}',
    '{"type": "note", "on": 1, "pitch": 60}',
    '{"type": "note", "pitch": 60}',
    '{"type": "note", "on": true, "pitch": 60, "velocity": 128}',
    '{"type": "note", "on": true, "pitch": 60, "channel": 3}',
    '{"type": "control", "controller": 21}',
    '{"type": "program", "program": 128}',
    '{"type": "control", "controller": 21, "value": 128}',
    '{"type": "control", "controller": 64, "value": 127}',
    '{"type": "control", "controller": 123, "value": 0}',
    '{"type": "control", "controller": 0, "value": 1}',
    '{"type": "control", "controller": 21, "value": 1, "channel": 3}',
    '{"type": "knob", "name": "volume", "value": 1}',
    '{"type": "knob", "name": ["harmony"], "value": 1}',
    '{"type": "knob", "name": "harmony", "value": NaN}',
    '{"type": "knob", "name": "harmony", "value": 1e999}',
    '{"type": "knob", "name": "harmony", "value": 1.01}',
    '{"type": "knob", "name": "harmony", "value": "1"}',
    '{"type": "knob", "name": "harmony", "value": 1' + "0" * 4000 + "}",
    '{"type": "mode", "mode": {}}',
    '{"type": "tempo", "tempo_bpm": 19.9}',
    '{"type": "tempo", "tempo_bpm": Infinity}',
    '{"type": "clock"}',
    '{"type": "clock", "source": "sundial"}',
    '{"type": "clock", "source": ["midi"]}',
    '{"type": "key", "tonic": 12, "minor": false}',
    '{"type": "key", "tonic": 3}',
    '{"type": "key"}',
    '{"type": "meter", "beats": 5, "unit": 4}',
    '{"type": "split"}',
    '{"type": "split", "pitch": 20}',
    '{"type": "split", "pitch": 60.5}',
    '{"type": "split", "pitch": null, "unit": 4}',
    '{"type": "drums"}',
    '{"type": "drums", "on": 1}',
    '{"type": "cell", "drum": "gong", "step": 0, "cell": "hit"}',
    '{"type": "cell", "drum": "kick", "step": 16, "cell": "hit"}',
    '{"type": "cell", "drum": "kick", "step": 0, "cell": "x"}',
    '{"type": "cell", "drum": "kick", "step": 0, "cell": "hit", "velocity": 3}',
    '{"type": "variation", "bars": 3}',
    '{"type": "variation", "bars": true}',
    '{"type": "pattern", "change": "SetFill"}',
    '{"type": "policy"}',
    '{"type": "policy", "name": ""}',
    '{"type": "policy", "name": ["rules"]}',
    '{"type": "policy", "name": "rules", "path": "/"}',
    '{"type": "policy", "name": "' + "x" * 1001 + '"}',
    '{"type": "learn"}',
    '{"type": "learn", "target": "volume"}',
    '{"type": "learn", "target": ["harmony"]}',
    '{"type": "learn", "target": "harmony", "controller": 21}',
    '{"type": "forget"}',
    '{"type": "forget", "target": null}',
    '{"type": "forget", "target": "' + "x" * 4000 + '"}',
]


@pytest.mark.parametrize(("fields", "event"), GOOD)
def test_a_message_becomes_its_event(fields, event):
    assert protocol.parse(json.dumps(fields)) == event


@pytest.mark.parametrize("text", BAD, ids=lambda text: text[:50])
def test_what_is_not_in_the_protocol_is_one_sentence(text):
    with pytest.raises(ProtocolError) as caught:
        protocol.parse(text)

    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 300
    assert sentence.isascii()


@pytest.mark.parametrize("letter", ["x", "é", "\ud800"])
def test_length_counts_bytes(letter):
    text = '{"type": "mode", "mode": "%s"}' % (letter * 4096)

    with pytest.raises(ProtocolError, match="at most 4096 bytes"):
        protocol.parse(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children),
    max_leaves=5,
)
near_messages = st.dictionaries(
    st.sampled_from(
        [
            *(
                "type",
                "on",
                "pitch",
                "velocity",
                "name",
                "value",
                "mode",
                "tonic",
                "minor",
                "beats",
            ),
            "target",
        ]
    ),
    json_values
    | st.sampled_from(
        ["note", "control", "knob", "mode", "key", "meter", "learn", "forget", "harmony", 60, True]
    ),
).map(json.dumps)


@given(st.text() | near_messages)
def test_nothing_but_a_protocol_error_escapes(text):
    with contextlib.suppress(ProtocolError):
        assert isinstance(protocol.parse(text), events.Wish)


@given(near_messages)
def test_a_note_that_is_read_is_in_range(text):
    with contextlib.suppress(ProtocolError):
        match protocol.parse(text):
            case NoteOn(pitch, velocity):
                assert 0 <= pitch <= 127
                assert 1 <= velocity <= 127


def test_the_page_is_told_the_knobs_and_not_left_to_know_them():
    hello = protocol.hello(None)

    assert hello["knobs"]["density"] == {"low": 0.25, "high": 4.0, "default": 1.25}
    assert list(hello["knobs"]) == list(events.KNOBS)
    assert hello["modes"] == ["solo", "answer", "harmony", "chords", "off"]
    assert hello["state"] is None


@dataclass(frozen=True)
class Picture:
    at_ns: int
    names: tuple[str, ...]
    value: float
    weights: np.ndarray
    count: np.int8


def test_a_snapshot_becomes_plain_json_in_milliseconds():
    picture = Picture(2_500_000, ("a", "b"), math.nan, np.array([0.5, 1.0]), np.int8(3))

    message = protocol.encode(picture)

    assert message == {
        "type": "state",
        "state": {
            "at_ms": 2.5,
            "names": ["a", "b"],
            "value": None,
            "weights": [0.5, 1.0],
            "count": 3,
        },
    }
    assert json.loads(json.dumps(message, allow_nan=False)) == message


def test_a_note_becomes_a_message():
    assert protocol.encode(("note", "machine", True, 67, 80, 1_000_000)) == {
        "type": "note",
        "who": "machine",
        "on": True,
        "pitch": 67,
        "velocity": 80,
        "at_ms": 1.0,
    }
