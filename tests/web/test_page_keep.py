"""What is saved from the page: the take as a sound file, read back with Python's own `wave`."""

import io
import wave

import mido
import numpy as np
import pytest
from playwright.sync_api import expect

from melodyrl.core.midi.messages import NoteOff

pytestmark = pytest.mark.browser

RATE = 44_100
FULL = 32_767
TAIL_S = 0.5


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
            "The take lasts 12:25: the .wav holds its first ten minutes."
        )
    sound = samples(download.value.path())

    assert len(sound) == 600 * RATE
    assert power(sound, 599.0, 599.5) > 100**2
    assert np.abs(sound[-RATE // 200 :]).max() < 0.02 * FULL
