"""Slaved to a stranger's MIDI clock (jack_midi_clock), and leading one of our own."""

import shutil
import subprocess
import sys
import time

import numpy as np
import pytest
import rtmidi

from tests.live.hearing import CHORDS, HURRY, MACHINE, POLICY
from tests.live.test_jack import Rig

pytestmark = [pytest.mark.jack, pytest.mark.slow]

TWO_BEATS = 48
"""Ticks."""

STEADY_MS = 6.0
"""A busy machine makes JACK itself stand still, and its clock with it. Notes are judged where the
ticks of the two beats before them arrived within this of a line: two periods of the server."""

MEDIAN_MS = 2.0
NEAR, NEAR_MS = 0.75, 5.0
"""Share of onsets near the grid, on any machine; by chance it were less than half."""


class Ear:
    """A stranger who writes down what one port says, and when it was heard."""

    def __init__(self, rig: Rig, name: str, source: str) -> None:
        self.heard: list[tuple[float, list[int]]] = []
        self._port = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name=name)
        self._port.ignore_types(timing=False)
        self._port.set_callback(lambda event, _: self.heard.append((time.monotonic(), event[0])))
        self._port.open_virtual_port("in")
        rig.connect(source, f"{name}:in")

    def at(self, *status: int) -> np.ndarray:
        """When messages of these kinds were heard, in seconds."""
        return np.array([at for at, data in self.heard if data[0] in status])

    def close(self) -> None:
        self._port.cancel_callback()
        self._port.close_port()
        self._port.delete()


class ClockRig(Rig):
    """melodyrl led by jack_midi_clock, which follows the transport of the server."""

    def open(self) -> None:
        if shutil.which("jack_midi_clock") is None:
            pytest.skip("jack_midi_clock is not installed (apt install jack-midi-clock)")
        self.jam("--clock", "midi")
        self.start(["jack_midi_clock", "-d", "0.1"])
        self.transport = self.start(["jack_transport"])
        self.connect("jack_midi_clock:mclk_out", "melodyrl:in")

    def jam(self, *flags: str) -> None:
        run = [sys.executable, "-c", "from melodyrl.cli import main; main()"]
        jam = ["jam", "--headless", "--api", "jack", "--policy", POLICY, *flags]
        self.daemon = self.start([*HURRY, *run, *jam, "--channel", str(MACHINE + 1)])
        self.until(self.daemon, "Play.")

    def say(self, *commands: str) -> None:
        """Tell the transport."""
        for command in commands:
            self.transport.stdin.write(f"{command}\n")
        self.transport.stdin.flush()


@pytest.fixture
def rig(jack, tmp_path):
    rig = ClockRig(jack, tmp_path)
    try:
        rig.open()
        yield rig
    finally:
        rig.close()


@pytest.fixture
def hand(here):
    """A player with one hand."""
    port = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="hand")
    port.open_virtual_port("out")
    yield port
    port.close_port()
    port.delete()


def pause(seconds):
    subprocess.run(["sleep", str(seconds)], check=True)


def behind(onset_s, ticks_s):
    """Milliseconds by which an onset lies behind the last tick, and those of a tick.

    By the line of the two beats before; None where those are not steady.
    """
    before = ticks_s[ticks_s < onset_s][-TWO_BEATS:]
    if len(before) < TWO_BEATS:
        return None
    slope, start = np.polyfit(np.arange(TWO_BEATS), before, 1)
    line = start + slope * np.arange(TWO_BEATS)
    if np.max(np.abs(before - line)) > STEADY_MS / 1000:
        return None
    return 1000 * ((onset_s - start) % slope), 1000 * slope


def away_ms(judged):
    """Distances of onsets from the constant that all of them share, to the nearest tick."""

    def around(constant_ms):
        return [abs((ms - constant_ms + tick / 2) % tick - tick / 2) for ms, tick in judged]

    return np.array(min((around(tenths / 10) for tenths in range(400)), key=np.median))


def judge(clock, notes):
    """The distances, in ms, of the onsets that can be judged."""
    judged = [behind(onset, clock.at(0xF8)) for onset in notes.at(0x90 | MACHINE)]
    return away_ms([each for each in judged if each is not None])


def figures(off_ms):
    text = (
        f"judged={len(off_ms)} median_ms={np.median(off_ms):.2f} "
        f"p95_ms={np.quantile(off_ms, 0.95):.2f} worst_ms={off_ms.max():.2f}"
    )
    print(text)  # noqa: T201
    return text


def hold_chord(rig, hand):
    rig.connect("hand:out", "melodyrl:in")
    for pitch in CHORDS[0]:
        hand.send_message([0x90, pitch, 80])
    pause(0.5)


def test_notes_keep_to_a_real_clock_through_stop_locate_and_a_new_tempo(rig, hand, record_property):
    clock = Ear(rig, "ear-clock", "jack_midi_clock:mclk_out")
    notes = Ear(rig, "ear-notes", "melodyrl-out:out")
    hold_chord(rig, hand)
    assert notes.heard == [], "it waits for the clock"
    rig.say("master", "tempo 120", "play")
    pause(8)
    rig.say("stop")
    pause(0.5)
    quiet = list(notes.heard)
    pause(0.5)
    assert notes.heard == quiet, "it plays no longer than the clock runs"
    rig.say("locate 960000", "tempo 90", "play")
    pause(7)
    rig.say("tempo 140")
    pause(7)
    rig.say("stop", "exit")
    pause(0.5)
    clock.close()
    notes.close()

    kinds = [data[0] for _, data in clock.heard if data[0] != 0xF8]
    assert kinds[0] == 0xFA
    assert 0xFB in kinds
    assert quiet[-1][0] < clock.at(0xFC)[0] + 0.1
    assert quiet[-1][1][0] == 0x80 | MACHINE, "what sounded was ended"
    off_ms = judge(clock, notes)
    record_property("figures", figures(off_ms))
    assert len(off_ms) >= 8
    assert np.median(off_ms) <= MEDIAN_MS
    assert np.mean(off_ms <= NEAR_MS) >= NEAR


def test_clock_that_we_send_starts_ticks_and_stops(jack, hand, tmp_path):
    rig = ClockRig(jack, tmp_path)
    try:
        rig.jam("--clock-out")
        ear = Ear(rig, "ear", "melodyrl-out:out")
        rig.connect("hand:out", "melodyrl:in")
        hand.send_message([0x90, 60, 80])
        pause(3)
        rig.daemon.send_signal(15)
        rig.daemon.wait(timeout=10)
        pause(0.2)
        ear.close()
    finally:
        rig.close()

    kinds = [data[0] for _, data in ear.heard if data[0] >= 0xF8]
    assert (kinds[0], kinds[-1]) == (0xFA, 0xFC)
    assert set(kinds[1:-1]) == {0xF8}
    gaps_s = np.diff(ear.at(0xF8))
    assert 60 / 24 / np.median(gaps_s) == pytest.approx(120, rel=0.15), "a period of JACK is 2.7 ms"
    assert len(gaps_s) / np.sum(gaps_s) == pytest.approx(48, rel=0.05)
