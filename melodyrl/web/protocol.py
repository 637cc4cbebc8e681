"""What the page and the daemon say to each other: JSON text to events, values to JSON.

From the page, one object a message, no other fields than these:
    {"type": "note", "on": true, "pitch": 60, "velocity": 88}    velocity 1-127, for on only
    {"type": "control", "controller": 21, "value": 64}           0-127 both; free ones only
    {"type": "program", "program": 1}                            0-127, of a keyboard
    {"type": "knob", "name": "harmony", "value": 0.7}            within events.KNOBS
    {"type": "mode", "mode": "solo"}                             one of events.MODES
    {"type": "tempo", "tempo_bpm": 96}                           20-400
    {"type": "clock", "source": "midi"}                          one of events.CLOCKS
    {"type": "tap"}                                              four in time set the tempo
    {"type": "key", "tonic": 9, "minor": true}                   tonic null: listen for it
    {"type": "meter", "beats": 3, "unit": 4}                     4/4, 3/4, 6/8
    {"type": "feel", "feel": "reel"}                             one of events.FEEL_CHOICES
    {"type": "split", "pitch": 60}                               within events.SPLITS; null: none
    {"type": "learn", "target": "harmony"}                       one of events.TARGETS; null: none
    {"type": "forget", "target": "harmony"}                      one of events.TARGETS
    {"type": "policy", "name": "rules"}                          see `melodyrl policies`
    {"type": "drums", "on": true}                                 play or not
    {"type": "cell", "drum": "kick", "step": 0, "cell": "hit"}   hit, rest or open
    {"type": "variation", "bars": 4}                             one of events.VARY_BARS
    {"type": "pattern", "change": "fill"}                        fill, vary or clear
    {"type": "start"}  {"type": "stop"}  {"type": "panic"}
To the page: "hello" once, then "note", "state", "lost" (some notes were not sent), "error", and
"ahead": notes that will come if the player changes nothing, [[pitch, start_ms, end_ms], ...].
"""

import dataclasses
import json
import math
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, NoReturn, TypeAlias, TypeVar, cast

import melodyrl
from melodyrl.core.drums.kit import KIT, STEPS
from melodyrl.core.engine import events
from melodyrl.core.engine.controls import meaning
from melodyrl.core.engine.events import Event, Wish
from melodyrl.core.midi.messages import ControlChange, NoteOff, NoteOn, ProgramChange
from melodyrl.errors import ProtocolError

MESSAGE_BYTES = 4096
"""Longest message that is read; the page's own are under 100 bytes."""

NAME_LETTERS = 1000
"""Longest name of a policy, which may be a path."""

DEFAULT_VELOCITY = 88
TEMPO_BPM = (20.0, 400.0)
METERS = ((4, 4), (3, 4), (6, 8))

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Message = dict[str, Json]
Choice = TypeVar("Choice", bound=str)


def parse(text: str) -> Wish:
    """The event, policy or program that a message from the page asks for.

    Raises:
        ProtocolError: one sentence for anything that is not in the protocol; nothing else escapes.
    """
    fields = _object(text)
    kind = fields.pop("type", None)
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise ProtocolError(f"Message type {_shown(kind)} is not one of {', '.join(_READERS)}.")
    event = reader(fields)
    if fields:
        raise ProtocolError(f"A {kind} message has no field {_shown(next(iter(fields)))}.")
    return event


def hello(state: Message | None) -> Message:
    """What a page is told first: who we are, what can be turned, and the newest state."""
    knobs: dict[str, Json] = {
        name: {"low": low, "high": high, "default": default}
        for name, (low, high, default) in events.KNOBS.items()
    }
    return {
        "type": "hello",
        "version": melodyrl.__version__,
        "knobs": knobs,
        "modes": list(events.MODES),
        "meters": [list(meter) for meter in METERS],
        "tempo_bpm": list(TEMPO_BPM),
        "feels": list(events.FEEL_CHOICES),
        "splits": list(events.SPLITS),
        "drums": [{"name": drum.name, "pitch": drum.pitch} for drum in KIT],
        "vary_bars": list(events.VARY_BARS),
        "state": None if state is None else state["state"],
    }


