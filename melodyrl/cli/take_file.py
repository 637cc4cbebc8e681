"""A take as the bytes of a .mid: both players, on the bars that were played."""

from melodyrl.core.engine.events import Nanos, SetDrums, SetMeter, SetTempo, Start, Sync
from melodyrl.core.engine.grid import step_ns
from melodyrl.core.engine.notes import Take
from melodyrl.core.engine.recorder import Recording
from melodyrl.core.midi.messages import NoteOn
from melodyrl.core.midi.notes import Note
from melodyrl.core.midi.writer import PPQN, NamedTrack, take_bytes
from melodyrl.core.music.meter import Meter
from melodyrl.core.music.tempo import TempoMap, Ticks, tempo_us


def take_file(take: Take, recording: Recording) -> bytes:
    """A file whose first bar begins with what began the music; tempo and meter changes are kept.

    Our part is put on the grid: the time that the engine listened before each decision is taken
    off. A bar that began anew after a silence stays where it was in time. Where another clock led
    from the beginning, the bars are those of its song.
    """
    origin_ns, config = _origin(recording), recording.config
    tempo_map, meters = _conduct(recording, origin_ns)
    tracks = [
        NamedTrack("player", _from(take.player, origin_ns)),
        NamedTrack("melodyrl", _from(take.ours, origin_ns + config.listen_ns), config.channel),
    ]
    if take.drums:
        tracks.append(NamedTrack("drums", _from(take.drums, origin_ns), config.drum_channel))
    return take_bytes(tracks, tempo_map, meters, config.key)


def _origin(recording: Recording) -> Nanos:
    """Where the first bar begins; 0 where none does."""
    for at_ns, event in recording.events:
        if isinstance(event, Sync):
            in_bar = event.step % recording.config.meter.steps_per_bar
            return Nanos(event.anchor_ns - round(in_bar * step_ns(event.tempo_bpm)))
        if _begins(event):
            return at_ns
    return Nanos(0)


def _begins(event: object) -> bool:
    is_note = isinstance(event, NoteOn) and event.velocity > 0
    return is_note or isinstance(event, Start) or event == SetDrums(True)


def _from(notes: tuple[Note, ...], origin_ns: int) -> list[Note]:
    return [
        Note(
            Nanos(max(note.start_ns - origin_ns, 0)),
            note.pitch,
            Nanos(max(note.end_ns - origin_ns, 0)),
            note.velocity,
        )
        for note in notes
    ]


def _conduct(
    recording: Recording, origin_ns: int
) -> tuple[TempoMap, tuple[tuple[Ticks, Meter], ...]]:
    """Tempo and meter over the take; of changes on one tick the last one holds."""
    tempi = {Ticks(0): tempo_us(recording.config.tempo_bpm)}
    meters = {Ticks(0): recording.config.meter}
    led: tuple[Ticks, Sync] | None = None
    for at_ns, event in recording.events:
        if not isinstance(event, SetTempo | SetMeter | Sync):
            continue
        if isinstance(event, Sync):
            led = _keep_to(led, event, tempi, origin_ns), event
            continue
        tick = _tick(tempi, at_ns - origin_ns)
        if isinstance(event, SetTempo):
            tempi[tick] = tempo_us(event.tempo_bpm)
        else:
            meters[tick] = Meter(event.beats, event.unit)
    return TempoMap(PPQN, tuple(tempi.items())), tuple(meters.items())


def _keep_to(
    led: tuple[Ticks, Sync] | None, sync: Sync, tempi: dict[Ticks, int], origin_ns: int
) -> Ticks:
    """Let the tempo since the word before of a clock that leads end where this one has the song.

    Gives the tick of that place. Where the song has jumped, it is where it falls in time.
    """
    tick = _tick(tempi, sync.anchor_ns - origin_ns)
    if led is not None and _goes_on(led[1], sync):
        since, before = led
        ticks = round((sync.step - before.step) * PPQN / 4)
        tempi[since] = round((sync.anchor_ns - before.anchor_ns) * PPQN / ticks / 1000)
        tick = Ticks(since + ticks)
    tempi[tick] = tempo_us(sync.tempo_bpm)
    return tick


def _goes_on(before: Sync, sync: Sync) -> bool:
    """Whether the song has run on for at least a sixteenth from one word to another."""
    steps = sync.step - before.step
    lasted = (sync.anchor_ns - before.anchor_ns) / step_ns(before.tempo_bpm)
    return steps >= 1 and abs(steps - lasted) < max(1.0, steps / 4)


def _tick(tempi: dict[Ticks, int], at_ns: int) -> Ticks:
    return TempoMap(PPQN, tuple(tempi.items())).tick(Nanos(max(at_ns, 0)))
