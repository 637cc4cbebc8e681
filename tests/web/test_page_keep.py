"""What is saved from the page: the take as a sound file, and earlier takes as .mid."""

import io
import re
import wave

import mido
import music21
import numpy as np
import pretty_midi
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from melodyrl.cli.take_shelf import TakeShelf
from melodyrl.core.midi.messages import NoteOff
from tests.web.driving import wait_until
from tests.web.shelves import keep, shelf_of
from tests.web.stand_in import StandIn

pytestmark = pytest.mark.browser

RATE = 44_100
FULL = 32_767
TAIL_S = 0.5


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "takes"


@pytest.fixture
def daemon(folder):
    """The small daemon, with a folder of takes."""
    stand_in = StandIn(shelf=shelf_of(folder))
    stand_in.start()
    yield stand_in
    stand_in.stop()


def midi(notes, tracks=("player", "melodyrl")):
    """A .mid at 120 bpm of (track, start, end, pitch) in seconds."""
    file = mido.MidiFile(type=1, ticks_per_beat=500)
    for number, name in enumerate(tracks):
        timed = [
            (round(at * 1000), kind, pitch)
            for index, start, end, pitch in notes
            for at, kind in ((start, "note_on"), (end, "note_off"))
            if index == number
        ]
        track = mido.MidiTrack([mido.MetaMessage("track_name", name=name)])
        before = 0
        for tick, kind, pitch in sorted(timed, key=lambda each: (each[0], each[1] == "note_on")):
            track.append(mido.Message(kind, note=pitch, velocity=90, time=tick - before))
            before = tick
        file.tracks.append(track)
    stream = io.BytesIO()
    file.save(file=stream)
    return stream.getvalue()


TUNE = [(0, 0.0, 1.0, 60), (0, 0.0, 1.0, 64), (1, 0.5, 1.0, 76), (1, 2.0, 3.0, 79)]


def save_wav(page):
    """Samples (frames, channels) of what "Save .wav" downloads."""
    with page.expect_download(timeout=30_000) as download:
        page.click("#wav")
    assert download.value.suggested_filename == "melodyrl-take.wav"
    return samples(download.value.path())


def samples(path):
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, RATE)
        data = file.readframes(file.getnframes())
    assert path.stat().st_size == 44 + len(data)
    return np.frombuffer(data, "<i2").reshape(-1, 2).astype(int)


def power(sound, start_s, end_s):
    return float(np.mean(sound[int(start_s * RATE) : int(end_s * RATE)] ** 2.0))


