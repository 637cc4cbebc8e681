"""Judges what a third party recorded: is it in time, in harmony, and does everything end?"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np

from melodyrl.core.engine.config import DECIDE_NS, LISTEN_NS
from melodyrl.core.engine.events import MODES

CHORDS = ((57, 60, 64), (53, 57, 60), (48, 52, 55), (55, 59, 62))
"""Am F C G."""

PLAYER, MACHINE = 0, 1
"""MIDI channels of the chords and of the answer."""

CHECKPOINT = Path(__file__).parents[2] / "checkpoints" / "melody.safetensors"
POLICY = "shipped" if CHECKPOINT.exists() else "rules"

MANNER = ("--feel", "air", "--temperature", "0.03")
"""How it plays what is judged. In a few bars chance would decide otherwise: as usual a strong beat
has a chord tone in .89 of cases, and one feel has three times the notes of another."""

# A busy machine must not be measured instead of the program: where we may, JACK's clock is a
# real-time thread, and the program and the player come before what else runs.
MAY_HURRY = hasattr(os, "geteuid") and os.geteuid() == 0
REAL_TIME = ["--realtime"] if MAY_HURRY else []
HURRY = ["nice", "-n", "-15"] if MAY_HURRY else []

SWITCHES = ("1=shipped", "2=greedy", "3=rules", "4=greedy-chords")
"""Programs and the policies that they choose."""

UNREST_FLAGS = (
    *("--clock", "midi"),
    *(f"--map={20 + number}=mode-{mode}" for number, mode in enumerate(MODES)),
    *(f"--program={each}" for each in SWITCHES),
)
"""For tests/machines/unrest."""

DECIDED_S = (LISTEN_NS - DECIDE_NS) / 1e9
"""From a step to when it is decided."""

ON_GRID = 0.9
"""Share of onsets that must lie near one phase of the sixteenth: by chance it were a third. A
busy machine delays a few; how late notes are is for benchmarks to say, side by side with a peer."""

Heard = tuple[float, mido.Message]
"""Seconds on the recorder's clock, and a message."""


@dataclass(frozen=True)
class Figures:
    """What the answer measured."""

    onsets: int
    on_grid: float
    """Share of onsets within the tolerance of one phase of the sixteenth."""
    phase_ms: float
    """That phase, after the first chord."""
    worst_ms: float
    strong: int
    """Onsets on beats 1 and 3."""
    chord_tones: float
    """Share of those that are tones of the chord of that bar."""
    wrong_chord_tones: float
    """The same over the chords of the other bars, in the mean."""
    unended: int
    """Note-ons without a note-off."""

    def check(self):
        assert self.onsets >= 12, self
        assert self.on_grid >= ON_GRID, self
        assert self.strong >= 8, self
        # People's are .83 over triads, where .43 would be by chance; of twenty some fewer are.
        assert self.chord_tones >= 0.60, self
        assert self.wrong_chord_tones <= self.chord_tones - 0.15, self
        assert self.unended == 0, self


def write_chords(path: Path, bars: int, tempo_bpm: float) -> None:
    """Am F C G, a bar each, over and over."""
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(tempo_bpm))])
    for bar in range(bars):
        chord = CHORDS[bar % 4]
        track += [mido.Message("note_on", note=pitch, velocity=80, time=0) for pitch in chord]
        track += [
            mido.Message("note_off", note=pitch, time=0 if index else 4 * 480)
            for index, pitch in enumerate(chord)
        ]
    mido.MidiFile(tracks=[track], ticks_per_beat=480).save(path)


