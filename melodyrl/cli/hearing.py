"""A recorded performance as the events that a live engine would have been told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from melodyrl.cli.playing import check_tempo
from melodyrl.core.engine.events import Event, Nanos, NoteOff, NoteOn, SetMeter, SetTempo, Start
from melodyrl.core.midi.messages import DRUMS, Message
from melodyrl.core.midi.smf import Performance, notes_of
from melodyrl.core.music import COMMON, METERS, Meter, Ticks
from melodyrl.core.music.tempo import tempo_bpm
from melodyrl.errors import ConfigError, MidiFileError

_SILENT_BARS = 3
"""Bars of silence after which the music begins anew on a bar line. The engine stops after four;
a bar line before the next note lies up to one bar earlier."""

_Told = tuple[Nanos, Event]


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the engine starts with, what it is told, and when the performance is over."""

    tempo_bpm: float
    meter: Meter
    events: tuple[_Told, ...]
    end_ns: Nanos


def hear(performance: Performance, name: str) -> Hearing:
    """What is heard of a performance; `name` is what errors call it.

    Raises:
        MidiFileError: a tempo cannot be kept, or there are only drums.
    """
    _check_tempi(performance, name)
    played = [each for each in performance.events if each[1].channel != DRUMS]
    notes = [at_ns for at_ns, message in played if isinstance(message, NoteOn | NoteOff)]
    if not any(isinstance(message, NoteOn) for _, message in played):
        raise MidiFileError(f"{name} holds only drums; give it a track with chords.")
    end_ns = Nanos(notes[-1])
    commands = [*_tempi(performance), *_meters(performance, end_ns), *_starts(performance, played)]
    events = sorted([*commands, *played], key=lambda each: each[0])  # commands first at a moment
    return Hearing(
        tempo_bpm(performance.tempo_map.changes[0][1]),
        played_meter(performance.meters[0][1]),
        tuple(each for each in events if each[0] <= end_ns),
        end_ns,
    )


def _check_tempi(performance: Performance, name: str) -> None:
    for _, tempo in performance.tempo_map.changes:
        try:
            check_tempo(tempo_bpm(tempo))
        except ConfigError as error:
            raise MidiFileError(f"{name} cannot be followed: {error}") from error


def _tempi(performance: Performance) -> Iterator[_Told]:
    for tick, tempo in performance.tempo_map.changes[1:]:
        yield performance.tempo_map.ns(tick), SetTempo(tempo_bpm(tempo))


def _meters(performance: Performance, end_ns: Nanos) -> Iterator[_Told]:
    """Each change of meter; where our bars and theirs part, each of their bar lines as well."""
    last = performance.tempo_map.tick(end_ns)
    ends = [tick for tick, _ in performance.meters[1:]] + [last]
    for (begin, meter), end in zip(performance.meters, ends, strict=True):
        played = played_meter(meter)
        bar = performance.ppqn * 4 * meter.beats // meter.unit
        lines = range(begin, end, bar) if _must_restart(meter, played) else (begin,)
        for tick in lines:
            if tick > 0:
                yield performance.tempo_map.ns(Ticks(tick)), SetMeter(played.beats, played.unit)


def played_meter(meter: Meter) -> Meter:
    """The meter of ours in which a bar of another one is felt best."""
    if meter in METERS:
        return meter
    if meter.unit >= 8 and meter.beats % 3 == 0:
        return Meter(6, 8)
    return Meter(3, 4) if meter.steps_per_bar == 24 else COMMON


def _must_restart(meter: Meter, played: Meter) -> bool:
    ours, theirs = played.steps_per_bar, meter.steps_per_bar
    is_on_grid = meter.beats * 16 % meter.unit == 0
    return is_on_grid and bool(theirs % ours and ours % theirs)


def _starts(performance: Performance, played: Sequence[tuple[Nanos, Message]]) -> Iterator[_Told]:
    """The beginning, and the bar line before the first note after a long silence."""
    yield Nanos(0), Start()
    tempo_map, silent_ns = performance.tempo_map, Nanos(0)
    for note in notes_of(played):
        if note.start_ns > silent_ns:
            line = performance.bar_tick(tempo_map.tick(note.start_ns))
            bar = line - performance.bar_tick(Ticks(max(line - 1, 0)))
            if line - tempo_map.tick(silent_ns) >= _SILENT_BARS * bar > 0:
                yield tempo_map.ns(line), Start()
        silent_ns = max(silent_ns, note.end_ns)
