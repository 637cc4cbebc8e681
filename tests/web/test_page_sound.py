"""The page's voices, rendered offline in Chromium and judged on their samples."""

import base64
import math
from itertools import combinations

import numpy as np
import pytest

from melodyrl.core.drums.kit import PITCHES

pytestmark = pytest.mark.browser

RATE = 48_000
VOICES = ["piano", "pluck", "bass", "pad", "reed"]
LOUDEST_PEAK = 0.98

SILENCE = 1e-6  # -120 dB

RENDER = """async ({ seconds, steps, volume }) => {
    const { Synth } = await import("/page/synth.js");
    const context = new OfflineAudioContext(2, 48000 * seconds, 48000);
    const synth = new Synth(context, volume);
    for (const [verb, ...rest] of steps) synth[verb](...rest);
    const rendered = await context.startRendering();
    return Promise.all([0, 1].map((channel) => new Promise((resolve) => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result.split(",")[1]);
        reader.readAsDataURL(new Blob([rendered.getChannelData(channel)]));
    })));
}"""


def render(page, steps, seconds=1.5, volume=1.0):
    """What the synth makes of steps such as ("on", part, pitch, velocity, at): (2, samples)."""
    arguments = {"seconds": seconds, "steps": steps, "volume": volume}
    channels = page.evaluate(RENDER, arguments)
    return np.array([np.frombuffer(base64.b64decode(each), "<f4") for each in channels], float)


def level_db(sound, start_s=0.05, end_s=0.85):
    """Power of a stretch in dB of full scale."""
    power = np.mean(sound[..., int(start_s * RATE) : int(end_s * RATE)] ** 2)
    return 10 * math.log10(max(power, SILENCE**2))


def roughness(samples, start_s, end_s):
    """Largest bend in a stretch: a jump by s shows as s here, a smooth tone as next to nothing."""
    return np.abs(np.diff(samples[int(start_s * RATE) : int(end_s * RATE)], 2)).max()


def clicks_at(samples, at_s):
    """Whether the 20 ms from a moment bend more sharply than the 100 ms before it."""
    before = roughness(samples, at_s - 0.1, at_s - 0.001)
    return roughness(samples, at_s - 0.001, at_s + 0.02) > 2 * before + 0.002


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("pitch", [36, 60, 84])
def test_a_note_ends_without_a_click_and_dies_away(visit, voice, pitch):
    page = visit()
    steps = [
        ("setInstrument", "player", voice),
        ("on", "player", pitch, 100, 0.05),
        ("off", "player", pitch, 0.6),
    ]
    sound = render(page, steps, seconds=6)

    assert not any(clicks_at(channel, 0.6) for channel in sound)
    assert level_db(sound, 5.0, 6.0) < -80


@pytest.mark.parametrize("voice", VOICES)
def test_a_note_that_is_cut_off_is_found_by_the_same_measure(visit, voice):
    page = visit()
    steps = [("setInstrument", "player", voice), ("on", "player", 60, 100, 0.05)]
    left = render(page, steps)[0]
    start, end = int(0.55 * RATE), int(0.6 * RATE)
    peak = start + int(np.abs(left[start:end]).argmax())
    left[peak:] = 0

    assert clicks_at(left, peak / RATE)


@pytest.mark.parametrize("voice", VOICES)
def test_a_note_begins_from_silence_without_a_jump(visit, voice):
    page = visit()
    steps = [("setInstrument", "player", voice), ("on", "player", 60, 127, 0.1)]
    left = np.abs(render(page, steps, seconds=0.5)[0])
    onset = int(np.argmax(left > SILENCE))

    assert onset >= 0.1 * RATE - 1
    assert left[onset : onset + RATE // 5000].max() < 0.2 * left.max(), (
        "after 0.2 ms it still rises"
    )


