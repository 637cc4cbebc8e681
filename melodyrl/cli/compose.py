"""`melodyrl compose`: a melody over a chord chart, as a MIDI file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from melodyrl.cli.playing import Playing, check_tempo, open_policy
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Announce, Conclude, Event, Nanos, NoteOff, NoteOn, Start
from melodyrl.core.engine.key_finder import KeyFinder
from melodyrl.core.engine.offline import heard, run_offline
from melodyrl.core.midi.pianoroll import Chart, pianoroll_png
from melodyrl.core.midi.smf import PPQN, NamedTrack, Note, notes_of, write_bytes, write_take
from melodyrl.core.music import (
    Chord,
    Key,
    Meter,
    TempoMap,
    Ticks,
    parse_key,
    parse_meter,
    parse_progression,
)
from melodyrl.core.music.tempo import tempo_bpm
from melodyrl.errors import ConfigError

MOST_BARS = 1024
_BASS, _TENOR = 40, 52  # lowest pitches of the bass and of the other tones of a chord
_CHORD_VELOCITY = 64


@dataclass(frozen=True, kw_only=True)
class Compose(Playing):
    """Improvise over a chord chart, and write both parts as a MIDI file."""

    progression: Annotated[Positional[str], arg(metavar="CHORDS")]
    """The chords, one a bar: "Am F C G". Also | between bars, % to repeat, N.C. for none."""
    output: Annotated[Path, arg(aliases=("-o",))] = Path("tune.mid")
    """The MIDI file to write."""
    bars: int = 8
    """How many bars; the chart is repeated until then."""
    key: str | None = None
    """The key, such as Am or "C major"; found in the chords where none is given."""
    tempo: float = 120.0
    """Quarter notes a minute, 20 to 400."""
    meter: str = "4/4"
    """4/4, 3/4 or 6/8."""
    picture: Path | None = None
    """Also draw a piano roll into this PNG file."""

    def run(self) -> None:
        """Play the chart to the engine, and write what it answers."""
        meter, chords = parse_meter(self.meter), self._chart()
        key = find_key(chords) if self.key is None else parse_key(self.key)
        check_tempo(self.tempo)
        tempo_map = TempoMap.constant(self.tempo, PPQN)
        # A file keeps whole microseconds a quarter: the engine is to count the same time.
        config = self.config(tempo_bpm(tempo_map.changes[0][1]), meter, key)
        accompaniment = voice(chords, tempo_map, meter)
        end_ns = _bar_ns(len(chords), tempo_map, meter)

        engine = Engine(config, open_policy(self.policy))
        until_ns = Nanos(end_ns + config.listen_ns - 1)
        coming: list[tuple[Nanos, Event]] = [
            _announced(bar, chords, tempo_map, meter) for bar in range(len(chords))
        ]
        coming.append((_bar_ns(len(chords) - 1, tempo_map, meter), Conclude()))
        outgoing = run_offline(engine, _events(accompaniment, coming, end_ns), until_ns)
        outgoing += engine.close(until_ns)
        notes = notes_of(heard(outgoing, config.listen_ns))
        parts = [NamedTrack("chords", accompaniment), NamedTrack("melodyrl", notes, 1)]

        write_take(self.output, parts, tempo_map, [(Ticks(0), meter)], key, end_ns)
        if self.picture is not None:
            names = [chord.name if chord else "" for chord in chords]
            chart = Chart(_bar_ns(1, tempo_map, meter), names)
            write_bytes(self.picture, pianoroll_png(parts, chart))
        print(f"{self.output}: {len(chords)} bars, {key.name}, {len(parts[1].notes)} notes")

    def _chart(self) -> list[Chord | None]:
        if not 1 <= self.bars <= MOST_BARS:
            raise ConfigError(f"--bars {self.bars} is out of range; choose 1 to {MOST_BARS}.")
        chords = parse_progression(self.progression)
        return [chords[bar % len(chords)] for bar in range(self.bars)]


def find_key(chords: list[Chord | None]) -> Key:
    """The key of a chart, heard twice so that its end has been heard before its beginning."""
    finder = KeyFinder()
    for chord in (*chords, *chords):
        if chord is not None:
            finder.hear_chord(chord)
            finder.bar()
    return finder.key or Key(0)


def voice(chords: list[Chord | None], tempo_map: TempoMap, meter: Meter) -> list[Note]:
    """Whole-bar chords: the bass below, the other tones in the octave from E3 up."""
    notes: list[Note] = []
    for bar, chord in enumerate(chords):
        if chord is None:
            continue
        start, end = (_bar_ns(n, tempo_map, meter) for n in (bar, bar + 1))
        upper = {_at_least(_TENOR, pitch_class) for pitch_class in chord.pitch_classes}
        pitches = sorted({_at_least(_BASS, chord.bass), *upper})
        notes += [Note(start, pitch, end, _CHORD_VELOCITY) for pitch in pitches]
    return notes


def _at_least(lowest: int, pitch_class: int) -> int:
    return lowest + (pitch_class - lowest) % 12


def _bar_ns(bar: int, tempo_map: TempoMap, meter: Meter) -> Nanos:
    return tempo_map.ns(Ticks(bar * meter.steps_per_bar * tempo_map.ppqn // 4))


def _announced(
    bar: int, chords: list[Chord | None], tempo_map: TempoMap, meter: Meter
) -> tuple[Nanos, Announce]:
    """What the chart has after a bar, said as the bar begins."""
    following = chords[bar + 1] if bar + 1 < len(chords) else None
    return _bar_ns(bar, tempo_map, meter), Announce(following.mask if following else 0)


def _events(
    notes: list[Note], coming: list[tuple[Nanos, Event]], end_ns: Nanos
) -> list[tuple[Nanos, Event]]:
    """The chords as a player would play them: released, then struck; nothing at the very end.

    What the chart says of a bar is told at its beginning.
    """
    events: list[tuple[Nanos, int, Event]] = [(Nanos(0), 0, Start())]
    events += [(at_ns, 3, told) for at_ns, told in coming]
    for note in notes:
        events.append((note.start_ns, 2, NoteOn(note.pitch, note.velocity)))
        if note.end_ns < end_ns:
            events.append((note.end_ns, 1, NoteOff(note.pitch)))
    events.sort(key=lambda each: each[:2])
    return [(at_ns, event) for at_ns, _, event in events]
