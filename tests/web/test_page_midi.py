"""Web MIDI on the page, with a browser that has a keyboard and an instrument plugged in."""

import pytest

from melodyrl.core.engine.events import Learn
from melodyrl.core.midi.messages import ControlChange, NoteOff, NoteOn, ProgramChange
from tests.web.driving import wait_until

pytestmark = pytest.mark.browser

# What a browser gives, as far as the page uses it: maps of ports, and one event.
PLUGGED_IN = """
globalThis.plugged = { asked: 0, sent: [] };
const port = (id, name) => ({ id, name, state: "connected" });
const output = { ...port("o1", "Synth"), send: (bytes) => plugged.sent.push([...bytes]) };
plugged.keyboard = port("i1", "Keys");
plugged.ours = port("i2", "melodyrl-out");
plugged.access = {
    inputs: new Map([["i1", plugged.keyboard], ["i2", plugged.ours]]),
    outputs: new Map([["o1", output], ["o2", { ...port("o2", "melodyrl") }]]),
};
navigator.requestMIDIAccess = async () => { plugged.asked++; return plugged.access; };
"""
REFUSED = "navigator.requestMIDIAccess = async () => { throw new DOMException('no'); };"
NOT_THERE = "delete Navigator.prototype.requestMIDIAccess;"


def hear(page, *data):
    page.evaluate("data => plugged.keyboard.onmidimessage({ data })", list(data))


@pytest.fixture
def page(visit):
    page = visit(prepare=PLUGGED_IN)
    assert page.evaluate("plugged.asked") == 0, "asked only once somebody clicks"
    page.click("#midi")
    wait_until(page, "!document.getElementById('midi-in').hidden")
    return page


def test_a_keyboard_plays_with_its_velocities_and_its_pedal(page, daemon):
    hear(page, 0x90, 60, 101)
    hear(page, 0xB3, 64, 127)
    hear(page, 0x90, 60, 0)
    assert daemon.wait_for(NoteOn(60, 101))
    assert NoteOff(60) not in daemon.told
    hear(page, 0xB3, 64, 0)

    assert daemon.wait_for(NoteOff(60))
    assert "Keys" in page.inner_text("#midi-in")


def test_a_keyboard_plays_on_while_another_window_has_the_focus(page, daemon):
    page.keyboard.down("a")
    hear(page, 0x90, 60, 90)
    assert daemon.wait_for(NoteOn(60, 90))
    page.evaluate("dispatchEvent(new Event('blur'))")
    assert daemon.wait_for(NoteOff(48))
    assert NoteOff(60) not in daemon.told
    hear(page, 0x80, 60, 0)

    assert daemon.wait_for(NoteOff(60))


def test_a_knob_of_a_keyboard_is_learned_and_pedals_and_modes_are_not(page, daemon):
    page.click("#knob-harmony", button="right")
    assert daemon.wait_for(Learn("harmony"))
    for controller in (0, 32, 120, 121):
        hear(page, 0xB0, controller, 5)
    hear(page, 0xB2, 21, 100)

    assert daemon.wait_for(ControlChange(21, 100))
    assert [event for event in daemon.told if isinstance(event, ControlChange)] == [
        ControlChange(21, 100)
    ]


def test_a_program_change_of_a_keyboard_is_passed_on(page, daemon):
    hear(page, 0xC5, 3)

    assert daemon.wait_for(ProgramChange(3))


def test_drums_go_to_the_instrument_on_their_channel(page, daemon):
    page.select_option("#midi-out", label="Synth")
    daemon.strike("snare", 100)
    daemon.strike("snare", 0)
    daemon.strike("kick", 90)
    wait_until(page, "plugged.sent.length === 3")
    page.select_option("#midi-out", label="this page")

    assert page.evaluate("plugged.sent") == [
        [0x99, 38, 100],
        [0x89, 38, 0],
        [0x99, 36, 90],
        [0x89, 36, 0],
    ]


def test_our_own_ports_are_not_joined_to_a_loop(page):
    assert "melodyrl" not in page.inner_text("#midi-in")
    assert page.locator("#midi-out option").all_inner_texts() == ["this page", "Synth"]
    assert page.evaluate("plugged.ours.onmidimessage") is None


def test_a_keyboard_that_is_pulled_out_leaves_no_note(page, daemon):
    hear(page, 0x90, 62, 80)
    assert daemon.wait_for(NoteOn(62, 80))
    page.evaluate("plugged.access.inputs.delete('i1'); plugged.access.onstatechange()")

    assert daemon.wait_for(NoteOff(62))
    assert "plug one in" in page.inner_text("#midi-in")


def test_the_machines_notes_go_to_the_instrument_and_end_there(page):
    page.select_option("#midi-out", "o1")
    hear(page, 0x90, 60, 90)
    wait_until(page, "plugged.sent.length === 1")
    hear(page, 0x80, 60, 0)
    wait_until(page, "plugged.sent.length === 2")
    hear(page, 0x90, 64, 90)
    wait_until(page, "plugged.sent.length === 3")
    page.select_option("#midi-out", "")

    assert page.evaluate("plugged.sent") == [
        [0x90, 72, 80],
        [0x80, 72, 0],
        [0x90, 76, 80],
        [0x80, 76, 0],
    ]
    hear(page, 0x80, 64, 0)


@pytest.mark.parametrize(
    ("browser_has", "sentence"), [(REFUSED, "did not allow"), (NOT_THERE, "no Web MIDI")]
)
def test_a_browser_without_midi_is_one_sentence(visit, browser_has, sentence):
    page = visit(prepare=browser_has)
    page.click("#midi")

    wait_until(page, "!document.getElementById('notice').hidden")
    assert sentence in page.inner_text("#notice")