def encode(item: object) -> Message:
    """The message for something that the live loop published: a note, or a snapshot.

    A note is ("note", who, on, pitch, velocity, at_ns), what will come ("ahead", notes); any
    dataclass is a state.
    """
    match item:
        case ("ahead", list(notes)):
            coming = [[each.pitch, each.start_ns / 1e6, each.end_ns / 1e6] for each in notes]
            return {"type": "ahead", "notes": cast(Json, coming)}
        case ("note", str(who), on, pitch, velocity, at_ns):
            note = {"who": who, "on": bool(on), "pitch": pitch, "velocity": velocity}
            return {"type": "note", **_mapping(note | {"at_ns": at_ns})}
        case _:
            return {"type": "state", "state": plain(item)}


def error(sentence: str) -> Message:
    """What the page is told when a message of its own was refused."""
    return {"type": "error", "text": sentence}


LOST: Message = {"type": "lost"}


def plain(value: object) -> Json:
    """Any value as JSON: dataclasses as objects, numpy as numbers and lists, NaN as null.

    Nanoseconds (fields ending in _ns) become milliseconds (_ms): a JavaScript number holds
    integers to 2^53, which is only 104 days of nanoseconds.
    """
    match value:
        case None | bool() | str():
            return value
        case Enum():
            return plain(value.value)
        case int():
            return int(value)
        case float():
            return float(value) if math.isfinite(value) else None
        case Mapping():
            return _mapping(value)
        case list() | tuple():
            return [plain(item) for item in value]
        case set() | frozenset():
            return [plain(item) for item in sorted(value)]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _mapping({f.name: getattr(value, f.name) for f in dataclasses.fields(value)})
    if hasattr(value, "tolist"):  # numpy scalars and arrays
        return plain(cast(Any, value).tolist())
    return str(value)


def _mapping(value: Mapping[Any, object]) -> Message:
    fields: Message = {}
    for key, item in value.items():
        name = str(key)
        if name.endswith("_ns") and isinstance(item, int):
            fields[name.removesuffix("_ns") + "_ms"] = item / 1e6
        else:
            fields[name] = plain(item)
    return fields


def _object(text: str) -> dict[str, Any]:
    if len(text) > MESSAGE_BYTES or len(text.encode("utf-8", "surrogatepass")) > MESSAGE_BYTES:
        raise ProtocolError(f"A message holds at most {MESSAGE_BYTES} bytes.")
    try:
        fields = json.loads(text, parse_constant=_not_a_number)
    except (ValueError, RecursionError):
        raise ProtocolError("A message is one JSON object.") from None
    if not isinstance(fields, dict):
        raise ProtocolError("A message is one JSON object.")
    return fields


def _not_a_number(name: str) -> NoReturn:
    raise ValueError(name)


def _shown(value: object) -> str:
    """A value of the page's as it may stand in a sentence: short, and printable."""
    text = ascii(value)
    return text if len(text) <= 40 else text[:37] + "..."


def _one_of(fields: dict[str, Any], name: str, word: str, known: Sequence[Choice]) -> Choice:
    """A field that is one of those known; the word is what a sentence calls it."""
    value = fields.pop(name, None)
    for each in known:
        if value == each:
            return each
    raise ProtocolError(f"{word} {_shown(value)} is not one of {', '.join(known)}.")


def _whole(fields: dict[str, Any], name: str, low: int, high: int) -> int:
    value = fields.pop(name, None)
    if type(value) is not int or not low <= value <= high:
        raise ProtocolError(f"{name} is {_shown(value)}, not a whole number {low} to {high}.")
    return value


def _number(value: object, name: str, low: float, high: float) -> float:
    if type(value) not in (int, float) or not low <= cast(float, value) <= high:
        raise ProtocolError(f"{name} is {_shown(value)}, not a number {low:g} to {high:g}.")
    return float(cast(float, value))


def _truth(fields: dict[str, Any], name: str) -> bool:
    value = fields.pop(name, None)
    if type(value) is not bool:
        raise ProtocolError(f"{name} is {_shown(value)}, not true or false.")
    return value


def _note(fields: dict[str, Any]) -> Event:
    pitch = _whole(fields, "pitch", 0, 127)
    fields.setdefault("velocity", DEFAULT_VELOCITY)
    velocity = _whole(fields, "velocity", 0, 127)
    return NoteOn(pitch, max(1, velocity)) if _truth(fields, "on") else NoteOff(pitch)


def _control(fields: dict[str, Any]) -> Event:
    controller = _whole(fields, "controller", 0, 127)
    if (its_own := meaning(controller)) is not None:
        raise ProtocolError(f"Controller {controller} is {its_own}, and turns no knob.")
    return ControlChange(controller, _whole(fields, "value", 0, 127))


