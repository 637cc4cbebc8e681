"""Which events make sense; the others are dropped before they can do harm."""

from collections.abc import Container
from math import isfinite

from melodyrl.core.engine.events import (
    KNOBS,
    MODES,
    Panic,
    Release,
    SetKey,
    SetKnob,
    SetMeter,
    SetMode,
    SetTempo,
    Start,
    Stop,
)
from melodyrl.core.midi.messages import ControlChange, NoteOff, NoteOn
from melodyrl.core.music import METERS, Meter

SLOWEST_BPM, FASTEST_BPM = 20.0, 400.0


def makes_sense(event: object) -> bool:
    """Whether it is an event, with every value of the right type and within its range."""
    match event:
        case NoteOn(pitch, loud, channel):
            return _is_within(pitch, 127) and _is_within(loud, 127) and _is_within(channel, 15)
        case NoteOff(pitch, channel):
            return _is_within(pitch, 127) and _is_within(channel, 15)
        case ControlChange(controller, value, channel):
            return (
                _is_within(controller, 127) and _is_within(value, 127) and _is_within(channel, 15)
            )
        case SetKnob(name, value):
            return _is_known(name, KNOBS) and _is_between(value, KNOBS[name][0], KNOBS[name][1])
        case SetMode(mode):
            return _is_known(mode, MODES)
        case SetTempo(tempo_bpm):
            return _is_between(tempo_bpm, SLOWEST_BPM, FASTEST_BPM)
        case SetKey(tonic, minor):
            return (tonic is None or _is_within(tonic, 11)) and _is_known(minor, (False, True))
        case SetMeter(beats, unit):
            return _is_within(beats, 16) and _is_within(unit, 16) and Meter(beats, unit) in METERS
        case Start() | Stop() | Panic() | Release():
            return True
        case _:
            return False


def _is_within(value: object, highest: int) -> bool:
    return type(value) is int and 0 <= value <= highest


def _is_between(value: object, lowest: float, highest: float) -> bool:
    return type(value) in (int, float) and isfinite(value) and lowest <= value <= highest  # type: ignore[arg-type, operator]


def _is_known(value: object, known: Container[object]) -> bool:
    return isinstance(value, str | bool) and value in known