def test_the_take_is_saved_as_it_sounds(visit, daemon):
    daemon.take_instead = midi(TUNE)
    page = visit()

    sound = save_wav(page)

    assert abs(len(sound) / RATE - (3.0 + TAIL_S)) < 0.01
    peak = np.abs(sound).max()
    assert abs(20 * np.log10(peak / FULL) + 1) < 0.05, "1 dB below full scale"
    assert power(sound, 0.1, 0.9) > 100**2
    assert power(sound, 2.1, 2.9) > 100**2, "the machine alone"
    assert power(sound, 1.8, 1.95) < 0.02 * power(sound, 0.1, 0.9), "nothing hangs"
    assert np.abs(sound[-RATE // 200 :]).max() < 0.01 * peak, "the tail dies away"
    expect(page.locator("#wav")).to_have_text("Save .wav")


def test_a_note_from_the_keys_is_in_it(visit, daemon):
    page = visit()
    page.keyboard.press("h")
    assert daemon.wait_for(NoteOff(57))

    sound = save_wav(page)

    assert abs(len(sound) / RATE - (0.5 + TAIL_S)) < 0.01
    assert power(sound, 0.05, 0.5) > 100**2


def test_it_sounds_with_the_instruments_that_are_chosen_at_full_volume(visit, daemon):
    daemon.take_instead = midi(TUNE[2:])
    page = visit()
    usual = save_wav(page)
    page.locator("#volume").fill("0")
    page.uncheck("#hear-machine")
    silenced = save_wav(page)
    page.select_option("#voice-machine", "pad")
    pad = save_wav(page)

    assert np.array_equal(usual, silenced)
    assert power(pad, 0.5, 0.52) < 0.2 * power(usual, 0.5, 0.52), "a pad swells"


def test_two_parts_hundreds_of_notes_and_many_pauses_do_not_clip(visit, daemon):
    """Longer than what is rendered at a time, with chords of ten notes that are struck hard."""
    daemon.take_instead = midi(
        [(n % 2, t / 4, t / 4 + 0.24, 40 + 4 * n) for t in range(48) for n in range(10)]
    )
    page = visit()

    sound = save_wav(page)

    assert abs(len(sound) / RATE - (11.99 + TAIL_S)) < 0.01
    assert np.abs(sound).max() < FULL
    assert all(power(sound, t / 4, t / 4 + 0.24) > 1000**2 for t in range(48))


def test_it_says_how_far_it_is_and_the_keys_play_on(visit, daemon):
    daemon.take_instead = midi([(0, t, t + 0.5, 60) for t in range(60)])
    page = visit()
    page.evaluate("""() => {
        globalThis.shown = [];
        new MutationObserver(() => shown.push(document.getElementById("wav").textContent))
            .observe(document.getElementById("wav"), { childList: true });
    }""")
    page.focus("#wav")
    with page.expect_download(timeout=30_000):
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        page.keyboard.press("h")
    assert daemon.wait_for(NoteOff(57))
    expect(page.locator("#wav")).to_have_text("Save .wav")
    expect(page.locator("#wav")).to_be_focused()

    shown = page.evaluate("shown")
    assert shown[0] == "Rendering…"
    assert "Rendering… 50 %" in shown
    assert shown.count("Rendering…") == 1, "pressed twice, rendered once"


def test_a_take_without_notes_is_one_sentence(visit, daemon):
    page = visit()
    page.click("#wav")

    expect(page.locator("#notice")).to_contain_text("holds no notes")
    expect(page.locator("#wav")).to_have_text("Save .wav")
    visit.complaints[:] = [each for each in visit.complaints if "422" not in each]


def test_what_lies_behind_ten_minutes_is_left_out_and_said(visit, daemon):
    daemon.take_instead = midi([(0, 0.0, 1.0, 60), (1, 599.0, 601.0, 72), (0, 700.0, 745.0, 60)])
    page = visit()
    with page.expect_download(timeout=90_000) as download:
        page.click("#wav")
        expect(page.locator("#notice")).to_have_text(
            "The take lasts 12:26: the .wav holds its first ten minutes."
        )
    sound = samples(download.value.path())

    assert len(sound) == 600 * RATE
    assert power(sound, 599.0, 599.5) > 100**2
    assert np.abs(sound[-RATE // 200 :]).max() < 0.02 * FULL


def test_a_take_that_is_long_is_heard_from_its_beginning_and_the_page_says_so(visit, daemon):
    daemon.take_instead = midi([(0, t / 8, t / 8 + 0.1, 60) for t in range(20_100)])
    page = visit()
    page.click("#replay")

    expect(page.locator("#notice")).to_have_text("The take is long: its first 41:40 are played.")
    wait_until(page, "melodyrl.voices.includes('take player:60')")
    page.click("#replay")


def rows(page):
    return page.locator("#takes li")


def open_takes(page):
    page.click("#takes-open")
    expect(page.locator("#takes-said")).not_to_have_text("Reading…")


def test_earlier_takes_are_listed_newest_first(visit):
    page = visit()
    open_takes(page)

    expect(page.locator("#takes-said")).to_have_text("Newest first.")
    expect(rows(page).locator("b")).to_have_text(
        ["2026-02-03 11-00-00", "2026-02-02 10:00", "2026-02-01 09:00", "2026-01-31 20:15"]
    )
    expect(rows(page).locator("span")).to_have_text(
        [
            "cannot be read",
            "0:03 · 3 notes of yours, 3 of the machine's · still played, or cut off",
            "0:12 · 12 notes of yours, 12 of the machine's",
            "0:03 · 3 notes of yours, 3 of the machine's",
        ]
    )
    expect(rows(page).locator("button")).to_have_count(9)
    expect(rows(page).nth(0)).to_have_attribute("title", re.compile("^Line 1 is not one of"))


def test_a_take_of_the_list_is_saved_as_a_midi_file(visit):
    page = visit()
    open_takes(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save .mid of 2026-02-01 09:00").click()

    assert download.value.suggested_filename == "melodyrl 2026-02-01 09-00-00 (2).mid"
    parts = pretty_midi.PrettyMIDI(str(download.value.path())).instruments
    assert [len(part.notes) for part in parts] == [12, 12]
    assert parts[0].notes[0].pitch == 48


def test_a_take_of_the_list_is_saved_as_a_score(visit):
    page = visit()
    open_takes(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save score of 2026-02-01 09:00").click()

    assert download.value.suggested_filename == "melodyrl 2026-02-01 09-00-00 (2).musicxml"
    parts = music21.converter.parse(str(download.value.path()), format="musicxml").parts
    assert [each.partName for each in parts] == ["melodyrl", "player"]
    assert len(parts[0].flatten().notes) >= 12


def test_a_take_of_the_list_is_heard_on_the_page_and_not_by_the_machine(visit, daemon):
    page = visit()
    open_takes(page)
    page.get_by_role("button", name="Hear 2026-02-01 09:00").click()

    expect(page.locator("#takes-dialog")).to_be_hidden()
    wait_until(page, "melodyrl.voices.includes('take player:48')")
    wait_until(page, "melodyrl.voices.includes('take machine:60')")
    page.click("#replay")
    wait_until(page, "melodyrl.voices.length === 0")
    assert daemon.told == []


def test_the_score_of_now_is_saved_where_there_is_a_session_that_has_not_ended(visit, folder):
    page = visit()
    (folder / "2026-02-03 11-00-00.take").unlink()  # the newest is then one that was not ended
    with page.expect_download() as download:
        page.click("#score")

    assert download.value.suggested_filename == "melodyrl 2026-02-02 10-00-00.musicxml"
    (folder / "2026-02-02 10-00-00.take").unlink()
    page.click("#score")
    expect(page.locator("#notice")).to_have_text("There is no take yet: play first.")


def test_the_keyboard_alone_saves_a_take_and_closes_the_list(visit, daemon):
    page = visit()
    page.focus("#takes-open")
    page.keyboard.press("Enter")
    save = page.get_by_role("button", name="Save .mid of 2026-01-31 20:15")
    expect(save).to_be_visible()
    for _ in range(24):
        page.keyboard.press("Tab")
        if save.evaluate("each => each === document.activeElement"):
            break
    expect(save).to_be_focused()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "melodyrl 2026-01-31 20-15-00.mid"
    page.keyboard.press("a")
    page.keyboard.press("Escape")

    expect(page.locator("#takes-dialog")).to_be_hidden()
    expect(page.locator("#takes-open")).to_be_focused()
    assert daemon.told == [], "letters in the list are no music, and Escape only closes it"


def test_takes_that_are_kept_meanwhile_are_there_when_the_list_is_opened_again(visit, folder):
    page = visit()
    open_takes(page)
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#takes-dialog")).to_be_hidden()
    keep(folder, "2026-03-01 08-00-00", "2026-03-01 08:00")
    open_takes(page)

    expect(rows(page)).to_have_count(5)
    expect(rows(page).nth(0)).to_contain_text("2026-03-01 08:00")


def test_a_take_that_went_meanwhile_is_one_sentence(visit, folder):
    page = visit()
    open_takes(page)
    (folder / "2026-01-31 20-15-00.take").unlink()
    page.get_by_role("button", name="Save .mid of 2026-01-31 20:15").click()

    expect(page.locator("#takes-said")).to_have_text("There is no take of that name.")
    visit.complaints[:] = [each for each in visit.complaints if "404" not in each]


def test_what_a_file_says_is_shown_as_text_and_never_run(visit, folder):
    keep(folder, "<i>name", "<img src=x onerror=alert(1)>")
    page = visit()
    open_takes(page)

    expect(rows(page).nth(0).locator("b")).to_have_text("<img src=x onerror=alert(1)>")
    expect(page.locator("#takes img")).to_have_count(0)


def test_a_session_in_which_nothing_was_played_yet_is_not_listed(visit, folder):
    keep(folder, "2026-03-01 08-00-00", "2026-03-01 08:00", pitches=())
    page = visit()
    open_takes(page)

    expect(rows(page)).to_have_count(4)


class TestWithoutTakes:
    @pytest.fixture
    def daemon(self, request, tmp_path):
        shelf = TakeShelf(tmp_path / "none") if request.param else None
        stand_in = StandIn(shelf=shelf)
        stand_in.start()
        yield stand_in
        stand_in.stop()

    @pytest.mark.parametrize(
        ("daemon", "sentence"),
        [
            (False, "Takes are not kept: melodyrl jam was started with --no-keep-takes."),
            (True, "No takes yet: a session is kept as soon as something is played in it."),
        ],
        indirect=["daemon"],
    )
    def test_the_list_says_why_it_is_empty(self, visit, sentence):
        page = visit()
        page.click("#score")
        expect(page.locator("#notice")).to_have_text(
            sentence if "--no-keep" in sentence else "There is no take yet: play first."
        )
        open_takes(page)

        expect(page.locator("#takes-said")).to_have_text(sentence)
        expect(rows(page)).to_have_count(0)
        assert Axe().run(page).response["violations"] == []


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_list_fits_any_width_and_axe_finds_no_fault(visit, folder, width, scheme):
    for number in range(60):
        keep(folder, f"2026-04-01 10-00-{number:02}", f"2026-04-01 10:{number:02}", (60,))
    page = visit(width, 740, color_scheme=scheme, reduced_motion="reduce")
    open_takes(page)
    expect(page.locator("#takes-said")).to_have_text("The newest 50; melodyrl takes lists all.")
    expect(rows(page)).to_have_count(50)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for control in page.locator("#takes-dialog, #takes-dialog button").all():
        box = control.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    close = page.get_by_role("button", name="Close").bounding_box()
    assert close["y"] + close["height"] <= 740, "however long the list is"
    assert Axe().run(page).response["violations"] == []
