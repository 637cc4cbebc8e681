"""A pattern as notes: bars in a row, the stronger steps struck harder."""

from melodyrl.core.drums.kit import KIT, STEPS
from melodyrl.core.drums.pattern import Pattern
from melodyrl.core.drums.rules import LEVELS
from melodyrl.core.midi.notes import Note
from melodyrl.core.music.tempo import Nanos, TempoMap, Ticks

VELOCITIES = (112, 104, 104, 84, 68)
"""By metric level. Ours."""

SOFTER = 0.8
"""The pulse is there to be felt: share of the velocity that drums of the role time keep. Ours."""


def velocity(drum: int, step: int) -> int:
    """How hard (1-127) a drum is struck on a step."""
    softer = SOFTER if KIT[drum].role == "time" else 1.0
    return round(VELOCITIES[int(LEVELS[step])] * softer)


def notes_of(pattern: Pattern, bars: int, tempo_map: TempoMap) -> list[Note]:
    """The notes of so many bars; each lasts half a sixteenth."""
    sixteenth = tempo_map.ppqn // 4
    notes: list[Note] = []
    for drum, row in enumerate(pattern.hit.tolist()):
        for at in (bar * STEPS + step for bar in range(bars) for step in range(STEPS) if row[step]):
            start, end = (Ticks(at * sixteenth), Ticks(at * sixteenth + sixteenth // 2))
            notes.append(
                Note(
                    tempo_map.ns(start),
                    KIT[drum].pitch,
                    tempo_map.ns(end),
                    velocity(drum, at % STEPS),
                )
            )
    return sorted(notes)


def end_ns(bars: int, tempo_map: TempoMap) -> Nanos:
    """Where the last bar ends."""
    return tempo_map.ns(Ticks(bars * 4 * tempo_map.ppqn))
