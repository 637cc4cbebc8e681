"""Writing MIDI files: the same notes always make the same bytes."""

# mido has no types.
# pyright: basic

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import mido

from melodyrl.core.midi.messages import DRUMS
from melodyrl.core.midi.notes import Note
from melodyrl.core.midi.reader import Performance
from melodyrl.core.music.key import Key
from melodyrl.core.music.meter import COMMON, Meter
from melodyrl.core.music.tempo import Nanos, TempoMap, Ticks
from melodyrl.errors import FileError

PPQN = 480
"""Ticks in a quarter note of the files that we begin; a sixteenth is 120."""


@dataclass(frozen=True, slots=True)
class NamedTrack:
    """One part of a take: its name, its notes, and the channel 0-15 they are on."""

    name: str
    notes: Sequence[Note]
    channel: int = 0


def take_bytes(
    tracks: Sequence[NamedTrack],
    tempo_map: TempoMap,
    meters: Sequence[tuple[Ticks, Meter]] = ((Ticks(0), COMMON),),
    key: Key | None = None,
    end_ns: Nanos | None = None,
) -> bytes:
    """A MIDI file of format 1: a conductor track, then one track a part.

    Notes are put on the nearest tick. With `end_ns` every part lasts until then at least.
    """
    parts = [_note_track(track, tempo_map, end_ns) for track in tracks]
    return _file_bytes([_conductor(tempo_map, meters, key), *parts], tempo_map.ppqn)


def write_take(
    path: Path | str,
    tracks: Sequence[NamedTrack],
    tempo_map: TempoMap,
    meters: Sequence[tuple[Ticks, Meter]] = ((Ticks(0), COMMON),),
    key: Key | None = None,
    end_ns: Nanos | None = None,
) -> None:
    """Write what `take_bytes` makes.

    Raises:
        FileError: the file cannot be written.
    """
    write_bytes(path, take_bytes(tracks, tempo_map, meters, key, end_ns))


def add_track(performance: Performance, name: str, notes: Sequence[Note]) -> bytes:
    """The performance's file with one more track, on a channel that it does not use.

    Its own tracks, tempi and meters are kept. If no track that has notes is named, the first of
    them becomes 'player', so that the two parts can be told apart.
    """
    tracks = [mido.MidiTrack(track) for track in performance.tracks]
    voices = [track for track in tracks if any(message.type == "note_on" for message in track)]
    if not voices[0].name:
        voices[0].insert(0, mido.MetaMessage("track_name", name="player", time=0))
    ours = NamedTrack(name, notes, _free_channel(tracks))
    tracks.append(_note_track(ours, performance.tempo_map, None))
    return _file_bytes(tracks, performance.ppqn)


def write_bytes(path: Path | str, data: bytes) -> None:
    """Write a file.

    Raises:
        FileError: the file cannot be written.
    """
    try:
        Path(path).write_bytes(data)
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error.strerror}.") from error


def _conductor(
    tempo_map: TempoMap, meters: Sequence[tuple[Ticks, Meter]], key: Key | None
) -> mido.MidiTrack:
    timed: list[tuple[int, mido.MetaMessage]] = [
        (
            tick,
            mido.MetaMessage("time_signature", numerator=meter.beats, denominator=meter.unit),
        )
        for tick, meter in meters
    ]
    if key is not None:
        timed.append((0, mido.MetaMessage("key_signature", key=_key_signature(key))))
    timed += [
        (tick, mido.MetaMessage("set_tempo", tempo=tempo)) for tick, tempo in tempo_map.changes
    ]
    return _track(sorted(timed, key=lambda each: each[0]), 0)


def _note_track(track: NamedTrack, tempo_map: TempoMap, end_ns: Nanos | None) -> mido.MidiTrack:
    timed: list[tuple[int, int, Any]] = []
    for start, end, note in _in_ticks(track.notes, tempo_map):
        on = mido.Message("note_on", note=note.pitch, velocity=note.velocity, channel=track.channel)
        off = mido.Message("note_off", note=note.pitch, velocity=0, channel=track.channel)
        timed += [(start, 1, on), (end, 0, off)]  # at one tick, offs come before ons
    timed.sort(key=lambda each: (each[0], each[1], each[2].note))
    name = mido.MetaMessage("track_name", name=track.name)
    end_tick = 0 if end_ns is None else tempo_map.tick(end_ns)
    return _track([(0, name), *((tick, message) for tick, _, message in timed)], end_tick)


def _in_ticks(notes: Sequence[Note], tempo_map: TempoMap) -> list[tuple[Ticks, Ticks, Note]]:
    """Start and end of each note, at least a tick apart, no pitch sounding twice at once."""
    following: dict[int, Ticks] = {}
    placed: list[tuple[Ticks, Ticks, Note]] = []
    for note in sorted(notes, reverse=True):
        start = tempo_map.tick(note.start_ns)
        end = Ticks(max(tempo_map.tick(note.end_ns), start + 1))
        end = min(end, following.get(note.pitch, end))
        if end > start:
            placed.append((start, end, note))
            following[note.pitch] = start
    return placed[::-1]


def _track(
    timed: Sequence[tuple[int, mido.Message | mido.MetaMessage]], end: int
) -> mido.MidiTrack:
    track, now = mido.MidiTrack(), 0
    for tick, message in timed:
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=max(end - now, 0)))
    return track


def _file_bytes(tracks: Sequence[mido.MidiTrack], ppqn: int) -> bytes:
    buffer = BytesIO()
    mido.MidiFile(type=1, ticks_per_beat=ppqn, tracks=list(tracks)).save(file=buffer)
    return buffer.getvalue()


def _key_signature(key: Key) -> str:
    return key.name.replace(" major", "").replace(" minor", "m")


def _free_channel(tracks: Sequence[mido.MidiTrack]) -> int:
    used = {message.channel for track in tracks for message in track if hasattr(message, "channel")}
    return next((n for n in range(16) if n not in used and n != DRUMS), 0)