def _program(fields: dict[str, Any]) -> Wish:
    return ProgramChange(_whole(fields, "program", 0, 127))


def _knob(fields: dict[str, Any]) -> Event:
    name = fields.pop("name", None)
    for known, (low, high, _) in events.KNOBS.items():
        if name == known:
            return events.SetKnob(known, _number(fields.pop("value", None), known, low, high))
    raise ProtocolError(f"Knob {_shown(name)} is not one of {', '.join(events.KNOBS)}.")


def _mode(fields: dict[str, Any]) -> Event:
    return events.SetMode(_one_of(fields, "mode", "Mode", events.MODES))


def _tempo(fields: dict[str, Any]) -> Event:
    return events.SetTempo(_number(fields.pop("tempo_bpm", None), "tempo_bpm", *TEMPO_BPM))


def _clock(fields: dict[str, Any]) -> Event:
    return events.SetClock(_one_of(fields, "source", "Clock", events.CLOCKS))


def _feel(fields: dict[str, Any]) -> Event:
    return events.SetFeel(_one_of(fields, "feel", "Feel", events.FEEL_CHOICES))


def _key(fields: dict[str, Any]) -> Event:
    if fields.get("tonic", 0) is None:
        fields.pop("tonic")
        fields.pop("minor", None)
        return events.SetKey(None)
    return events.SetKey(_whole(fields, "tonic", 0, 11), _truth(fields, "minor"))


def _meter(fields: dict[str, Any]) -> Event:
    meter = _whole(fields, "beats", 1, 16), _whole(fields, "unit", 1, 16)
    if meter not in METERS:
        raise ProtocolError(f"Meter {meter[0]}/{meter[1]} is not one of 4/4, 3/4, 6/8.")
    return events.SetMeter(*meter)


def _split(fields: dict[str, Any]) -> Event:
    if fields.get("pitch", 0) is None:
        fields.pop("pitch")
        return events.SetSplit(None)
    return events.SetSplit(_whole(fields, "pitch", *events.SPLITS))


def _drums(fields: dict[str, Any]) -> Event:
    return events.SetDrums(_truth(fields, "on"))


def _cell(fields: dict[str, Any]) -> Event:
    drum = _one_of(fields, "drum", "Drum", events.DRUMS)
    step = _whole(fields, "step", 0, STEPS - 1)
    return events.SetCell(drum, step, _one_of(fields, "cell", "Cell", events.CELLS))


def _variation(fields: dict[str, Any]) -> Event:
    bars = fields.pop("bars", None)
    if type(bars) is not int or bars not in events.VARY_BARS:
        raise ProtocolError(f"bars is {_shown(bars)}, not one of {_listed(events.VARY_BARS)}.")
    return events.SetVariation(bars)


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def _pattern(fields: dict[str, Any]) -> Event:
    return events.ChangeDrums(_one_of(fields, "change", "Change", events.CHANGES))


def _policy(fields: dict[str, Any]) -> Wish:
    name = fields.pop("name", None)
    if not isinstance(name, str) or not 0 < len(name) <= NAME_LETTERS:
        raise ProtocolError(f"Policy {_shown(name)} is not a name of 1 to {NAME_LETTERS} letters.")
    return events.ChoosePolicy(name)


def _learn(fields: dict[str, Any]) -> Event:
    if fields.get("target", 0) is None:
        fields.pop("target")
        return events.Learn(None)
    return events.Learn(_target(fields))


def _target(fields: dict[str, Any]) -> events.Target:
    return _one_of(fields, "target", "Target", events.TARGETS)


_READERS: dict[str, Callable[[dict[str, Any]], Wish]] = {
    "note": _note,
    "control": _control,
    "program": _program,
    "knob": _knob,
    "mode": _mode,
    "tempo": _tempo,
    "clock": _clock,
    "tap": lambda _: events.Tap(),
    "feel": _feel,
    "key": _key,
    "meter": _meter,
    "split": _split,
    "drums": _drums,
    "cell": _cell,
    "variation": _variation,
    "pattern": _pattern,
    "policy": _policy,
    "learn": _learn,
    "forget": lambda fields: events.Forget(_target(fields)),
    "start": lambda _: events.Start(),
    "stop": lambda _: events.Stop(),
    "panic": lambda _: events.Panic(),
}
