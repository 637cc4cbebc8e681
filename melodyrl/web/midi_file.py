"""The notes of a .mid as JSON: of one that a page hands in, and of the take, to be heard again."""

from collections.abc import Container
from itertools import accumulate
from typing import cast

import mido

from melodyrl.core.midi.messages import DRUMS, from_bytes
from melodyrl.core.midi.messages import Message as MidiMessage
from melodyrl.core.midi.notes import notes_of
from melodyrl.core.midi.reader import Performance, parse_performance
from melodyrl.core.midi.writer import NamedTrack
from melodyrl.core.music.tempo import Nanos, Ticks, tempo_bpm
from melodyrl.errors import MidiFileError
from melodyrl.web.protocol import METERS, TEMPO_BPM, Json, Message

FILE_BYTES = 256 * 1024
"""Longest file that is read: a song with all its parts is a quarter of that."""

MOST_NOTES = 10_000

TAKE_BYTES = 1024 * 1024
"""Longest take that is read for the page: hours of dense playing."""

TAKE_NOTES = 20_000
"""Of a take no more are told: an hour and a half at four a second, 3 MB for the page to hold."""


def describe(data: bytes) -> Message:
    """Tempo and meter at the beginning, as far as we can play them, and the notes of each track.

    A note is [start, end, pitch, velocity, start, end]: first in seconds with all the changes of
    tempo, last in quarter notes. Drums are left out.

    Raises:
        MidiFileError: it is not a MIDI file that we read, or has too much in it.
    """
    performance = parse_performance(data, "The file")
    tracks = _tracks(performance, {DRUMS})
    count = sum(len(track.notes) for track in tracks)
    if not count:
        raise MidiFileError("The file holds nothing but drums, and no notes to play.")
    if count > MOST_NOTES:
        raise MidiFileError(f"The file holds {count} notes; cut it down to {MOST_NOTES}.")
    return _described(performance, tracks)


def describe_take(data: bytes) -> Message:
    """The same of our own file, drums and all, its first TAKE_NOTES notes.

    `until` is when the first note that is left out begins, in seconds; null where none is.

    Raises:
        MidiFileError: it holds no notes yet, or is too long to be read.
    """
    if len(data) > TAKE_BYTES:
        raise MidiFileError("The take is too long to be heard again here; save it as .mid.")
    performance = parse_performance(data, "The take")
    tracks = _tracks(performance, set())
    starts = sorted(note.start_ns for track in tracks for note in track.notes)
    if len(starts) <= TAKE_NOTES:
        return {**_described(performance, tracks), "until": None}
    until_ns = starts[TAKE_NOTES]
    first = [
        NamedTrack(track.name, [note for note in track.notes if note.start_ns < until_ns])
        for track in tracks
    ]
    return {**_described(performance, first), "until": until_ns / 1e9}


def _described(performance: Performance, tracks: list[NamedTrack]) -> Message:
    meter = performance.meters[0][1]
    lowest, highest = TEMPO_BPM
    return {
        "tempo_bpm": min(max(tempo_bpm(performance.tempo_map.changes[0][1]), lowest), highest),
        "meter": list((meter.beats, meter.unit) if (meter.beats, meter.unit) in METERS else (4, 4)),
        "tracks": cast(Json, [_told(track, performance) for track in tracks]),
    }


def _tracks(performance: Performance, silent: Container[int]) -> list[NamedTrack]:
    """Those tracks that have notes on other channels than the silent ones."""
    tracks = [_track(track, performance, silent) for track in performance.tracks]
    return [track for track in tracks if track.notes]


def _track(track: mido.MidiTrack, performance: Performance, silent: Container[int]) -> NamedTrack:
    ticks = accumulate(message.time for message in track)
    heard = [
        (performance.tempo_map.ns(Ticks(tick)), message)
        for tick, midi in zip(ticks, track, strict=True)
        if (message := _channel_message(midi)) is not None and message.channel not in silent
    ]
    name = next((str(midi.name) for midi in track if midi.type == "track_name"), "")
    return NamedTrack(name, notes_of(heard, performance.end_ns))


def _told(track: NamedTrack, performance: Performance) -> Message:
    return {
        "name": track.name,
        "notes": [
            [
                *(at_ns / 1e9 for at_ns in (note.start_ns, note.end_ns)),
                note.pitch,
                note.velocity,
                *(_quarters(at_ns, performance) for at_ns in (note.start_ns, note.end_ns)),
            ]
            for note in track.notes
        ],
    }


def _channel_message(midi: mido.Message) -> MidiMessage | None:
    return None if midi.is_meta else from_bytes(bytes(midi.bytes()))


def _quarters(at_ns: Nanos, performance: Performance) -> float:
    return performance.tempo_map.tick(at_ns) / performance.ppqn
