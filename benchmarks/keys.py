"""How soon is the key found? Share of tunes whose scale is right after four and after eight bars.

    python benchmarks/keys.py --tunes FOLDER_OR_CACHE [--counted]

FOLDER holds lead sheets (.mxl, .musicxml); a cache is what `melodyrl fit --cache` keeps. Only the
fifth of the tunes that no fit has counted is heard, or, with --counted, the other four. Beside ours
stand the profiles of Krumhansl and Kessler (1982), all that was heard so far correlated with each
key's. As *played* the engine itself hears the chords under one hand and the tune above, each note
as a key that goes down and up, with and without a split between the hands. A key counts as right
where its scale is that of the key signature, and "tonic" where mode and tonic are right as well. A
relative key has the same scale, so the difference of the two is how often those were confused.

Last, what can be asked for. Of the lead sheets some have no chord in the first four bars on the
tonic, or on that of the relative key; those are told apart. And a few have another signature, and
the signs of their key before the notes; `ended` tells which key their end and their notes are in.
"""

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from melodyrl.cli.playing import open_policy
from melodyrl.core.engine.config import LISTEN_NS, EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Nanos, Start
from melodyrl.core.engine.key_finder import KeyFinder
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.core.music import Chord, Key, mask_of, parse_key, pitch_classes, recognise
from melodyrl.env.corpora import read_leadsheets
from melodyrl.env.fit import HELD_OUT
from melodyrl.env.tune import MAJOR, Tune, load

PROFILES = np.array(
    [
        [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88],
        [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17],
    ]
)
_BASS, SPLIT = 48, 60
TEMPO_BPM = 120.0
STEP_NS = round(15e9 / TEMPO_BPM)
FINGER_NS, RELEASED_NS = 3_000_000, 10_000_000


class Profiles:
    """The key whose profile all that was heard so far correlates with best."""

    def __init__(self) -> None:
        self._heard = np.zeros(12)

    def hear(self, pitch: int, *, is_line: bool = False) -> None:
        """A note began."""
        self._heard[pitch % 12] += 1

    def hear_chord(self, chord: Chord) -> None:
        """A chord was struck."""
        for pitch_class in chord.pitch_classes:
            self._heard[pitch_class] += 1

    def bar(self) -> None:
        """A bar ended, which says nothing."""

    @property
    def key(self) -> Key:
        """The best of all 24."""
        with np.errstate(invalid="ignore"):  # nothing heard, or all twelve alike
            fits = [
                [np.corrcoef(np.roll(profile, tonic), self._heard)[0, 1] for tonic in range(12)]
                for profile in PROFILES
            ]
        minor, tonic = np.unravel_index(np.nan_to_num(fits).argmax(), (2, 12))
        return Key(int(tonic), bool(minor))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tunes", type=Path, required=True)
    parser.add_argument("--counted", action="store_true", help="the tunes that the fit has counted")
    arguments = parser.parse_args()
    path = arguments.tunes
    read = read_leadsheets(path) if path.is_dir() else load(path)
    tunes = [tune for tune in read if (tune.split() != HELD_OUT) == arguments.counted]
    sheets = [tune for tune in tunes if tune.chords]
    print("| heard | by | tunes | scale, 4 bars | scale, 8 bars | every bar | tonic, 8 bars |")
    print("|---|---|---|---|---|---|---|")
    for name, heard, chords, notes in (
        ("tunes alone", tunes, False, True),
        ("chords alone", sheets, True, False),
        ("tunes and chords", sheets, True, True),
    ):
        for finder in (Profiles, KeyFinder):
            report(name, finder.__name__, judged(heard, told(finder, chords, notes)))
    for name, split in (("played", None), ("played, split", SPLIT)):
        report(name, "Engine", judged(sheets, partial(played, split=split)))
    for name, has in (("with", True), ("without", False)):
        some = [tune for tune in sheets if has_tonic(tune) == has]
        report(f"{name} a tonic chord", "KeyFinder", judged(some, told(KeyFinder, True, True)))
    mended = [tune for tune in sheets if ended(tune) != signed(tune)]
    for finder in (Profiles, KeyFinder):
        figures = judged(sheets, told(finder, True, True), ended)
        report(f"{len(mended)} told by their end", finder.__name__, figures)


def report(heard: str, by: str, figures: list[tuple[float, ...]]) -> None:
    cells = " | ".join(f"{figure:.3f}" for figure in np.mean(figures, axis=0))
    print(f"| {heard} | {by} | {len(figures)} | {cells} |", flush=True)


def signed(tune: Tune) -> Key:
    """The key of the signature."""
    return Key(tune.tonic, tune.minor)


