"""A daemon small enough for tests of the page: it answers each note an octave above."""

import io
import threading
import time
from dataclasses import replace

import mido

from melodyrl.core.drums.kit import NAMES, PITCHES
from melodyrl.core.engine.events import (
    CLOCKS,
    KNOBS,
    ChangeDrums,
    ChoosePolicy,
    Forget,
    Learn,
    Nanos,
    Panic,
    SetCell,
    SetClock,
    SetDrums,
    SetFeel,
    SetKey,
    SetKnob,
    SetMode,
    SetSplit,
    SetTempo,
    SetVariation,
    Stop,
    Wish,
)
from melodyrl.core.engine.groove import Groove
from melodyrl.core.engine.snapshot import Bar, Choice, Drums, Role, Snapshot, Why
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.core.music import Key
from melodyrl.web.backstage import Backstage
from melodyrl.web.cards import Cards
from melodyrl.web.lan import Lan
from melodyrl.web.shelf import Shelf
from melodyrl.web.stage import Stage
from melodyrl.web.understudy import Understudy
from tests.web.driving import WAIT_S

WHY = Why(
    Choice(
        "E5",
        (("harmony", 0.82), ("smoothness", 0.35), ("diversity", 0.1), ("rhythm", -0.4)),
        0.6,
        0.55,
    ),
    (
        Choice("G5", (("harmony", 0.8),), 0.5, 0.2),
        Choice("hold", (("harmony", 0.7),), 0.4, 0.1),
    ),
    Bar("air", 4, "notes"),
)


