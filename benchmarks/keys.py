"""How soon is the key found? Share of tunes whose scale is right after four and after eight bars.

    python benchmarks/keys.py --tunes FOLDER_OR_CACHE

FOLDER holds lead sheets (.mxl, .musicxml); a cache is what `melodyrl fit --cache` keeps. Only the
fifth of the tunes that no fit has counted is heard. Beside ours stand the profiles of Krumhansl and
Kessler (1982), all that was heard so far correlated with each key's. A key counts as right where
its scale is that of the key signature, and "tonic" where mode and tonic are right as well.
"""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from melodyrl.core.engine.key_finder import KeyFinder
from melodyrl.core.music import Chord, Key, pitch_classes, recognise
from melodyrl.env.corpora import read_leadsheets
from melodyrl.env.fit import HELD_OUT
from melodyrl.env.tune import Tune, load

PROFILES = np.array(
    [
        [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88],
        [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17],
    ]
)
_BASS = 48


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
    path = parser.parse_args().tunes
    read = read_leadsheets(path) if path.is_dir() else load(path)
    held_out = [tune for tune in read if tune.split() == HELD_OUT]
    written = [tune for tune in held_out if tune.chords]
    print("| heard | finder | tunes | scale, 4 bars | scale, 8 bars | every bar | tonic, 8 bars |")
    print("|---|---|---|---|---|---|---|")
    for name, tunes, chords, notes in (
        ("tunes alone", held_out, False, True),
        ("chords alone", written, True, False),
        ("tunes and chords", written, True, True),
    ):
        for finder in (Profiles, KeyFinder):
            figures = list(each(tunes, finder, chords, notes))
            cells = " | ".join(f"{figure:.3f}" for figure in np.mean(figures, axis=0))
            print(f"| {name} | {finder.__name__} | {len(figures)} | {cells} |", flush=True)


def each(
    tunes: list[Tune], finder: Callable[[], KeyFinder | Profiles], chords: bool, notes: bool
) -> Iterator[tuple[float, ...]]:
    """Of each tune of 8 bars or more: right after 4, after 8, share of bars, tonic after 8."""
    for tune in tunes:
        true, found = Key(tune.tonic, tune.minor), keys(tune, finder(), chords, notes)
        right = [key is not None and key.scale_mask == true.scale_mask for key in found]
        if len(found) >= 8:
            yield right[3], right[7], float(np.mean(right)), found[7] == true


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
            finder.hear(pitches[step], is_line=not chords)
    return found


if __name__ == "__main__":
    main()
