"""Which events make sense; the others are dropped before they can do harm."""

from collections.abc import Container

from melodyrl.core.drums.kit import STEPS
from melodyrl.core.drums.pattern import is_pattern
from melodyrl.core.engine.events import (
    CELLS,
    CHANGES,
    CLOCKS,
    DRUMS,
    FEEL_CHOICES,
    KNOBS,
    MODES,
    PARTS,
    SPLITS,
    TARGETS,
    VARY_BARS,
    Announce,
    ChangeDrums,
    Conclude,
    Drumming,
    Forget,
    Halt,
    Learn,
    Panic,
    Release,
    SetCell,
    SetClock,
    SetDrums,
    SetFeel,
    SetFill,
    SetKey,
    SetKnob,
    SetMeter,
    SetMode,
    SetPolicy,
    SetSplit,
    SetTempo,
    SetVariation,
    Start,
    Stop,
    Sync,
    Tap,
)
from melodyrl.core.midi.messages import ControlChange, Message, NoteOff, NoteOn
from melodyrl.core.music import METERS, Meter

SLOWEST_BPM, FASTEST_BPM = 20.0, 400.0
ALL_CLASSES = (1 << 12) - 1
FARTHEST_STEP = 2.0**31
"""Sixteenths: six years of music at 120."""
FARTHEST_NS = 2**62
"""Of a monotonic clock: a century and a half."""


def makes_sense(event: object) -> bool:
    """Whether it is an event, with every value of the right type and within its range."""
    match event:
        case NoteOn() | NoteOff() | ControlChange():
            return _is_message(event)
        case SetKnob(name, value):
            return _is_known(name, KNOBS) and _is_between(value, KNOBS[name][0], KNOBS[name][1])
        case SetMode() | SetFeel() | SetClock() | SetPolicy() | Learn() | Forget():
            return _is_choice(event)
        case SetTempo(tempo_bpm):
            return _is_between(tempo_bpm, SLOWEST_BPM, FASTEST_BPM)
        case SetMeter(beats, unit):
            return _is_within(beats, 16) and _is_within(unit, 16) and Meter(beats, unit) in METERS
        case SetKey() | SetSplit() | Announce():
            return _is_of_pitches(event)
        case SetDrums() | SetCell() | SetVariation() | ChangeDrums() | SetFill():
            return _is_drumming(event)
        case Sync():
            return _is_sync(event)
        case Start() | Stop() | Panic() | Release() | Tap() | Halt() | Conclude():
            return True
        case _:
            return False


def _is_message(message: Message) -> bool:
    match message:
        case NoteOn(first, second, channel) | ControlChange(first, second, channel):
            is_known = _is_within(first, 127) and _is_within(second, 127)
        case NoteOff(first, channel):
            is_known = _is_within(first, 127)
    return is_known and _is_within(channel, 15)


def _is_choice(event: SetMode | SetFeel | SetClock | SetPolicy | Learn | Forget) -> bool:
    match event:
        case SetMode(mode):
            return _is_known(mode, MODES)
        case SetFeel(feel):
            return _is_known(feel, FEEL_CHOICES)
        case SetClock(source):
            return _is_known(source, CLOCKS)
        case SetPolicy(part, digest):
            return _is_known(part, PARTS) and type(digest) is str
        case Learn(target):
            return target is None or _is_known(target, TARGETS)
        case Forget(target):
            return _is_known(target, TARGETS)


def _is_of_pitches(event: SetKey | SetSplit | Announce) -> bool:
    match event:
        case SetKey(tonic, minor):
            return (tonic is None or _is_within(tonic, 11)) and _is_known(minor, (False, True))
        case SetSplit(pitch):
            return pitch is None or (_is_within(pitch, SPLITS[1]) and pitch >= SPLITS[0])
        case Announce(mask):
            return _is_within(mask, ALL_CLASSES)


def _is_drumming(event: Drumming) -> bool:
    match event:
        case SetDrums(is_on):
            return type(is_on) is bool
        case SetCell(drum, step, cell):
            return _is_known(drum, DRUMS) and _is_within(step, STEPS - 1) and _is_known(cell, CELLS)
        case SetVariation(bars):
            return type(bars) is int and bars in VARY_BARS
        case ChangeDrums(change):
            return _is_known(change, CHANGES)
        case SetFill(number, text):
            return type(number) is int and number >= 0 and is_pattern(text)


def _is_sync(event: Sync) -> bool:
    return (
        type(event.anchor_ns) is int
        and _is_between(event.anchor_ns, -FARTHEST_NS, FARTHEST_NS)
        and _is_between(event.step, 0, FARTHEST_STEP)
        and _is_between(event.tempo_bpm, SLOWEST_BPM, FASTEST_BPM)
        and type(event.is_held) is bool
    )


def _is_within(value: object, highest: int) -> bool:
    return type(value) is int and 0 <= value <= highest


def _is_between(value: object, lowest: float, highest: float) -> bool:
    return type(value) in (int, float) and lowest <= value <= highest  # type: ignore[operator]


def _is_known(value: object, known: Container[object]) -> bool:
    return isinstance(value, str | bool) and value in known