class StandIn:
    """Events in, notes and snapshots out; everything that it was told is kept in `told`."""

    def __init__(self, port: int = 0, **page: Shelf | Cards | Lan | Understudy) -> None:
        self.told: list[Wish] = []
        self.held: set[int] = set()
        self.arrived = threading.Condition()
        self.groove = Groove("", 0)
        self.take_instead: bytes | None = None
        self.stage = Stage("127.0.0.1", port, self.post, self.take, Backstage(**page))
        self.state = Snapshot(
            told_ns=Nanos(time.monotonic_ns()),
            running=False,
            bar=0,
            beat=0,
            step=0,
            step_began_ns=Nanos(time.monotonic_ns()),
            tempo_bpm=100.0,
            clock="internal",
            clock_state="waiting",
            meter="4/4",
            chord=None,
            key=None,
            fixed_key=None,
            mode="solo",
            feel="any",
            split=None,
            knobs=tuple((name, default) for name, (_, _, default) in KNOBS.items()),
            bindings=(),
            armed=None,
            sounding=(),
            held=(),
            why=None,
            drums=Drums(False, ("." * 16,) * 16, 0, None, False, 9, PITCHES),
            dropped=0,
            policies=(("melody", "shipped"), ("chords", "shipped-chords")),
            coming=(),
            cast=(Role("melody", "shipped", None), Role("chords", "shipped-chords", None)),
            failures=0,
            fallback=False,
            clocks=CLOCKS,
        )

    def start(self) -> str:
        url = self.stage.start()
        self.stage.publish(self.state)
        return url

    def stop(self) -> None:
        self.stage.stop()

    def post(self, event: Wish) -> None:
        match event:
            case NoteOn() | NoteOff():
                self.play(event)
            case SetKnob(name, value):
                self.publish(knobs=tuple({**dict(self.state.knobs), name: value}.items()))
            case Learn() | Forget():
                self.learn(event)
            case SetMode() | SetFeel() | SetTempo() | SetClock() | SetKey() | SetSplit():
                self.set(event)
            case SetDrums() | SetCell() | SetVariation() | ChangeDrums():
                self.drum(event)
            case Panic():
                self.held.clear()
                self.publish(running=False)
            case ChoosePolicy(name):
                self.choose(name)
            case Stop():
                self.publish(running=False)
        with self.arrived:
            self.told.append(event)
            self.arrived.notify_all()

    def play(self, note: NoteOn | NoteOff) -> None:
        pitch, modes = note.pitch, dict(self.state.mode_keys)
        match note:
            case NoteOn() if pitch in modes:
                self.publish(mode=modes[pitch])
            case NoteOn():
                self.show("player", pitch, note.velocity)
                self.show("machine", pitch + 12, 80)
                self.held.add(pitch)
                self.publish(running=True, chord="C", key="C major", why=WHY)
            case NoteOff():
                self.show("player", pitch, 0)
                self.show("machine", pitch + 12, 0)
                self.held.discard(pitch)
                self.publish()

    def set(self, event: SetMode | SetFeel | SetTempo | SetClock | SetKey | SetSplit) -> None:
        match event:
            case SetMode(mode):
                self.publish(mode=mode)
            case SetTempo(tempo_bpm):
                self.publish(tempo_bpm=tempo_bpm)
            case SetClock(source):
                self.publish(clock=source)
            case SetFeel(feel):
                self.publish(feel=feel)
            case SetSplit(pitch):
                self.publish(split=pitch)
            case SetKey(tonic, minor):
                name = None if tonic is None else Key(tonic, minor).name
                self.publish(fixed_key=name)

    def drum(self, event: SetDrums | SetCell | SetVariation | ChangeDrums) -> None:
        """A fill that is asked for comes when a test says so."""
        drums, groove = self.state.drums, self.groove
        match event:
            case SetDrums(is_on):
                drums = replace(drums, is_on=is_on)
                self.publish(running=self.state.running or is_on)
            case SetCell(drum, step, cell):
                groove.set_cell(drum, step, cell)
            case SetVariation(bars):
                drums = replace(drums, vary_bars=bars)
            case ChangeDrums(change):
                groove.change(change)
        self.publish(drums=replace(drums, cells=groove.rows, asked=groove.asked))

    def fill(self, text: str) -> None:
        """What was asked for last has come, and enters."""
        self.groove.take(self.groove.asked.number, text)
        self.publish(drums=replace(self.state.drums, asked=None, is_coming=True))
        self.groove.enter()
        self.publish(drums=replace(self.state.drums, is_coming=False, cells=self.groove.rows))

    def choose(self, name: str) -> None:
        """It comes at the bar line: when a test says `enter`."""
        part = "chords" if "chords" in name else "melody"
        cast = (replace(r, coming=name) if r.part == part else r for r in self.state.cast)
        self.publish(cast=tuple(cast))

    def enter(self) -> None:
        self.publish(cast=tuple(Role(r.part, r.coming or r.playing, None) for r in self.state.cast))

    def learn(self, event: Learn | Forget) -> None:
        match event:
            case Learn(target):
                self.publish(armed=target)
            case Forget(target):
                self.publish(bindings=tuple(p for p in self.state.bindings if p[1] != target))

    def turn(self, controller: int) -> None:
        """A control of the player's keyboard is turned, while one is waited for."""
        self.publish(bindings=((controller, self.state.armed),), armed=None)

    def show(self, who: str, pitch: int, velocity: int) -> None:
        self.stage.publish(("note", who, velocity > 0, pitch, velocity, time.monotonic_ns()))

    def strike(self, drum: str, velocity: int) -> None:
        """The drummer strikes, or with velocity 0 has struck, a drum."""
        self.show("drums", PITCHES[NAMES.index(drum)], velocity)

    def publish(self, **changes: object) -> None:
        held = tuple(sorted(self.held))
        now = {"told_ns": time.monotonic_ns(), "held": held}
        now["sounding"] = tuple(pitch + 12 for pitch in held)
        self.state = replace(self.state, **now, **changes)
        self.stage.publish(self.state)

    def take(self) -> bytes:
        if self.take_instead is not None:
            return self.take_instead
        track = mido.MidiTrack()
        for event in self.told:
            if isinstance(event, NoteOn):
                track.append(mido.Message("note_on", note=event.pitch, velocity=event.velocity))
                track.append(mido.Message("note_off", note=event.pitch, time=480))
        stream = io.BytesIO()
        mido.MidiFile(tracks=[track]).save(file=stream)
        return stream.getvalue()

    def wait_for(self, event: Wish, timeout_s: float = WAIT_S) -> bool:
        """Whether the event arrives in time."""
        with self.arrived:
            return self.arrived.wait_for(lambda: event in self.told, timeout_s)
