"""The page in a real Chromium, before a small daemon that answers an octave above."""

import os
import signal
import time

import mido
import pytest
from playwright.sync_api import expect

from melodyrl.core.engine.events import (
    Panic,
    SetClock,
    SetKey,
    SetKnob,
    SetMode,
    SetTempo,
    Stop,
    Tap,
)
from melodyrl.core.engine.snapshot import Timing
from melodyrl.core.midi.messages import NoteOff, NoteOn
from tests.web.driving import key, middle, voices, wait_for_voices, wait_until

pytestmark = pytest.mark.browser


def test_from_nothing_to_a_heard_answer_in_three_seconds_and_one_click(visit):
    lasted_s = []
    for _ in range(3):  # the quickest: a machine that does other work adds its own
        started = time.monotonic()
        page = visit()
        page.mouse.move(*middle(page, key(60)))
        page.mouse.down()
        wait_for_voices(page, {"player:60", "machine:72"})
        lasted_s.append(time.monotonic() - started)
        page.mouse.up()
        wait_for_voices(page, set())

    assert min(lasted_s) < 3.0
    assert page.evaluate("melodyrl.audio") == "running"
    drawn = page.evaluate("melodyrl.notes.map(({part, pitch}) => [part, pitch])")
    assert sorted(drawn) == [["machine", 72], ["player", 60]]


def test_a_chord_on_the_computer_keys_sounds_and_ends(visit, daemon):
    page = visit()
    for name in ("a", "d", "g"):
        page.keyboard.down(name)
    wait_for_voices(
        page, {f"player:{p}" for p in (48, 52, 55)} | {f"machine:{p}" for p in (60, 64, 67)}
    )
    page.wait_for_selector(f"{key(48)}.player")
    page.wait_for_selector(f"{key(60)}.machine")
    expect(page.locator("#chord")).to_have_text("C", use_inner_text=True)
    assert "fits the chord" in page.inner_text("#why")
    for name in ("a", "d", "g"):
        page.keyboard.up(name)

    wait_for_voices(page, set())
    assert page.locator(".key.player, .key.machine").count() == 0
    assert page.evaluate("melodyrl.notes.every(({end}) => end !== null)")
    ons = [event for event in daemon.told if isinstance(event, NoteOn)]
    offs = [event for event in daemon.told if isinstance(event, NoteOff)]
    assert sorted(on.pitch for on in ons) == sorted(off.pitch for off in offs) == [48, 52, 55]


def test_a_key_that_is_held_while_the_octave_changes_is_released(visit, daemon):
    page = visit()
    page.keyboard.down("a")
    page.keyboard.press("x")
    page.keyboard.up("a")

    wait_for_voices(page, set())
    expect(page.locator("#octave")).to_have_text("C4", use_inner_text=True)
    page.keyboard.press("s")
    assert daemon.wait_for(NoteOff(62))


@pytest.mark.parametrize("leaving", ["blur", "pagehide"])
def test_a_window_that_loses_the_focus_releases_all(visit, daemon, leaving):
    page = visit()
    page.keyboard.down("a")
    page.keyboard.down("d")
    assert daemon.wait_for(NoteOn(52, 88))

    page.evaluate("name => dispatchEvent(new Event(name))", leaving)

    assert daemon.wait_for(NoteOff(48))
    assert daemon.wait_for(NoteOff(52))
    wait_for_voices(page, set())


def test_a_page_that_is_closed_in_the_middle_of_a_note_releases_it(visit, daemon):
    page = visit()
    page.keyboard.down("a")
    assert daemon.wait_for(NoteOn(48, 88))

    page.close()

    assert daemon.wait_for(NoteOff(48))


def test_sliding_along_the_keys_plays_each_and_leaves_none(visit, daemon):
    page = visit()
    page.mouse.move(*middle(page, key(60)))
    page.mouse.down()
    page.mouse.move(*middle(page, key(64)), steps=12)
    page.mouse.up()

    assert daemon.wait_for(NoteOff(64))
    wait_for_voices(page, set())
    assert {e.pitch for e in daemon.told if isinstance(e, NoteOn)} >= {60, 62, 64}


