import pytest

from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.live.device import Device, Instrument
from tests.live.doubles import FakeClient, System

KEYS, KEYS_AGAIN = (
    "Keystation 49:Keystation 49 MIDI 1 24:0",
    "Keystation 49:Keystation 49 MIDI 1 28:0",
)


def device(system, kind=Device):
    client = FakeClient(system)
    return kind(client, "keystation", "melodyrl", "keys"), client


def test_device_is_joined_once_and_named_without_numbers():
    one, client = device(System("Midi Through:Midi Through Port-0 14:0", KEYS))

    assert one.join()
    assert not one.join()
    assert one.name == "Keystation 49:Keystation 49 MIDI 1"
    assert client.log == [("open", KEYS)]


def test_device_that_is_not_there_is_not_joined_and_the_others_are_named():
    one, client = device(System("melodyrl-out:out 129:0", "Piano:1 20:0"))

    assert not one.join()
    assert one.name is None
    assert one.others == ["Piano:1"]
    assert client.log == []


@pytest.mark.parametrize("name", [KEYS, KEYS_AGAIN])
def test_device_that_went_is_joined_when_it_comes_again_under_any_number(name):
    system = System(KEYS)
    one, client = device(system)
    one.join()

    system.names = []
    went = [one.has_gone(), one.has_gone()]
    not_yet = one.join()
    system.names = [name]

    assert (went, not_yet) == ([True, False], False)
    assert one.join()
    assert client.log == [("open", KEYS), ("close", KEYS), ("open", name)]


def test_device_that_was_quicker_than_the_look_is_seen_by_its_new_number():
    system = System(KEYS)
    one, client = device(system)
    one.join()

    system.names = [KEYS_AGAIN]

    assert one.has_gone()
    assert one.join()
    assert client.joined == KEYS_AGAIN


def test_instrument_that_comes_back_gets_the_note_offs_that_it_missed():
    system = System(KEYS)
    one, client = device(system, Instrument)
    one.join()
    for message in (NoteOn(60), NoteOn(64), NoteOff(60)):
        one.send(message)
    for _ in range(3):
        one.has_gone()
    system.names = []
    one.send(NoteOff(64))
    one.has_gone()
    one.send(NoteOn(67))
    client.sent.clear()

    system.names = [KEYS]
    one.join()
    one.settle()
    one.settle()

    assert client.sent == [NoteOff(64)]