def ended(tune: Tune) -> Key:
    """The key of the signature, unless the sheet's own end and notes say another one.

    They do where the last note is the root of the last chord, is neither tonic of the signature,
    and the scale of which it is the tonic holds more of the tune and its chords.
    """
    chord = recognise([_BASS + tone for tone in pitch_classes(tune.chords[-1][1])])
    last, home = int(tune.pitch[-1]) % 12, signed(tune).home
    if chord is None or chord.root != last or last in (home, (home + 9) % 12):
        return signed(tune)
    key = Key(last, minor=bool(chord.mask >> (last + 3) % 12 & 1))
    return key if inside(tune, key.home) > inside(tune, home) else signed(tune)


def inside(tune: Tune, home: int) -> int:
    """How many notes and tones of chords are of a major scale."""
    tones = [int(pitch) for pitch in tune.pitch]
    tones += [tone for _, mask in tune.chords for tone in pitch_classes(mask)]
    return sum((tone - home) % 12 in MAJOR for tone in tones)


def judged(
    tunes: list[Tune],
    keys: Callable[[Tune], list[Key | None]],
    key_of: Callable[[Tune], Key] = signed,
) -> list[tuple[float, ...]]:
    """Of each tune of 8 bars or more: right after 4, after 8, share of bars, tonic after 8."""
    figures = []
    for tune in tunes:
        true, found = key_of(tune), keys(tune)
        right = [key is not None and key.scale_mask == true.scale_mask for key in found]
        if len(found) >= 8:
            figures.append((right[3], right[7], float(np.mean(right)), found[7] == true))
    return figures


def has_tonic(tune: Tune) -> bool:
    """Whether a chord of the first four bars is on the tonic, or on that of the relative key."""
    home, end = Key(tune.tonic, tune.minor).home, (tune.first_bar + 4) * tune.bar_steps
    tonics = mask_of((home, home + 4, home + 7)), mask_of((home + 9, home, home + 4))
    return any(mask & tonic == tonic for at, mask in tune.chords if at < end for tonic in tonics)


def told(
    finder: Callable[[], KeyFinder | Profiles], chords: bool, notes: bool
) -> Callable[[Tune], list[Key | None]]:
    """What a finder that is told of a tune's chords, notes or both has found after each bar."""
    return lambda tune: keys(tune, finder(), chords, notes)


def keys(tune: Tune, finder: KeyFinder | Profiles, chords: bool, notes: bool) -> list[Key | None]:
    """The key after each whole bar."""
    start, found = tune.first_bar * tune.bar_steps, []
    pitches = dict(zip(tune.onset.tolist(), tune.pitch.tolist(), strict=True)) if notes else {}
    masks = dict(tune.chords) if chords else {}
    for step in range(int(tune.onset[-1]) + 1):
        if step > start and (step - start) % tune.bar_steps == 0:
            finder.bar()
            found.append(finder.key)
        if masks.get(step):
            struck = [_BASS + tone for tone in pitch_classes(masks[step])]
            chord = recognise(struck)
            for pitch in () if notes else struck:
                finder.hear(pitch)
            if chord is not None:
                finder.hear_chord(chord)
        if step in pitches:
            finder.hear(pitches[step], is_line=True)
    return found


def played(tune: Tune, split: int | None) -> list[Key | None]:
    """What the engine has found after each whole bar, from nothing but keys that go down and up."""
    config = EngineConfig(tempo_bpm=TEMPO_BPM, meter=tune.meter, mode="off", split=split)
    engine = Engine(config, open_policy("rules"))
    engine.receive(Start(), Nanos(0))
    pressed, bar_ns, found = presses(tune), tune.bar_steps * STEP_NS, []
    for bar in range(int(tune.onset[-1]) // tune.bar_steps):
        while pressed and pressed[0][0] < (bar + 1) * bar_ns:
            at_ns, event = pressed.pop(0)
            engine.receive(event, at_ns)
        engine.due(Nanos((bar + 1) * bar_ns + LISTEN_NS))
        key = engine.snapshot().key
        found.append(parse_key(key) if key else None)
    return found[tune.first_bar :]


def presses(tune: Tune) -> list[tuple[Nanos, NoteOn | NoteOff]]:
    """The keys of both hands, in order."""
    events: list[tuple[Nanos, NoteOn | NoteOff]] = []
    above = 12 * max(0, -(-(SPLIT + 2 - int(tune.pitch.min())) // 12))

    def press(pitch: int, begin: int, end: int, late_ns: int = 0) -> None:
        events.append((Nanos(begin * STEP_NS + late_ns), NoteOn(pitch)))
        events.append((Nanos(end * STEP_NS - RELEASED_NS), NoteOff(pitch)))

    ends = [at for at, _ in tune.chords[1:]] + [int(tune.onset[-1]) + 1]
    for (at, mask), end in zip(tune.chords, ends, strict=True):
        for finger, tone in enumerate(pitch_classes(mask)):
            press(_BASS + tone, at, end, finger * FINGER_NS)
    for at, length, pitch in zip(tune.onset, tune.duration, tune.pitch, strict=True):
        press(int(pitch) + above, int(at), int(at + length), FINGER_NS)
    return sorted(events, key=lambda event: event[0])


if __name__ == "__main__":
    main()
