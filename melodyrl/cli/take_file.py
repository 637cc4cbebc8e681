"""A take as the bytes of a .mid: both players, on the bars that were played."""

from melodyrl.core.engine.events import Nanos, SetDrums, SetMeter, SetTempo, Start
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
    off. A bar that began anew after a silence stays where it was in time.
    """
    origin_ns = next((at for at, event in recording.events if _begins(event)), Nanos(0))
    config = recording.config
    tempo_map, meters = _conduct(recording, origin_ns)
    tracks = [
        NamedTrack("player", _from(take.player, origin_ns)),
        NamedTrack("melodyrl", _from(take.ours, origin_ns + config.listen_ns), config.channel),
    ]
    if take.drums:
        tracks.append(NamedTrack("drums", _from(take.drums, origin_ns), config.drum_channel))
    return take_bytes(tracks, tempo_map, meters, config.key)


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
    changes = [each for each in recording.events if isinstance(each[1], SetTempo | SetMeter)]
    for at_ns, event in changes:
        tick = TempoMap(PPQN, tuple(tempi.items())).tick(Nanos(max(at_ns - origin_ns, 0)))
        if isinstance(event, SetTempo):
            tempi[tick] = tempo_us(event.tempo_bpm)
        elif isinstance(event, SetMeter):
            meters[tick] = Meter(event.beats, event.unit)
    return TempoMap(PPQN, tuple(tempi.items())), tuple(meters.items())
