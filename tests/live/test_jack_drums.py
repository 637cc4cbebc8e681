"""The drums over real JACK, led by a stranger's clock (jack_midi_clock)."""

import shutil
import signal
from collections import Counter
from itertools import pairwise

import mido
import numpy as np
import pytest

from melodyrl.cli import main
from melodyrl.cli.take_folder import read_session, take_paths
from melodyrl.core.engine.events import SetFill
from tests.live.test_jack_clock import ClockRig, Ear, pause

pytestmark = [pytest.mark.jack, pytest.mark.slow]

DRUMS = 9
KICK = 36
PATTERN = """
kick x--- ---- x--- ----
snare .... x... .... x...
"""
TICKS, BAR = 6, 16
"""Ticks of a sixteenth, sixteenths of a bar."""

SIXTEENTH = 120
"""Ticks of a file."""

ON_GRID = 0.9
"""Share of strokes that must be nearest to the first tick of a sixteenth: by chance it were .17. A
busy machine makes JACK itself stand still, and its clock with it."""


class DrumRig(ClockRig):
    """melodyrl with drums that vary each bar."""

    def open(self) -> None:
        if shutil.which("jack_midi_clock") is None:
            pytest.skip("jack_midi_clock is not installed (apt install jack-midi-clock)")
        pattern = self.takes.with_name("pattern.txt")
        pattern.write_text(PATTERN)
        drums = ["--drums", "--drum-pattern", str(pattern), "--drum-vary", "1"]
        self.jam("--clock", "midi", *drums, "--takes", str(self.takes))
        self.start(["jack_midi_clock", "-d", "0.1"])
        self.transport = self.start(["jack_transport"])
        self.connect("jack_midi_clock:mclk_out", "melodyrl:in")


@pytest.fixture
def rig(jack, here, tmp_path):
    rig = DrumRig(jack, tmp_path)
    try:
        rig.open()
        yield rig
    finally:
        rig.close()


def ticks_of(clock):
    """When each tick came while the song ran, and which tick of it that is (24 a quarter)."""
    at, tick, runs = [], 0, False
    for when_s, data in clock.heard:
        match data[0]:
            case 0xFA:
                tick, runs = 0, True
            case 0xFB | 0xFC:
                runs = data[0] == 0xFB
            case 0xF2:
                tick = (data[1] + 128 * data[2]) * TICKS
            case 0xF8 if runs:
                at.append((when_s, tick))
                tick += 1
    return np.array([when for when, _ in at]), np.array([number for _, number in at])


def ledger(notes):
    """How often each note began and ended; that none began twice, by a count of our own."""
    ons, offs, sounding = Counter(), Counter(), set()
    for _, (status, pitch, *_) in notes.heard:
        kind, note = status & 0xF0, (pitch, status & 0x0F)
        if kind == 0x90:
            assert note not in sounding
            sounding.add(note)
            ons[note] += 1
        elif kind == 0x80:
            assert note in sounding
            sounding.discard(note)
            offs[note] += 1
    return ons, offs


def play(rig):
    """From the beginning, from elsewhere in another tempo, and on from there."""
    rig.say("master", "tempo 120", "play")
    pause(6)
    rig.say("stop")
    pause(1)
    rig.say("locate 960000", "tempo 90", "play")
    pause(6)
    rig.say("stop")
    pause(1)
    rig.say("play")
    pause(4)
    rig.say("stop", "exit")
    pause(0.5)


def placed(clock, notes):
    """The tick of the song nearest to each onset, and its pitch."""
    at_s, ticks = ticks_of(clock)
    onsets = [(at, data[1]) for at, data in notes.heard if data[0] & 0xF0 == 0x90]
    return [(ticks[np.abs(at_s - at).argmin()], pitch) for at, pitch in onsets]


def sounds_while_stopped(clock, notes):
    """Strokes well after the clock stopped and before it ran again."""
    edges = [(at, data[0]) for at, data in clock.heard if data[0] in (0xFA, 0xFB, 0xFC)]
    stops = [(at, until) for (at, kind), (until, _) in pairwise(edges) if kind == 0xFC]
    assert len(stops) == 2
    return [m for at, m in notes.heard for stop, until in stops if stop + 0.2 < at < until]


def test_drums_keep_to_the_song_of_a_real_clock(rig, record_property):
    clock = Ear(rig, "ear-clock", "jack_midi_clock:mclk_out")
    notes = Ear(rig, "ear-notes", "melodyrl-out:out")
    pause(0.3)
    assert notes.heard == [], "it waits for the clock"
    play(rig)
    clock.close()
    notes.close()

    ons, offs = ledger(notes)
    assert ons == offs, "every stroke was ended"
    assert {channel for _, channel in ons} == {DRUMS}
    assert len(ons) >= 3, "the machine has filled cells of its own"
    assert {kind for _, (kind, *_) in clock.heard} >= {0xFA, 0xF2, 0xFB, 0xFC}
    assert sounds_while_stopped(clock, notes) == []
    strokes = placed(clock, notes)
    on_grid = np.mean([tick % TICKS == 0 for tick, _ in strokes])
    kicks = [int(tick // TICKS % BAR) for tick, pitch in strokes if pitch == KICK]
    figures = f"strokes={len(strokes)} on_grid={on_grid:.3f} kicks={dict(Counter(kicks))}"
    record_property("figures", figures)
    print(figures)  # noqa: T201
    assert on_grid >= ON_GRID
    assert len(kicks) >= 12
    assert np.mean([step in (0, 8) for step in kicks]) >= ON_GRID, "the player's cells alone"


def onsets_of(track):
    at, found = 0, []
    for message in track:
        at += message.time
        if message.type == "note_on" and message.velocity:
            found.append((at, message.note))
    return found


def test_a_take_with_drums_plays_again_byte_for_byte(rig, capsys):
    rig.say("master", "tempo 140", "play")
    pause(5)
    rig.say("stop", "exit")
    pause(0.3)
    rig.daemon.send_signal(signal.SIGTERM)
    assert rig.daemon.wait(timeout=10) == 0

    main(["takes", "1", "--replay", "--folder", str(rig.takes)])

    assert "byte for byte" in capsys.readouterr().out
    (path,) = take_paths(rig.takes)
    session = read_session(path)
    assert any(isinstance(event, SetFill) for _, event in session.recording.events)
    assert session.hanging == []
    # Two bars and more: of the three and a half, a busy machine may let JACK miss some.
    assert len(session.wire) > 16
    main(["takes", "1", "-o", str(rig.takes / "take.mid"), "--folder", str(rig.takes)])
    (drums,) = [t for t in mido.MidiFile(rig.takes / "take.mid").tracks if t.name == "drums"]
    assert {message.channel for message in drums if not message.is_meta} == {DRUMS}
    kicks = [tick % (BAR * SIXTEENTH) for tick, pitch in onsets_of(drums) if pitch == KICK]
    on_the_bars = [min(abs(tick - at) for at in (0, 960, 1920)) < SIXTEENTH / 4 for tick in kicks]
    assert np.mean(on_the_bars) >= ON_GRID, "the file has the bars of the song"
