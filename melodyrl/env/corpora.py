"""Readers of human melodies: music21's corpora, and a folder of lead sheets.

Nothing of a corpus is shipped: the readers need the user's own music21 (the `score` extra), and
only counts over hundreds of tunes leave the fit. A tune that does not fit the grid (another meter
than 4/4, 2/2, 2/4, 3/4 and 6/8, or over a tenth of its notes off the sixteenths) is passed over.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from melodyrl.env.tune import Tune
from melodyrl.errors import ConfigError

CORPORA = {"ryansMammoth": 400, "oneills1850": 300, "airdsAirs": 300, "bach": 400}
"""music21's folder and how many of its tunes the shipped tables were fitted to, at most."""
MINOR_MODES = ("minor", "aeolian", "dorian", "phrygian")
# (bar in sixteenths, beat in sixteenths, factor on time) by meter. 2/4 is written in notes half
# as long as 4/4: doubled, its reels read as the 4/4 reels do.
METERS = {
    "4/4": (16, 4, 1),
    "2/2": (16, 4, 1),
    "2/4": (16, 4, 2),
    "3/4": (12, 4, 1),
    "6/8": (12, 6, 1),
}
FEWEST_NOTES = 24


def read_corpus(name: str, limit: int | None = None) -> Iterator[Tune]:
    """The tunes of one of `CORPORA`, in the order of its files; of Bach the soprano alone."""
    if name not in CORPORA:
        raise ConfigError(f"No corpus {name!r}: choose from {', '.join(CORPORA)}.")
    corpus = _music21().corpus
    found = 0
    for path in sorted(str(path) for path in corpus.getComposer(name)):
        if Path(path).suffix not in {".abc", ".mxl", ".xml"}:
            continue
        for number, score in enumerate(_scores(path)):
            if name == "bach" and len(score.parts) != 4:
                continue
            tune = tune_of(score, f"{name}/{Path(path).stem}/{number}")
            if tune is not None:
                yield tune
                found += 1
            if limit is not None and found >= limit:
                return


def read_leadsheets(folder: Path) -> Iterator[Tune]:
    """The melodies and chord symbols of a folder of MusicXML files, by file name."""
    paths = [path for path in sorted(folder.glob("*")) if path.suffix in {".mxl", ".musicxml"}]
    if not paths:
        raise ConfigError(f"No .mxl or .musicxml files in {folder}: give a folder of lead sheets.")
    for path in paths:
        for score in _scores(str(path)):
            tune = tune_of(score, f"leadsheets/{path.stem}")
            if tune is not None:
                yield tune


def tune_of(score: Any, name: str) -> Tune | None:  # noqa: ANN401 music21 is untyped here
    """The top part of a music21 score as a tune, or None if it does not fit the grid."""
    part = score.parts[0] if score.parts else score
    signatures = {meter.ratioString for meter in part.recurse().getElementsByClass("TimeSignature")}
    if len(signatures) != 1 or not signatures <= METERS.keys():
        return None
    bar, beat, factor = METERS[signatures.pop()]
    notes, chords = _on_the_grid(part, bar, 4 * factor)
    notes = [(round(at), round(end), pitch) for at, end, pitch in notes]
    onsets = [at for at, _, _ in notes]
    if len(notes) < FEWEST_NOTES or len(set(onsets)) < 0.9 * len(onsets):
        return None
    kept = [
        note for note, after in zip(notes, [*onsets[1:], 1 << 30], strict=True) if note[0] < after
    ]
    onset = np.array([at for at, _, _ in kept], np.int32)
    end = np.array([max(end, at + 1) for at, end, _ in kept], np.int32)
    end[:-1] = np.minimum(end[:-1], onset[1:])
    pitch = np.array([pitch for _, _, pitch in kept], np.int16)
    tonic, minor = _key(part, int(pitch[-1]) % 12, chords)
    return Tune(name, onset, end - onset, pitch, bar, beat, tonic, minor, tuple(chords))


def _on_the_grid(
    part: Any,  # noqa: ANN401
    bar: int,
    per_quarter: int,
) -> tuple[list[tuple[float, float, int]], list[tuple[int, int]]]:
    """Notes (onset, end, pitch) and chord changes in sixteenths, a pickup at its end of a bar."""
    notes: list[tuple[float, float, int]] = []
    chords: list[tuple[int, int]] = []
    begin = 0.0
    for number, measure in enumerate(part.getElementsByClass("Measure")):
        length = float(measure.duration.quarterLength) * per_quarter
        if number == 0 and length < bar:
            begin = bar - length
        for element in measure.recurse().notes:
            at = begin + float(element.getOffsetInHierarchy(measure)) * per_quarter
            if "ChordSymbol" in element.classes:
                mask = sum({1 << pitch.pitchClass for pitch in element.pitches})
                chords.append((round(at), mask))
            elif not element.duration.isGrace:
                end = at + float(element.quarterLength) * per_quarter
                _add(notes, at, end, element)
        begin += length
    return notes, sorted(dict(chords).items())


def _add(notes: list[tuple[float, float, int]], at: float, end: float, element: Any) -> None:  # noqa: ANN401
    """Append a note, or lengthen the one before that is tied to it; of a chord the top note."""
    pitch = max(pitch.midi for pitch in element.pitches) if element.pitches else None
    if pitch is None or (notes and at < notes[-1][0]):
        return
    tied = element.tie is not None and element.tie.type in {"stop", "continue"}
    if tied and notes and notes[-1][2] == pitch:
        notes[-1] = (notes[-1][0], end, pitch)
    else:
        notes.append((at, end, pitch))


def _key(part: Any, last: int, chords: list[tuple[int, int]]) -> tuple[int, bool]:  # noqa: ANN401
    """Tonic and mode as written; a bare signature is minor where the end says so."""
    signature = next(iter(part.recurse().getElementsByClass("KeySignature")), None)
    if signature is None:
        return last, False
    if hasattr(signature, "tonic"):
        return signature.tonic.pitchClass, signature.mode in MINOR_MODES
    major = 7 * signature.sharps % 12
    relative = (major - 3) % 12
    triad = 1 << relative | 1 << major | 1 << (relative + 7) % 12
    ends_minor = (chords[-1][1] & triad == triad) if chords else last == relative
    return (relative, True) if ends_minor else (major, False)


def _scores(path: str) -> Iterator[Any]:
    """The scores of a file (an ABC file holds many); none of one that music21 cannot read."""
    music21 = _music21()
    try:
        parsed = music21.converter.parse(path)
    except (music21.exceptions21.Music21Exception, ValueError, KeyError, IndexError):
        return
    yield from parsed.scores if "Opus" in parsed.classes else [parsed]


def _music21() -> Any:  # noqa: ANN401
    try:
        import music21
    except ImportError as missing:
        raise ConfigError(
            "Reading scores needs music21, which is not installed: pip install 'melodyrl[score]'."
        ) from missing
    return music21