def test_two_fingers_on_a_phone_play_two_notes(visit, daemon):
    page = visit(360, 740, has_touch=True, is_mobile=True)
    touch = page.context.new_cdp_session(page)
    page.locator("#piano").scroll_into_view_if_needed()
    points = [dict(zip("xy", middle(page, key(pitch)), strict=True)) for pitch in (60, 64)]
    points = [{**point, "id": number} for number, point in enumerate(points)]

    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points})
    wait_for_voices(page, {"player:60", "player:64", "machine:72", "machine:76"})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    wait_for_voices(page, set())


def test_latch_holds_a_chord_with_a_mouse(visit, daemon):
    page = visit()
    page.check("#latch")
    page.click(key(60))
    page.click(key(64))
    wait_for_voices(page, {"player:60", "player:64", "machine:72", "machine:76"})
    page.click(key(60))
    wait_for_voices(page, {"player:64", "machine:76"})
    page.uncheck("#latch")
    wait_for_voices(page, set())


def test_each_control_reaches_the_engine(visit, daemon):
    page = visit()
    page.fill("#knob-harmony", "0.8")
    page.check("input[value=harmony]", force=True)
    page.fill("#tempo", "93")
    page.press("#tempo", "Enter")
    page.select_option("#key", label="A minor")
    page.click("#stop")
    page.keyboard.press("Escape")

    for event in (
        SetKnob("harmony", 0.8),
        SetMode("harmony"),
        SetTempo(93.0),
        SetKey(9, True),
        Stop(),
        Panic(),
    ):
        assert daemon.wait_for(event), event


def test_a_knob_reaches_the_engine_within_50_ms(visit, daemon):
    page = visit()
    lasted_s = []
    for value in (0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9):
        started = time.monotonic()
        page.fill("#knob-diversity", str(value))
        assert daemon.wait_for(SetKnob("diversity", value))
        lasted_s.append(time.monotonic() - started)

    assert min(lasted_s) < 0.05, "the way itself; a busy machine adds its own"


def test_tapping_sets_the_tempo(visit, daemon):
    page = visit()
    page.click("#tap")
    page.focus("#tap")
    page.keyboard.press("Enter")
    page.focus("#tempo")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")

    assert daemon.wait_for(SetTempo(101.0))
    assert daemon.told.count(Tap()) == 2, "the engine counts them"


def test_a_clock_that_leads_is_shown_and_takes_the_tempo_over(visit, daemon):
    page = visit()
    expect(page.locator("#clock")).to_be_hidden()
    expect(page.locator("#tempo")).to_be_enabled()

    for state in ("waiting", "locked", "holding"):
        daemon.publish(clock="midi", clock_state=state, tempo_bpm=93.5)
        wait_until(page, f"document.getElementById('clock').textContent.endsWith('{state}')")

    expect(page.locator("#clock")).to_have_text("MIDI clock: holding", use_inner_text=True)
    expect(page.locator("#tempo")).to_have_value("93.5")
    expect(page.locator("#tempo")).to_be_disabled()
    expect(page.locator("#tap")).to_be_disabled()


def test_another_clock_is_chosen_and_given_up_again(visit, daemon):
    page = visit()
    expect(page.locator("#clock-source")).to_have_value("internal")

    page.select_option("#clock-source", label="MIDI clock")
    assert daemon.wait_for(SetClock("midi"))
    expect(page.locator("#clock")).to_be_visible()
    page.select_option("#clock-source", label="Its own")

    assert daemon.wait_for(SetClock("internal"))
    expect(page.locator("#clock")).to_be_hidden()
    expect(page.locator("#tempo")).to_be_enabled()


