"""Hypothesis strategies for what an engine can be told."""

import math

from hypothesis import strategies as st

from melodyrl.core.engine.events import (
    CELLS,
    CHANGES,
    CLOCKS,
    DRUMS,
    FEEL_CHOICES,
    KNOBS,
    MODES,
    TARGETS,
    VARY_BARS,
    Announce,
    ChangeDrums,
    Conclude,
    Event,
    Forget,
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
    SetSplit,
    SetTempo,
    SetVariation,
    Start,
    Stop,
    Sync,
    Tap,
)
from melodyrl.core.midi.messages import ControlChange, NoteOff, NoteOn

MS = 1_000_000

pitches = st.integers(43, 79)
note_ons = st.builds(NoteOn, pitches, st.integers(0, 127), st.integers(0, 1))
note_offs = st.builds(NoteOff, pitches, st.integers(0, 1))
pedals = st.builds(
    ControlChange, st.sampled_from([64, 64, 120, 123]), st.sampled_from([0, 127]), st.integers(0, 1)
)
knobs = st.sampled_from(sorted(KNOBS)).flatmap(
    lambda name: st.builds(SetKnob, st.just(name), st.floats(KNOBS[name][0], KNOBS[name][1]))
)
keys = st.builds(SetKey, st.none() | st.integers(0, 11), st.booleans())
meters = st.sampled_from([SetMeter(4, 4), SetMeter(3, 4), SetMeter(6, 8)])
controls = st.builds(
    ControlChange, st.sampled_from([0, 1, 7, 21, 22]), st.integers(0, 127), st.integers(0, 1)
)
learning = st.builds(Learn, st.none() | st.sampled_from(TARGETS)) | st.builds(
    Forget, st.sampled_from(TARGETS)
)
drumming = st.one_of(
    st.builds(SetDrums, st.booleans()),
    st.builds(SetCell, st.sampled_from(DRUMS), st.integers(0, 15), st.sampled_from(CELLS)),
    st.builds(SetVariation, st.sampled_from(VARY_BARS)),
    st.builds(ChangeDrums, st.sampled_from(CHANGES)),
    st.builds(
        SetFill,
        st.integers(1, 3),
        st.sampled_from(["", "hat oooo oooo oooo oooo", "kick " + "o." * 8]),
    ),
)
commands = st.one_of(
    knobs,
    st.builds(SetMode, st.sampled_from(MODES)),
    st.builds(SetFeel, st.sampled_from(FEEL_CHOICES)),
    st.builds(SetTempo, st.floats(20, 400)),
    st.builds(SetClock, st.sampled_from(CLOCKS)),
    keys,
    meters,
    st.builds(SetSplit, st.none() | st.integers(48, 72)),
    st.builds(Announce, st.integers(0, 4095)),
    st.sampled_from([Start(), Stop(), Panic(), Release(), Tap(), Conclude()]),
)
events: st.SearchStrategy[Event] = st.one_of(
    note_ons, note_ons, note_offs, pedals, controls, learning, commands, drumming
)

nonsense = st.sampled_from(
    [
        NoteOn(200, 80),
        NoteOn(-1, 80),
        NoteOn(60, 128),
        NoteOn(60, 80, 16),
        NoteOn(60.5, 80),  # type: ignore[arg-type]
        NoteOn(True, 80),
        NoteOff(128),
        ControlChange(64, 300),
        SetKnob("harmony", math.nan),
        SetKnob("harmony", 1.5),
        SetKnob("loudness", 0.5),  # type: ignore[arg-type]
        SetKnob(["harmony"], 0.5),  # type: ignore[arg-type]
        SetMode("dance"),  # type: ignore[arg-type]
        Learn("loudness"),  # type: ignore[arg-type]
        Learn(["harmony"]),  # type: ignore[arg-type]
        Forget(None),  # type: ignore[arg-type]
        Forget("solo"),  # type: ignore[arg-type]
        SetClock("sundial"),  # type: ignore[arg-type]
        SetClock(["midi"]),  # type: ignore[arg-type]
        SetTempo(0.0),
        SetTempo(math.inf),
        SetTempo(10**400),
        Sync(10**30, 0.0, 120.0),
        SetTempo("fast"),  # type: ignore[arg-type]
        Sync(0, math.nan, 120.0),
        Sync(0, -1.0, 120.0),
        Sync(0, 0.0, 500.0),
        Sync(0.5, 0.0, 120.0),  # type: ignore[arg-type]
        Sync(0, 0.0, 120.0, 1),  # type: ignore[arg-type]
        SetKey(12),
        SetKey(0, None),  # type: ignore[arg-type]
        SetDrums(1),  # type: ignore[arg-type]
        SetCell("gong", 0, "hit"),
        SetCell("kick", 16, "hit"),
        SetCell("kick", 0, "x"),  # type: ignore[arg-type]
        SetVariation(3),
        SetVariation(True),
        ChangeDrums("groove"),  # type: ignore[arg-type]
        SetFill(-1, ""),
        SetFill(1, "gong x... x... x... x..."),
        SetFill(1, None),  # type: ignore[arg-type]
        SetSplit(20),
        SetSplit(109),
        SetSplit(60.0),  # type: ignore[arg-type]
        SetSplit(True),
        Announce(4096),
        Announce(True),
        SetMeter(5, 4),
        SetMeter(4, 0),
        None,
        "note on",
    ]
)

gaps_ns = st.one_of(
    st.just(0),
    st.integers(0, 5 * MS),
    st.integers(0, 600 * MS),
    st.sampled_from([125 * MS, 500 * MS, 2000 * MS]),
)


def timed(
    event: st.SearchStrategy[Event] = events, most: int = 40
) -> st.SearchStrategy[list[tuple[int, Event]]]:
    """Events at times that rise from one second."""
    return st.lists(st.tuples(gaps_ns, event), max_size=most).map(_at_times)


def _at_times(gaps: list[tuple[int, Event]]) -> list[tuple[int, Event]]:
    told, at_ns = [], 1_000 * MS
    for gap_ns, event in gaps:
        at_ns += gap_ns
        told.append((at_ns, event))
    return told