def judge(
    heard: list[Heard],
    tempo_bpm: float,
    bars: int,
    tolerance_ms: float,
    late_s: Sequence[float] = (),
) -> Figures:
    """The figures of a recording of both players.

    `late_s` says how long after the recorder melodyrl heard the chord of each bar, where that was
    long: until then the one before is the one that it answers.
    """
    sixteenth_ms = 60_000 / tempo_bpm / 4
    ons = [(at, m) for at, m in heard if m.type == "note_on" and m.velocity > 0]
    steps_at = _grid([at for at, m in ons if m.channel == PLAYER], tempo_bpm, bars)
    answer = [(steps_at(at), m.note) for at, m in ons if m.channel == MACHINE]
    answer = [(step, note) for step, note in answer if 0 <= step < bars * 16]
    phases = [step % 1 for step, _ in answer]
    phase = min(phases, key=lambda p: sum(abs(_around(q - p)) for q in phases))
    off_by_ms = [abs(_around(p - phase)) * sixteenth_ms for p in phases]
    placed = [(round(step - phase), note) for step, note in answer]
    strong = [(step, note) for step, note in placed if step % 8 == 0]
    strong = [(_heard_bar(step, sixteenth_ms / 1000, late_s), note) for step, note in strong]
    strong = [(bar, note) for bar, note in strong if bar >= 0]
    return Figures(
        onsets=len(answer),
        on_grid=sum(ms <= tolerance_ms for ms in off_by_ms) / max(len(answer), 1),
        phase_ms=phase * sixteenth_ms,
        worst_ms=max(off_by_ms),
        strong=len(strong),
        chord_tones=_rate(strong, 0),
        wrong_chord_tones=sum(_rate(strong, shift) for shift in (1, 2, 3)) / 3,
        unended=unended(heard),
    )


def _heard_bar(step: int, sixteenth_s: float, late_s: Sequence[float]) -> int:
    """The bar whose chord was heard last when a step was decided."""
    bar, in_bar = divmod(step, 16)
    is_heard = not late_s or late_s[bar] <= in_bar * sixteenth_s + DECIDED_S
    return bar if is_heard else bar - 1


def unended(heard: list[Heard]) -> int:
    """How many of the machine's notes still sound at the end."""
    sounding: set[int] = set()
    for _, message in heard:
        if message.type in ("note_on", "note_off") and message.channel == MACHINE:
            if message.type == "note_on" and message.velocity > 0:
                sounding.add(message.note)
            else:
                sounding.discard(message.note)
    return len(sounding)


def ledger(heard: list[Heard]) -> tuple[int, int, int]:
    """(notes begun, notes that began while they sounded, notes that still sound), of the wire."""
    sounding, begun, doubled = set(), 0, 0
    for _, message in heard:
        if message.type not in ("note_on", "note_off") or message.channel != MACHINE:
            continue
        if message.type == "note_on" and message.velocity > 0:
            doubled += message.note in sounding
            sounding.add(message.note)
            begun += 1
        else:
            sounding.discard(message.note)
    return begun, doubled, len(sounding)


def _rate(strong: list[tuple[int, int]], shift: int) -> float:
    hits = [note % 12 in {p % 12 for p in CHORDS[(bar + shift) % 4]} for bar, note in strong]
    return sum(hits) / max(len(hits), 1)


def _around(difference: float) -> float:
    """The difference of two phases, in -0.5 to 0.5 sixteenths."""
    return (difference + 0.5) % 1 - 0.5


def _grid(chord_onsets: list[float], tempo_bpm: float, bars: int) -> Callable[[float], float]:
    """Sixteenths since the first chord, by the player's own bars.

    A recorder whose clock stumbles (JACK's counts frames, and a busy machine loses some) stumbles
    for both players: so we ask where the answer lies between the chords that it answers.
    """
    bar_s = 240 / tempo_bpm
    begins = [min(chord_onsets)]
    for at in sorted(chord_onsets):
        if at > begins[-1] + bar_s / 2:
            begins.append(at)
    assert len(begins) == bars, f"{len(begins)} of {bars} chords were recorded"
    begins.append(begins[-1] + bar_s)
    sixteenths = [16.0 * bar for bar in range(bars + 1)]
    return lambda at: float(np.interp(at, begins, sixteenths, left=-1.0, right=bars * 16.0))
