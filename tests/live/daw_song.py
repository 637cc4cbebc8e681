"""A song in a DAW that melodyrl plays to: begun, stopped, located, and made faster on the way."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import rtmidi

from tests.live.daw import CLOCK_OUT, Ardour, DawError
from tests.live.hearing import CHORDS, MACHINE
from tests.live.test_jack_clock import ClockRig, Ear

SLOW_BPM, FAST_BPM = 90.0, 140.0
LOCATE = 12
"""Quarters from the beginning of the song to where it goes on: a bar line. Ardour 7 counts its song
position in ticks and not, as MIDI has it, in sixteenths, so that only bar lines are where it says
(Temporal::TempoMap::midi_clock_beat_at_or_after: 24 to a quarter)."""

SETTLING = 2
"""Quarters after a start or a change of tempo before notes are judged."""
BEHIND_S = 0.02
"""By which melodyrl says that its notes lie behind the grid."""
TICKS_PER_QUARTER = 24
PAUSE_S = 0.012
"""More than two periods of JACK, between which a tick may by rights come."""
TRIES = 3
AGAIN_S = 1.7
"""From chord to chord of the player, who keeps no time: it must come from the DAW."""
FLAGS = (
    *("--clock", "midi", "--clock-out", "--key", "Am"),
    *("--feel", "reel", "--density", "3.5", "--no-keep-takes"),
)


@dataclass(frozen=True)
class Part:
    """What the DAW played without a stop, by its own time in seconds from its first tick."""

    ticks_s: np.ndarray
    """When a stranger heard its ticks; only their number and the place of a change are taken."""
    onsets_s: np.ndarray
    """The onsets of melodyrl that it recorded."""
    pitches: list[int]
    tempos: tuple[float, ...]
    """One, or the one before a change and the one after."""

    @property
    def change(self) -> int:
        """The tick from which on the second tempo holds; their number where there is one tempo."""
        if len(self.tempos) == 1:
            return len(self.ticks_s)
        # by its neighbours alone: where JACK stands still elsewhere all later ticks come late
        each_s, (before_s, after_s) = np.diff(self.ticks_s), (2.5 / bpm for bpm in self.tempos)
        gain_s = np.abs(each_s - after_s) - np.abs(each_s - before_s)
        return int(np.argmax(np.cumsum(gain_s))) + 1

    def off_ms(self) -> np.ndarray:
        """How far each onset lies from its sixteenth, but for the delay that all share."""
        after_s = self.onsets_s[:, None] - self._ticks[:: TICKS_PER_QUARTER // 4]
        nearest = np.argmin(np.abs(after_s - BEHIND_S), axis=1)
        behind_ms = 1000 * np.take_along_axis(after_s, nearest[:, None], axis=1)[:, 0]
        usual = behind_ms[self.is_settled & self.is_calm]
        return np.abs(behind_ms - np.median(usual if len(usual) else behind_ms))

    @property
    def is_calm(self) -> np.ndarray:
        """Whether the DAW's clock had not yet stood still, at each onset.

        It does so where its audio falls behind; from then on its time is not ours.
        """
        pauses_s = np.diff(self.ticks_s) - np.diff(self._ticks)
        paused = np.flatnonzero(pauses_s > PAUSE_S)
        return self._tick < (paused[0] if len(paused) else len(self.ticks_s))

    @property
    def is_settled(self) -> np.ndarray:
        """Whether the clock had kept its tempo for some quarters, at each onset."""
        since = self._tick - np.where(self.is_faster, self.change, 0)
        return since >= SETTLING * TICKS_PER_QUARTER

    @property
    def is_faster(self) -> np.ndarray:
        """Whether the second tempo held, at each onset."""
        return self._tick >= self.change

    @property
    def _tick(self) -> np.ndarray:
        return np.searchsorted(self._ticks, self.onsets_s) - 1

    @property
    def _ticks(self) -> np.ndarray:
        """Where the ticks lie: from the change on the DAW counts on in its new tempo."""
        periods_s = np.full(len(self.ticks_s), 2.5 / self.tempos[0])
        periods_s[self.change + 1 :] = 2.5 / self.tempos[-1]
        periods_s[0] = 0.0
        return np.cumsum(periods_s)


@dataclass
class Heard:
    """What came of it."""

    parts: list[Part] = field(default_factory=list)
    clock: list[tuple[float, list[int]]] = field(default_factory=list)
    """What the DAW's clock said, and when, in seconds."""
    wire: list[tuple[float, list[int]]] = field(default_factory=list)
    """What melodyrl said."""