def test_devices_that_are_waited_for_and_lateness_stand_by_the_connection(visit, daemon):
    page = visit()
    daemon.publish(timing=Timing(340, 2, 1, 250.0, 1200.0, 12_300.0), unplugged=("Keystation",))
    wait_until(page, "document.getElementById('connection').title.startsWith('340')")

    expect(page.locator("#connection")).to_have_text("waiting for Keystation", use_inner_text=True)
    assert page.get_attribute("#connection", "title") == (
        "340 messages sent: half at most 0.3 ms late, 99 % at most 1.2, the worst 12.3; "
        "2 were 10 ms late or more, 1 too late to send"
    )
    daemon.publish(unplugged=())
    wait_until(page, "document.getElementById('connection').textContent === 'connected'")


def test_letters_in_a_field_play_nothing(visit, daemon):
    page = visit()
    page.focus("#tempo")
    page.keyboard.press("a")
    page.focus("#key")
    page.keyboard.press("d")
    page.keyboard.press("Control+a")

    assert not any(isinstance(event, NoteOn) for event in daemon.told)


@pytest.mark.parametrize("control", ["#modes label >> nth=1", "#latch", "#knob-harmony", "#tap"])
def test_letters_play_on_after_a_control_was_clicked(visit, daemon, control):
    page = visit()
    page.click(control)
    page.keyboard.press("a")

    assert daemon.wait_for(NoteOn(48, 88))


def test_a_choice_from_a_list_made_with_the_mouse_gives_the_letters_back(visit, daemon):
    page = visit()
    page.click("#key")
    page.keyboard.press("Escape")
    page.select_option("#key", label="A minor")
    page.keyboard.press("s")

    assert daemon.wait_for(NoteOn(50, 88))


def test_a_note_whose_release_was_lost_is_ended_by_the_next_state(visit, daemon):
    page, other = visit(), visit()
    page.keyboard.down("a")
    wait_until(other, "melodyrl.notes.length === 2")
    other.wait_for_timeout(300)

    daemon.held.clear()
    daemon.publish()

    wait_until(other, "melodyrl.notes.every(({end}) => end !== null)")
    page.keyboard.up("a")


def test_two_pages_agree(visit, daemon):
    first, second = visit(), visit()
    first.fill("#knob-rhythm", "0.9")
    first.fill("#tempo", "77")
    first.press("#tempo", "Enter")
    first.check("input[value=off]", force=True)
    first.select_option("#key", label="E♭ major")

    wait_until(second, "document.getElementById('knob-rhythm').value === '0.9'")
    wait_until(second, "document.getElementById('tempo').value === '77'")
    wait_until(second, "document.querySelector('input[value=off]').checked")
    wait_until(second, "document.getElementById('key').selectedOptions[0].text === 'E♭ major'")
    first.locator("#key").blur()
    first.keyboard.down("a")
    wait_until(second, "melodyrl.notes.length === 2")
    first.keyboard.up("a")


def test_a_server_that_is_killed_is_found_again_with_no_click(visit, daemon):
    page = visit()
    page.keyboard.down("a")
    assert daemon.wait_for(NoteOn(48, 88))

    os.kill(daemon.stage.pid, signal.SIGKILL)
    page.wait_for_selector("#connection[data-state=waiting]")
    assert voices(page) == set()
    page.wait_for_selector("#connection[data-state=open]", timeout=2000)
    page.keyboard.up("a")
    page.keyboard.down("s")

    assert daemon.wait_for(NoteOff(48))
    wait_for_voices(page, {"player:50", "machine:62"})
    page.keyboard.up("s")
    # The browser itself logs each attempt while nobody listened.
    refused = [text for text in visit.complaints if "ERR_CONNECTION_" in text]
    for text in refused:
        visit.complaints.remove(text)


def test_the_take_downloads_and_mido_reads_it(visit, daemon):
    page = visit()
    page.keyboard.press("h")
    assert daemon.wait_for(NoteOff(57))
    with page.expect_download() as download:
        page.click("#take")

    assert download.value.suggested_filename == "melodyrl-take.mid"
    notes = [m.note for m in mido.MidiFile(download.value.path()) if m.type == "note_on"]
    assert notes == [57]
