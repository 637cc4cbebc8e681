"""What a melody policy plays, as MIDI files."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from melodyrl.core.engine.events import KNOBS
from melodyrl.core.midi.smf import PPQN, NamedTrack, Note, write_take
from melodyrl.core.music import Key, TempoMap, Ticks
from melodyrl.core.policy import checkpoint
from melodyrl.core.policy.presets import Preset
from melodyrl.env.lanes import MelodyLanes
from melodyrl.env.players import CHARTS, full_plan
from melodyrl.env.tune import Tune
from melodyrl.measure.perform import Sampled, best, perform, tunes
from melodyrl.measure.roster import lanes_for
from rewards.preference import usual

COUNT = 4
SEED = 1
TEMPO_BPM = 100.0
_SIXTEENTH = PPQN // 4
_CHORD_AT = 48
"""MIDI pitch that chords lie on or above."""


def write_samples(preset: Preset, policy: Path, folder: Path) -> None:
    """Write COUNT test episodes, all knobs as usual, as 1.mid, 2.mid, ...; the full one as live."""
    learned, rng = checkpoint.load(policy), np.random.default_rng(SEED)
    if preset.is_full:
        lanes = lanes_for({}, full_plan(rng, COUNT, "test", CHARTS))
        played = perform(lanes, Sampled(learned, KNOBS["temperature"][2], rng))
    else:
        lanes = MelodyLanes(preset, COUNT, rng, split="test", weights=usual(preset.terms))
        played = perform(lanes, best(learned))
    folder.mkdir(exist_ok=True)
    for i, tune in enumerate(tunes(played, "sample")):
        _write(_in_sixteenths(tune, preset.steps_per_action), folder / f"{i + 1}.mid")


def _in_sixteenths(tune: Tune, steps: int) -> Tune:
    """A tune counted in decisions of so many sixteenths, counted in sixteenths."""
    return replace(
        tune,
        onset=tune.onset * steps,
        duration=tune.duration * steps,
        chords=tuple((onset * steps, mask) for onset, mask in tune.chords),
    )


def _write(tune: Tune, path: Path) -> None:
    tempo = TempoMap.constant(TEMPO_BPM, PPQN)
    end = int(tune.onset[-1] + tune.duration[-1])

    def note(pitch: int, begin: int, until: int, velocity: int) -> Note:
        at = (tempo.ns(Ticks(step * _SIXTEENTH)) for step in (begin, until))
        return Note(next(at), pitch, next(at), velocity)

    ends = [*(onset for onset, _ in tune.chords[1:]), end]
    chords = [
        note(_CHORD_AT + pitch_class, onset, until, 64)
        for (onset, mask), until in zip(tune.chords, ends, strict=True)
        for pitch_class in range(12)
        if mask >> pitch_class & 1 and onset < until
    ]
    melody = [
        note(int(pitch) + 12, int(onset), int(onset + held), 96)
        for pitch, onset, held in zip(tune.pitch, tune.onset, tune.duration, strict=True)
    ]
    parts = [NamedTrack("chords", chords), NamedTrack("melodyrl", melody, 1)]
    write_take(path, parts, tempo, [(Ticks(0), tune.meter)], Key(tune.tonic, tune.minor))