@pytest.mark.parametrize("voice", VOICES)
def test_ten_notes_struck_as_hard_as_can_be_do_not_clip(visit, voice):
    page = visit()
    steps = [("setInstrument", role, voice) for role in ("player", "machine")]
    steps += [("on", "player", pitch, 127, 0.05) for pitch in (36, 40, 43, 48, 52, 55, 60, 64)]
    steps += [("on", "machine", pitch, 127, 0.05) for pitch in (67, 72, 79, 84)]
    sound = render(page, steps)

    assert np.isfinite(sound).all()
    assert 0.3 < np.abs(sound).max() < LOUDEST_PEAK


@pytest.mark.parametrize("pitch", PITCHES)
def test_a_drum_begins_from_silence_rings_and_dies_away(visit, pitch):
    page = visit()
    steps = [("on", "drums", pitch, 100, 0.1), ("off", "drums", pitch, 0.15)]
    sound = render(page, steps, seconds=6)
    onset = int(np.argmax(np.abs(sound[0]) > SILENCE))

    assert onset >= 0.1 * RATE - 1
    assert np.isfinite(sound).all()
    assert level_db(sound, 0.1, 0.2) > -45
    assert level_db(sound, 5.0, 6.0) < -80


def test_every_drum_sounds_another_way_and_all_at_once_do_not_clip(visit):
    page = visit()
    alone = [render(page, [("on", "drums", pitch, 100, 0.05)], seconds=0.5) for pitch in PITCHES]
    together = render(page, [("on", "drums", pitch, 127, 0.05) for pitch in PITCHES])

    spectra = [np.abs(np.fft.rfft(each[0])) ** 0.5 for each in alone]
    alike = [
        np.dot(one, other) / np.linalg.norm(one) / np.linalg.norm(other)
        for one, other in combinations(spectra, 2)
    ]
    assert max(alike) < 0.995
    assert np.abs(together).max() < LOUDEST_PEAK


def test_a_key_that_is_struck_again_and_again_does_not_clip_or_pile_up(visit):
    page = visit()
    steps = [("on", "player", 60, 127, 0.05 + i * 0.06) for i in range(30)]
    sound = render(page, steps, seconds=2)

    assert np.abs(sound).max() < LOUDEST_PEAK
    assert level_db(sound, 1.0, 1.8) < level_db(sound, 0.05, 0.4) + 6


@pytest.mark.parametrize("voice", VOICES)
def test_voices_are_about_as_loud_as_each_other(visit, voice):
    page = visit()
    levels = []
    for pitch in (36, 48, 60, 72, 84):
        chosen = ("setInstrument", "player", voice)
        levels.append(level_db(render(page, [chosen, ("on", "player", pitch, 100, 0.05)])))

    assert max(levels) - min(levels) < 7, levels
    assert -28 < sum(levels) / len(levels) < -18, levels


def test_the_machines_line_stands_up_to_the_players_chord(visit):
    page = visit()
    chord = [("on", "player", pitch, 90, 0.05) for pitch in (48, 55, 60, 64)]
    line = [("on", "machine", 76, 90, 0.05)]
    difference = level_db(render(page, chord)) - level_db(render(page, line))

    assert 0 < difference < 7, "four notes are more than one, but do not drown it"


def brightness_hz(samples):
    """Centre of a sound's spectrum by amplitude, to 6 kHz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    hz = np.fft.rfftfreq(len(samples), 1 / RATE)
    heard = hz < 6000
    return (spectrum[heard] * hz[heard]).sum() / spectrum[heard].sum()


def test_the_two_players_sound_differently(visit):
    page = visit()
    player, machine = (
        brightness_hz(render(page, [("on", role, 60, 90, 0.05)])[0][: RATE // 2])
        for role in ("player", "machine")
    )

    assert machine > 1.15 * player, "the pluck is the brighter one"


def test_volume_is_silent_at_nought(visit):
    page = visit()

    assert not render(page, [("on", "player", 60, 127, 0.05)], volume=0).any()
