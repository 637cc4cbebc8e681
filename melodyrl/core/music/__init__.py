"""Pitch, chord, key, meter and tempo: music as values, without time or devices."""

from melodyrl.core.music.chord import QUALITIES, Chord, parse_chord, parse_progression, recognise
from melodyrl.core.music.key import Key, parse_key
from melodyrl.core.music.meter import COMMON, METERS, Meter, parse_meter
from melodyrl.core.music.pitch import (
    ALL_PITCH_CLASSES,
    PITCH_CLASS_NAMES,
    mask_of,
    parse_pitch,
    parse_pitch_class,
    pitch_classes,
    pitch_name,
    rotate,
    scale_mask,
)
from melodyrl.core.music.tempo import Nanos, TempoMap, Ticks, quarter_ns, sixteenth_ns

__all__ = [
    "ALL_PITCH_CLASSES",
    "COMMON",
    "METERS",
    "PITCH_CLASS_NAMES",
    "QUALITIES",
    "Chord",
    "Key",
    "Meter",
    "Nanos",
    "TempoMap",
    "Ticks",
    "mask_of",
    "parse_chord",
    "parse_key",
    "parse_meter",
    "parse_pitch",
    "parse_pitch_class",
    "parse_progression",
    "pitch_classes",
    "pitch_name",
    "quarter_ns",
    "recognise",
    "rotate",
    "scale_mask",
    "sixteenth_ns",
]
