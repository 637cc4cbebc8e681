"""The notes of a .mid that a page hands in, as JSON: to play along with, or to hear again."""

from itertools import accumulate
from typing import cast

import mido

from melodyrl.core.midi.messages import Message as MidiMessage
from melodyrl.core.midi.messages import from_bytes
from melodyrl.core.midi.notes import notes_of
from melodyrl.core.midi.reader import Performance, parse_performance
from melodyrl.core.music.tempo import Nanos, Ticks, tempo_bpm
from melodyrl.errors import MidiFileError
from melodyrl.web.protocol import METERS, TEMPO_BPM, Json, Message

FILE_BYTES = 256 * 1024
"""Longest file that is read: a song with all its parts is a quarter of that."""

MOST_NOTES = 10_000

_DRUMS = 9  # the channel whose pitches are drums. Source: General MIDI 1


def describe(data: bytes) -> Message:
    """Tempo and meter at the beginning, as far as we can play them, and the notes of each track.

    A note is [start, end, pitch, velocity, start, end]: first in seconds with all the changes of
    tempo, last in quarter notes. Drums are left out.

    Raises:
        MidiFileError: it is not a MIDI file that we read, or has too much in it.
    """
    performance = parse_performance(data, "The file")
    tracks = [_track(track, performance) for track in performance.tracks]
    tracks = [track for track in tracks if track["notes"]]
    count = sum(len(cast(list[Json], track["notes"])) for track in tracks)
    if not count:
        raise MidiFileError("The file holds nothing but drums, and no notes to play.")
    if count > MOST_NOTES:
        raise MidiFileError(f"The file holds {count} notes; cut it down to {MOST_NOTES}.")
    meter = performance.meters[0][1]
    lowest, highest = TEMPO_BPM
    return {
        "tempo_bpm": min(max(tempo_bpm(performance.tempo_map.changes[0][1]), lowest), highest),
        "meter": list((meter.beats, meter.unit) if (meter.beats, meter.unit) in METERS else (4, 4)),
        "tracks": cast(Json, tracks),
    }


def _track(track: mido.MidiTrack, performance: Performance) -> Message:
    ticks = accumulate(message.time for message in track)
    heard = [
        (performance.tempo_map.ns(Ticks(tick)), message)
        for tick, midi in zip(ticks, track, strict=True)
        if (message := _channel_message(midi)) is not None and message.channel != _DRUMS
    ]
    name = next((str(midi.name) for midi in track if midi.type == "track_name"), "")
    notes = notes_of(heard, performance.end_ns)
    return {
        "name": name,
        "notes": [
            [
                *(at_ns / 1e9 for at_ns in (note.start_ns, note.end_ns)),
                note.pitch,
                note.velocity,
                *(_quarters(at_ns, performance) for at_ns in (note.start_ns, note.end_ns)),
            ]
            for note in notes
        ],
    }


def _channel_message(midi: mido.Message) -> MidiMessage | None:
    return None if midi.is_meta else from_bytes(bytes(midi.bytes()))


def _quarters(at_ns: Nanos, performance: Performance) -> float:
    return performance.tempo_map.tick(at_ns) / performance.ppqn
