import pytest
import rtmidi

from melodyrl.core.midi.messages import NoteOn
from melodyrl.errors import PortError
from melodyrl.live import ports as module
from melodyrl.live.ports import NoPorts, open_ports
from melodyrl.live.systems import find, foreign, input_names, output_names, plain_name


@pytest.fixture
def bare(monkeypatch):
    """A machine on which no MIDI system answers, whatever this one has."""

    class Silent:
        def __init__(self, api, name):
            raise rtmidi.SystemError("nobody there")

    monkeypatch.setattr(rtmidi, "MidiIn", Silent)
    monkeypatch.setattr(rtmidi, "MidiOut", Silent)


def test_bare_machine_has_no_ports_and_says_so_in_one_sentence(bare, capfd):
    ports = open_ports("melodyrl", lambda event, at_ns: None)
    ports.send(NoteOn(60))
    ports.close()

    assert isinstance(ports, NoPorts)
    assert not ports.are_open
    assert ports.sentence.count(".") == 1
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("asked", [{"api": "jack"}, {"listen_to": ["Keystation"]}])
def test_bare_machine_refuses_what_was_asked_for_by_name(bare, asked):
    with pytest.raises(PortError, match="answers on this machine"):
        open_ports("melodyrl", lambda event, at_ns: None, **asked)


def test_windows_is_told_what_to_install(bare, monkeypatch):
    monkeypatch.setattr(module.sys, "platform", "win32")

    assert "loopMIDI" in open_ports("melodyrl", lambda event, at_ns: None).sentence


def test_bare_machine_has_no_names(bare):
    assert input_names() == output_names() == []


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Keystation 49:Keystation 49 MIDI 1 24:0", "Keystation 49:Keystation 49 MIDI 1"),
        ("player:out", "player:out"),
        ("loopMIDI Port 1", "loopMIDI Port 1"),
    ],
)
def test_names_lose_their_client_numbers(name, plain):
    assert plain_name(name) == plain


def test_device_is_found_by_part_of_its_name_in_any_case_and_is_never_ourselves():
    names = ["melodyrl:in 128:0", "melodyrl-out:out 129:0", "Melodyrl Fan Keyboard:1 24:0"]

    assert find("melodyrl", names, "melodyrl") == (2, "Melodyrl Fan Keyboard:1 24:0")
    assert foreign(names, "melodyrl") == [(2, "Melodyrl Fan Keyboard:1 24:0")]


def test_device_that_is_not_there_is_not_found():
    assert find("Moog", ["Keys 24:0"], "melodyrl") is None
