"""The guest that plays into the machine, a take that is heard again, a .mid that is dropped."""

import base64
import io

import mido
import pytest
from playwright.sync_api import expect

from melodyrl.core.engine.events import Panic, SetMeter, SetTempo, Stop
from melodyrl.core.midi.messages import NoteOff, NoteOn
from tests.web.driving import wait_for_voices, wait_until

pytestmark = pytest.mark.browser

LONGEST_RUN_S = 10.0


def pitches(daemon, kind):
    return [event.pitch for event in daemon.told if isinstance(event, kind)]


def wait_for_notes(page, daemon, count):
    with daemon.arrived:
        assert daemon.arrived.wait_for(lambda: len(pitches(daemon, NoteOn)) >= count, LONGEST_RUN_S)


def midi_file(*notes, tempo_us=400_000):
    """A .mid of (beat, beats, pitch) at 480 ticks a quarter note."""
    timed = [(at, "note_on", pitch) for at, _, pitch in notes]
    timed += [(at + length, "note_off", pitch) for at, length, pitch in notes]
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=tempo_us)])
    tick = 0
    for at, kind, pitch in sorted(timed):
        track.append(mido.Message(kind, note=pitch, time=int(at * 480) - tick))
        tick = int(at * 480)
    stream = io.BytesIO()
    mido.MidiFile(tracks=[track]).save(file=stream)
    return stream.getvalue()


def drop(page, data, name="song.mid"):
    page.evaluate(
        """({ data, name }) => {
            const bytes = Uint8Array.from(atob(data), (each) => each.charCodeAt(0));
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([bytes], name));
            for (const type of ["dragover", "drop"]) {
                document.body.dispatchEvent(new DragEvent(type,
                    { dataTransfer, bubbles: true, cancelable: true }));
            }
        }""",
        {"data": base64.b64encode(data).decode(), "name": name},
    )


def test_an_empty_page_says_what_to_do_and_one_click_makes_a_duet(visit, daemon):
    page = visit()
    assert "Hold a chord" in page.inner_text("#hint")
    page.click("#first-duet")
    wait_for_notes(page, daemon, 4)

    wait_until(page, "melodyrl.voices.some((voice) => voice.startsWith('machine'))")
    wait_until(page, "document.getElementById('hint').hasAttribute('data-off')")
    assert page.evaluate("melodyrl.audio") == "running"
    assert daemon.told[:3] == [Stop(), SetMeter(4, 4), SetTempo(84.0)]
    assert sorted(pitches(daemon, NoteOn)[:4]) == [45, 57, 60, 64]
    expect(page.locator("#duet")).to_have_text("Stop", use_inner_text=True)


def test_one_click_ends_the_duet_and_leaves_nothing_sounding(visit, daemon):
    page = visit()
    page.select_option("#tune", label="Blues: walking bass and chord")
    page.click("#duet")
    wait_for_notes(page, daemon, 8)
    page.click("#duet")

    wait_for_voices(page, set())
    assert sorted(pitches(daemon, NoteOn)) == sorted(pitches(daemon, NoteOff))
    assert daemon.told[-1] == Stop()
    expect(page.locator("#duet")).to_have_text("Duet", use_inner_text=True)


@pytest.mark.parametrize("tune", range(5))
def test_each_tune_begins_with_a_whole_chord_and_goes_on(visit, daemon, tune):
    page = visit()
    page.select_option("#tune", value=str(tune))
    page.click("#duet")
    wait_for_notes(page, daemon, 6)

    first = {pitch % 12 for pitch in pitches(daemon, NoteOn)[:4]}
    assert len(first) >= 3


@pytest.mark.parametrize("ending", ["panic", "stop", "Escape"])
def test_the_guest_ends_with_everything_else(visit, daemon, ending):
    page = visit()
    page.click("#first-duet")
    wait_for_notes(page, daemon, 4)
    page.keyboard.press(ending) if ending == "Escape" else page.click(f"#{ending}")

    wait_for_voices(page, set())
    expect(page.locator("#duet")).to_have_text("Duet", use_inner_text=True)
    assert daemon.wait_for(Stop() if ending == "stop" else Panic())


def test_a_guest_stops_where_another_page_stops_the_machine(visit, daemon):
    page, other = visit(), visit()
    page.click("#first-duet")
    wait_for_notes(page, daemon, 6)
    other.click("#stop")

    wait_until(page, "document.getElementById('duet').textContent === 'Duet'")
    wait_for_voices(page, set())


def test_a_player_joins_in_and_leaves_while_the_guest_plays_on(visit, daemon):
    page = visit()
    page.click("#first-duet")
    wait_for_notes(page, daemon, 4)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.down("p")
    assert daemon.wait_for(NoteOn(63, 88))
    page.evaluate("dispatchEvent(new Event('blur'))")

    assert daemon.wait_for(NoteOff(63))
    expect(page.locator("#duet")).to_have_text("Stop", use_inner_text=True)


def test_a_file_that_is_dropped_is_played_to_the_machine(visit, daemon):
    page = visit()
    page.click("#stop")  # a gesture, as the browser wants one before there is sound
    drop(page, midi_file((8, 0.5, 60), (8.5, 0.5, 67), tempo_us=300_000))

    assert daemon.wait_for(SetTempo(200.0))
    assert daemon.wait_for(NoteOff(67))
    assert pitches(daemon, NoteOn) == [60, 67], "eight empty beats are left out"
    wait_until(page, "document.getElementById('duet').textContent === 'Duet'")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"<html>", "not a MIDI file"),
        (b"", "is empty"),
        (b"MThd" + b"\0" * 300_000, "larger than 256 KiB"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence_and_the_page_plays_on(
    visit, daemon, data, sentence
):
    page = visit()
    drop(page, data, name="<img src=x onerror=alert(1)>.mid")

    wait_until(page, "!document.getElementById('notice').hidden")
    assert sentence in page.inner_text("#notice")
    page.keyboard.press("a")
    assert daemon.wait_for(NoteOff(48))
    refused = [text for text in visit.complaints if "422" in text]
    assert len(refused) == 1, "the browser itself logs the refusal"
    visit.complaints.remove(refused[0])


def test_the_take_is_heard_again_on_the_page_and_not_by_the_machine(visit, daemon):
    page = visit()
    page.keyboard.press("h")
    assert daemon.wait_for(NoteOff(57))
    told = len(daemon.told)
    page.click("#replay")

    wait_until(page, "melodyrl.voices.includes('take player:57')")
    wait_until(page, "melodyrl.notes.some(({part}) => part === 'take player')")
    page.click("#replay")
    wait_for_voices(page, set())
    expect(page.locator("#replay")).to_have_text("Replay take", use_inner_text=True)
    assert len(daemon.told) == told


def test_the_take_can_be_dragged_out_as_a_file(visit):
    page = visit()
    offered = page.evaluate(
        """() => {
            const dataTransfer = new DataTransfer();
            const drag = new DragEvent("dragstart", { dataTransfer, bubbles: true });
            document.getElementById("take").dispatchEvent(drag);
            return dataTransfer.getData("DownloadURL");
        }"""
    )

    assert offered.startswith("audio/midi:melodyrl-take.mid:http://127.0.0.1:")