def play(env: dict[str, str], folder: Path, slow: int, fast: int) -> Heard:
    """Let the DAW lead melodyrl, and record it, for some quarters at each tempo.

    Where the DAW itself fails it is begun anew.
    """
    for number in range(TRIES - 1):
        with suppress(DawError):
            return _play(env, folder / str(number), slow, fast)
    return _play(env, folder / "last", slow, fast)


def _play(env: dict[str, str], folder: Path, slow: int, fast: int) -> Heard:
    folder.mkdir()
    with ExitStack() as stack:
        rig = ClockRig(env, folder)
        stack.callback(rig.close)
        rig.jam(*FLAGS)
        daw = stack.enter_context(Ardour(env, folder))
        daw.do("daw.record_from('melodyrl', 'melodyrl-out:out')")
        daw.do("daw.send_clock()")
        clock, wire = Ear(rig, "ear-clock", CLOCK_OUT), Ear(rig, "ear-wire", "melodyrl-out:out")
        stack.callback(clock.close)
        stack.callback(wire.close)
        rig.connect(CLOCK_OUT, "melodyrl:in")
        stack.enter_context(_hand(rig))
        time.sleep(0.5)
        heard = Heard(clock=clock.heard, wire=wire.heard)
        heard.parts.append(_part(daw, heard.clock, 0, {SLOW_BPM: slow}))
        time.sleep(1.0)
        heard.parts.append(_part(daw, heard.clock, LOCATE, {SLOW_BPM: slow, FAST_BPM: fast}))
        time.sleep(0.5)
    return heard


def _part(
    daw: Ardour, clock: list[tuple[float, list[int]]], begins: int, quarters: dict[float, int]
) -> Part:
    """Record from a quarter of the song on, for some quarters at each tempo."""
    tempos = tuple(quarters)
    before, begins_s = len(clock), begins * 60 / tempos[0]
    daw.tempo(tempos[0])
    daw.locate(begins_s)
    daw.record()
    end_s = begins_s
    for bpm, each in quarters.items():
        daw.tempo(bpm)
        end_s += each * 60 / bpm
        daw.roll_to(end_s)
    daw.stop()
    ticks_s = np.array([at for at, data in clock[before:] if data[0] == 0xF8])
    notes = [
        (at_s - begins_s, message.note)
        for at_s, message in daw.recorded("melodyrl", begins_s, tempos[-1])
        if message.type == "note_on" and message.velocity and message.channel == MACHINE
    ]
    onsets_s, pitches = zip(*notes, strict=True)
    return Part(ticks_s, np.array(onsets_s), list(pitches), tempos)


@contextmanager
def _hand(rig: ClockRig) -> Iterator[None]:
    """A player who strikes a chord now and then."""
    port, is_over = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="hand"), threading.Event()
    port.open_virtual_port("out")
    rig.connect("hand:out", "melodyrl:in")

    def strike() -> None:
        while True:
            for pitch in CHORDS[0]:
                port.send_message([0x80, pitch, 0])
                port.send_message([0x90, pitch, 80])
            if is_over.wait(AGAIN_S):
                return

    player = threading.Thread(target=strike)
    player.start()
    try:
        yield
    finally:
        is_over.set()
        player.join()
        port.close_port()
        port.delete()
