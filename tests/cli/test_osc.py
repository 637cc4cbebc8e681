"""OSC, sent by a client of python-osc over a real UDP port."""

import queue
from contextlib import suppress

import pytest

from melodyrl.cli.osc import FIELDS, ROOT, Osc, wish_of
from melodyrl.core.engine.events import (
    ChangeDrums,
    ChoosePolicy,
    Panic,
    SetCell,
    SetDrums,
    SetKey,
    SetKnob,
    SetMode,
    SetSplit,
    SetTempo,
    SetVariation,
    Tap,
)
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.errors import PortError, ProtocolError

udp_client = pytest.importorskip("pythonosc.udp_client", reason="python-osc is not installed")
LONG_S = 5.0


@pytest.fixture
def heard():
    return queue.SimpleQueue()


@pytest.fixture
def osc(heard):
    osc = Osc("127.0.0.1", 0, heard.put, heard.put)
    osc.start()
    yield osc
    osc.close()


def test_messages_arrive_in_order_and_a_bad_one_is_answered_with_a_sentence(osc, heard):
    with udp_client.SimpleUDPClient("127.0.0.1", osc.port) as client:
        client.send_message("/melodyrl/knob", ["harmony", 0.5])
        client.send_message("/melodyrl/knob", ["harmony", 7.0])
        client.send_message("/melodyrl/mode", "chords")
        client.send_message("/melodyrl/panic", [])

    assert heard.get(timeout=LONG_S) == SetKnob("harmony", 0.5)
    assert heard.get(timeout=LONG_S).startswith("harmony is 7, not a number")
    assert heard.get(timeout=LONG_S) == SetMode("chords")
    assert heard.get(timeout=LONG_S) == Panic()


@pytest.mark.parametrize(
    ("kind", "arguments", "wish"),
    [
        ("note", (60.0, 90.0), NoteOn(60, 90)),
        ("note", (60, 0), NoteOff(60)),
        ("tempo", (96.5,), SetTempo(96.5)),
        ("key", (9.0, 1.0), SetKey(9, minor=True)),
        ("key", (0, False), SetKey(0, minor=False)),
        ("split", (None,), SetSplit(None)),
        ("policy", ("rules",), ChoosePolicy("rules")),
        ("tap", (), Tap()),
        ("drums", (1.0,), SetDrums(True)),
        ("cell", ("kick", 4.0, "hit"), SetCell("kick", 4, "hit")),
        ("variation", (8,), SetVariation(8)),
        ("pattern", ("fill",), ChangeDrums("fill")),
    ],
)
def test_a_message_is_what_the_page_would_ask_for(kind, arguments, wish):
    assert wish_of(ROOT + kind, arguments) == wish


@pytest.mark.parametrize(
    ("address", "arguments", "words"),
    [
        ("/melodyrl/volume", (1,), "OSC address '/melodyrl/volume' is not one of"),
        ("knob", ("harmony", 0.5), "OSC address 'knob' is not one of"),
        ("/melodyrl/knob", (0.5,), "with 1 arguments is not /melodyrl/knob name value."),
        ("/melodyrl/knob", ("loudness", 0.5), "Knob 'loudness' is not one of"),
        ("/melodyrl/note", (60.5, 90), "pitch is 60.5, not a whole number"),
        ("/melodyrl/tempo", (float("nan"),), "A message is one JSON object."),
    ],
)
def test_what_is_none_of_ours_is_one_sentence(address, arguments, words):
    with pytest.raises(ProtocolError) as raised:
        wish_of(address, arguments)

    assert words in str(raised.value)


@pytest.mark.parametrize("kind", FIELDS)
def test_no_argument_of_any_kind_ends_in_anything_but_a_sentence(kind):
    for value in (None, True, -1, 1e300, float("inf"), "", b"blob", "x" * 5000):
        with suppress(ProtocolError):
            wish_of(ROOT + kind, (value,) * len(FIELDS[kind]))


def test_a_port_that_is_taken_is_one_sentence(osc, heard):
    with pytest.raises(PortError, match=f"OSC cannot be heard at UDP port {osc.port}"):
        Osc("127.0.0.1", osc.port, heard.put, heard.put)
