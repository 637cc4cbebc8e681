"""Recordings as JSON lines: a line that says what it is, then one line an event."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from typing import cast

from melodyrl.core.engine.check import makes_sense
from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.events import (
    Announce,
    ChangeDrums,
    Conclude,
    Event,
    Forget,
    Halt,
    Learn,
    Nanos,
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
from melodyrl.core.engine.recorder import Recording, Told
from melodyrl.core.midi.messages import DRUMS, ControlChange, NoteOff, NoteOn
from melodyrl.core.music import Key, Meter
from melodyrl.errors import FileError

_FORMAT, _VERSION = "melodyrl recording", 1
_EVENTS: dict[str, Callable[..., Event]] = {
    kind.__name__: kind
    for kind in (
        NoteOn,
        NoteOff,
        ControlChange,
        SetKnob,
        SetMode,
        SetTempo,
        SetClock,
        SetFeel,
        SetKey,
        SetMeter,
        SetPolicy,
        SetSplit,
        SetDrums,
        SetCell,
        SetVariation,
        ChangeDrums,
        SetFill,
        Start,
        Stop,
        Panic,
        Release,
        Tap,
        Learn,
        Forget,
        Announce,
        Conclude,
        Sync,
        Halt,
    )
}


def to_lines(recording: Recording) -> Iterator[str]:
    """The lines of a recording, without line ends."""
    yield json.dumps(head_of(recording))
    for told in recording.events:
        yield event_line(told)


def head_of(recording: Recording) -> dict[str, object]:
    """What the first line says: all but the events."""
    return {
        "format": _FORMAT,
        "version": _VERSION,
        "config": asdict(recording.config),
        "policy_name": recording.policy_name,
        "policy_digest": recording.policy_digest,
        "chord_policy_digest": recording.chord_policy_digest,
        "until_ns": recording.until_ns,
        "lost": recording.lost,
    }


def event_line(told: Told) -> str:
    """The line of one event."""
    at_ns, event = told
    return json.dumps({"at_ns": at_ns, "event": type(event).__name__, **asdict(event)})


def from_lines(lines: Iterable[str]) -> Recording:
    """The recording that some lines hold.

    Raises:
        FileError: they hold none, or one that is broken.
    """
    numbered = enumerate(lines, start=1)
    number = 1
    try:
        number, first = next(numbered, (1, ""))
        head = json.loads(first)
        if (head["format"], head["version"]) != (_FORMAT, _VERSION):
            raise ValueError("not a recording")
        events: list[Told] = []
        for number, line in numbered:  # noqa: B007 - the error below says which line
            events.append(event_of(json.loads(line)))
        return recording_of(head, events)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FileError(
            f"Line {number} is not one of a recording of ours ({error}); "
            f"choose a file that melodyrl saved."
        ) from None


def recording_of(head: dict[str, object], events: Iterable[Told]) -> Recording:
    """The recording of a first line and its events; ValueError or the like where it is broken."""
    return Recording(
        _config(head["config"]),  # type: ignore[arg-type]
        str(head["policy_name"]),
        str(head["policy_digest"]),
        tuple(events),
        Nanos(_whole(head["until_ns"])),
        _whole(head["lost"]),
        str(head.get("chord_policy_digest", "")),
    )


def event_of(record: dict[str, object]) -> Told:
    """The event of a line; errors as in `recording_of`."""
    values = {name: value for name, value in record.items() if name not in ("at_ns", "event")}
    event = _EVENTS[str(record["event"])](**values)
    if not makes_sense(event):
        raise ValueError(f"{event} makes no sense")
    return Nanos(_whole(record["at_ns"])), event


def _config(record: dict[str, object]) -> EngineConfig:
    meter, key = record["meter"], record["key"]
    # a take from before there were these knobs was played straight, and where it was decided
    knobs = {"swing": 0.0, "humanize": 0.0, "register": 0.0, **record["knobs"]}  # type: ignore[dict-item]
    values = {**record, "knobs": knobs, "meter": Meter(**meter)}  # type: ignore[arg-type]
    values["key"] = None if key is None else Key(**key)  # type: ignore[arg-type]
    values["bindings"] = _pairs(record.get("bindings", []))
    if "drum_pitches" in record:
        values["drum_pitches"] = tuple(record["drum_pitches"])  # type: ignore[arg-type]
    elif record["channel"] == DRUMS:
        values["drum_channel"] = 0  # before there were drums their channel was a melody's, too
    config = EngineConfig(**values)  # type: ignore[arg-type]
    problem = config.problem()
    if problem:
        raise ValueError(problem)
    return config


def _pairs(value: object) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise ValueError(f"{value!r} is not a list of bindings")
    return tuple(tuple(pair) for pair in cast(list[list[object]], value))


def _whole(value: object) -> int:
    if type(value) is not int:
        raise ValueError(f"{value!r} is not a whole number")
    return value
