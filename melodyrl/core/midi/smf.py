"""Standard MIDI files: one validating reader and one deterministic writer."""

from melodyrl.core.midi.notes import Note, notes_of
from melodyrl.core.midi.reader import Performance, parse_performance, read_performance
from melodyrl.core.midi.writer import (
    PPQN,
    NamedTrack,
    add_track,
    take_bytes,
    write_bytes,
    write_take,
)

__all__ = [
    "PPQN",
    "NamedTrack",
    "Note",
    "Performance",
    "add_track",
    "notes_of",
    "parse_performance",
    "read_performance",
    "take_bytes",
    "write_bytes",
    "write_take",
]
