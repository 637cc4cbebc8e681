"""Reading a MIDI file that anyone may have made: what is wrong with it is said in one sentence.

mido alone accepts a time division of 0 and reads no notes from a header that claims 65,535
tracks, so the chunks are checked before it parses them.
Source: Standard MIDI Files 1.0 (RP-001).
"""

# mido has no types.
# pyright: basic

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import mido

from melodyrl.core.midi.messages import Message, NoteOn, from_bytes
from melodyrl.core.music.key import Key, parse_key
from melodyrl.core.music.meter import COMMON, Meter
from melodyrl.core.music.tempo import DEFAULT_TEMPO_US, Nanos, TempoMap, Ticks
from melodyrl.errors import MidiFileError

MAX_BYTES = 16 * 1024 * 1024
MAX_HOURS = 4
_HEADER_BYTES = 14
_HOUR_NS = 3_600_000_000_000
_MIDO_ERRORS = (OSError, EOFError, ValueError, LookupError, TypeError, mido.KeySignatureError)


@dataclass(frozen=True)
class Performance:
    """What somebody played, as a file keeps it.

    `meters` and `keys` are (tick, value), rising; there is always a meter at tick 0.
    `events` are the notes and control changes of all tracks in order of time.
    `tracks` are the file's own, to be kept when a part is added.
    """

    tempo_map: TempoMap
    meters: tuple[tuple[Ticks, Meter], ...]
    keys: tuple[tuple[Ticks, Key], ...]
    events: tuple[tuple[Nanos, Message], ...]
    tracks: tuple[mido.MidiTrack, ...]
    end_ns: Nanos

    @property
    def ppqn(self) -> int:
        """Ticks in a quarter note."""
        return self.tempo_map.ppqn

    def meter_at(self, tick: Ticks) -> Meter:
        """The meter that is in force at a tick."""
        return next(meter for change, meter in reversed(self.meters) if change <= tick)

    def bar_tick(self, tick: Ticks) -> Ticks:
        """The bar line at a tick or before it."""
        change, meter = next(each for each in reversed(self.meters) if each[0] <= tick)
        bar = self.ppqn * 4 * meter.beats
        bars = (tick - change) * meter.unit // bar
        return Ticks(change + -(-bars * bar // meter.unit))


def read_performance(path: Path | str) -> Performance:
    """Read a MIDI file.

    Raises:
        MidiFileError: it is missing, not a MIDI file, cut short, of a kind that has no beats
            (SMPTE time, format 2), without notes, too large or too long.
    """
    path = Path(path)
    return parse_performance(_read_bytes(path), path.name)


def parse_performance(data: bytes, name: str) -> Performance:
    """The performance in the bytes of a MIDI file; `name` is what errors call it.

    Raises:
        MidiFileError: as for `read_performance`.
    """
    _check_chunks(data, name)
    try:
        file = mido.MidiFile(file=BytesIO(data))
    except _MIDO_ERRORS as error:
        raise MidiFileError(f"{name} is damaged and cannot be read as MIDI ({error}).") from error
    merged = _merge(file.tracks)
    tempo_map = TempoMap(file.ticks_per_beat, _tempi(merged, name))
    end_ns = tempo_map.ns(merged[-1][0]) if merged else Nanos(0)
    if end_ns > MAX_HOURS * _HOUR_NS:
        raise MidiFileError(f"{name} lasts more than {MAX_HOURS} hours; cut out the part you need.")
    events = _events(merged, tempo_map)
    if not any(isinstance(message, NoteOn) for _, message in events):
        raise MidiFileError(f"{name} holds no notes.")
    tracks = tuple(file.tracks)
    return Performance(tempo_map, _meters(merged, name), _keys(merged), events, tracks, end_ns)


def _read_bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise MidiFileError(f"{path.name} is larger than 16 MiB, which no MIDI file needs.")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise MidiFileError(f"There is no file {path}.") from error
    except OSError as error:
        raise MidiFileError(f"{path} cannot be read: {error.strerror}.") from error


def _check_chunks(data: bytes, name: str) -> None:
    if not data:
        raise MidiFileError(f"{name} is empty.")
    if data[:4] != b"MThd":
        raise MidiFileError(f"{name} is not a MIDI file: it does not begin with MThd.")
    if len(data) < _HEADER_BYTES:
        raise MidiFileError(f"{name} is cut short in its header.")
    file_format, claimed, division = (int.from_bytes(data[at : at + 2]) for at in (8, 10, 12))
    if file_format > 1:
        raise MidiFileError(f"{name} is of MIDI format {file_format}; save it as format 0 or 1.")
    if division == 0:
        raise MidiFileError(f"{name} has a time division of 0, so its notes have no times.")
    if division & 0x8000:
        raise MidiFileError(f"{name} counts time in SMPTE frames; save it in ticks a quarter note.")
    found = _count_tracks(data, name)
    if found != claimed:
        raise MidiFileError(f"{name} claims {claimed} tracks and holds {found}.")


def _count_tracks(data: bytes, name: str) -> int:
    at = 8 + int.from_bytes(data[4:8])
    tracks = 0
    while at < len(data):
        length = int.from_bytes(data[at + 4 : at + 8])
        tracks += data[at : at + 4] == b"MTrk"
        at += 8 + length
    if at > len(data):
        raise MidiFileError(f"{name} is cut short: {at - len(data)} bytes are missing at its end.")
    return tracks


def _merge(tracks: list[mido.MidiTrack]) -> list[tuple[Ticks, Any]]:
    """All messages with their ticks, in order of time and then as the file has them."""
    merged: list[tuple[Ticks, Any]] = []
    for track in tracks:
        tick = 0
        for message in track:
            tick += message.time
            merged.append((Ticks(tick), message))
    return sorted(merged, key=lambda each: each[0])


def _tempi(merged: list[tuple[Ticks, Any]], name: str) -> tuple[tuple[Ticks, int], ...]:
    changes = {Ticks(0): DEFAULT_TEMPO_US}
    for tick, message in merged:
        if message.type == "set_tempo":
            changes[tick] = message.tempo
    if 0 in changes.values():
        raise MidiFileError(f"{name} sets a tempo of 0 microseconds a quarter note.")
    return tuple(sorted(changes.items()))


def _meters(merged: list[tuple[Ticks, Any]], name: str) -> tuple[tuple[Ticks, Meter], ...]:
    changes = {Ticks(0): COMMON}
    for tick, message in merged:
        if message.type == "time_signature":
            changes[tick] = Meter(message.numerator, message.denominator)
    if any(meter.beats == 0 for meter in changes.values()):
        raise MidiFileError(f"{name} sets a meter of 0 beats a bar.")
    return tuple(sorted(changes.items(), key=lambda each: each[0]))


def _keys(merged: list[tuple[Ticks, Any]]) -> tuple[tuple[Ticks, Key], ...]:
    return tuple(
        (tick, parse_key(message.key))
        for tick, message in merged
        if message.type == "key_signature"
    )


def _events(
    merged: list[tuple[Ticks, Any]], tempo_map: TempoMap
) -> tuple[tuple[Nanos, Message], ...]:
    return tuple(
        (tempo_map.ns(tick), event)
        for tick, message in merged
        if not message.is_meta and (event := from_bytes(bytes(message.bytes()))) is not None
    )
