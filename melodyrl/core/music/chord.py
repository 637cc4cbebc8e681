"""Chords as values: a root, a quality and a bass; their symbols, and recognising what is held.

Recognition scores templates by whole numbers, so that it is the same in every key.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.music.pitch import (
    PITCH_CLASS_NAMES,
    mask_of,
    rotate,
    scale_mask,
    split_pitch_class,
)
from melodyrl.errors import ConfigError

QUALITIES: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "dim": (0, 3, 6),
    "m7b5": (0, 3, 6, 10),
    "dim7": (0, 3, 6, 9),
    "aug": (0, 4, 8),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "sus4": (0, 5, 7),
    "sus2": (0, 2, 7),
    "7sus4": (0, 5, 7, 10),
    "mMaj7": (0, 3, 7, 11),
    "9": (0, 4, 7, 10, 2),
    "maj9": (0, 4, 7, 11, 2),
    "m9": (0, 3, 7, 10, 2),
    "add9": (0, 4, 7, 2),
    "madd9": (0, 3, 7, 2),
    "69": (0, 4, 7, 9, 2),
    "m69": (0, 3, 7, 9, 2),
    "7b9": (0, 4, 7, 10, 1),
    "7#9": (0, 4, 7, 10, 3),
    "7b5": (0, 4, 6, 10),
    "7#5": (0, 4, 8, 10),
    "maj7#5": (0, 4, 8, 11),
    "maj7#11": (0, 4, 7, 11, 6),
    "7#11": (0, 4, 7, 10, 6),
    "9sus4": (0, 5, 7, 10, 2),
    "11": (0, 7, 10, 2, 5),
    "m11": (0, 3, 7, 10, 2, 5),
    "13": (0, 4, 7, 10, 2, 9),
    "5": (0, 7),
}
"""Semitones above the root of each quality, by the form of its symbol that we write; the
commonest first, which is the order in which `recognise` prefers them."""

_ALIASES = {
    "maj": "", "M": "", "major": "", "min": "m", "-": "m", "minor": "m", "dom7": "7",
    "M7": "maj7", "Δ": "maj7", "Δ7": "maj7", "ma7": "maj7", "j7": "maj7", "^7": "maj7",
    "^": "maj7", "min7": "m7", "-7": "m7", "mi7": "m7", "°": "dim", "o": "dim", "ø": "m7b5",
    "ø7": "m7b5", "m7-5": "m7b5", "min7b5": "m7b5", "-7b5": "m7b5", "hdim7": "m7b5",
    "°7": "dim7", "o7": "dim7", "+": "aug", "(#5)": "aug", "#5": "aug", "M6": "6", "maj6": "6",
    "min6": "m6", "-6": "m6", "sus": "sus4", "4": "sus4", "2": "sus2", "7sus": "7sus4",
    "mM7": "mMaj7", "m(maj7)": "mMaj7", "mmaj7": "mMaj7", "minmaj7": "mMaj7", "-maj7": "mMaj7",
    "M9": "maj9", "Δ9": "maj9", "min9": "m9", "-9": "m9", "(add9)": "add9", "add2": "add9",
    "m(add9)": "madd9", "6/9": "69", "6add9": "69", "m6/9": "m69", "7(b9)": "7b9", "7-9": "7b9",
    "7(#9)": "7#9", "7+9": "7#9", "7-5": "7b5", "+7": "7#5", "aug7": "7#5", "7+": "7#5",
    "7aug": "7#5", "maj7+5": "maj7#5", "+maj7": "maj7#5", "9sus": "9sus4", "min11": "m11",
    "-11": "m11", "power": "5",
}  # fmt: skip
_REST = {"N.C.", "NC", "N.C", "n.c.", "nc", "-", "_"}
_BARS = re.compile(r"[\s|]+")

_BASIC = ("", "m", "dim")
_FOR_TWO = ("", "m", "7", "maj7", "m7", "dim", "m7b5", "aug", "6", "add9")
_FOR_MORE = tuple(quality for quality in QUALITIES if quality != "5")

# Costs of a template that is not matched exactly (ours; whole numbers, so that no key rounds
# differently): a tone that the template lacks says more than one that the player left out,
# a fifth is often left out, a root seldom. A foreign bass under a whole chord is a slash chord.
_EXTRA, _NO_ROOT, _NO_FIFTH, _NO_TONE = 3, 4, 1, 2
_FOREIGN_BASS, _INVERTED, _CHROMATIC = 1, 1, 2
_INEXACT = 1000  # more than all of them together
_BITS = np.array([mask.bit_count() for mask in range(1 << 12)])


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord: pitch classes 0-11 of its root and bass, and a quality of `QUALITIES`."""

    root: int
    quality: str
    bass: int

    @property
    def mask(self) -> int:
        """The pitch-class set, the bass of a slash chord included."""
        return rotate(quality_mask(self.quality), self.root) | 1 << self.bass

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        """The chord's tones from its root upward, a foreign bass last."""
        tones = tuple((self.root + interval) % 12 for interval in QUALITIES[self.quality])
        return tones if self.bass in tones else (*tones, self.bass)

    @property
    def name(self) -> str:
        """The symbol, such as F#m7b5/C."""
        slash = "" if self.bass == self.root else f"/{PITCH_CLASS_NAMES[self.bass]}"
        return f"{PITCH_CLASS_NAMES[self.root]}{self.quality}{slash}"

    def transposed(self, semitones: int) -> "Chord":
        """The same chord, moved by some semitones."""
        return Chord((self.root + semitones) % 12, self.quality, (self.bass + semitones) % 12)


@lru_cache
def quality_mask(quality: str) -> int:
    """The pitch-class set of a quality of `QUALITIES` on C."""
    return mask_of(QUALITIES[quality])


def parse_chord(symbol: str) -> Chord:
    """The chord that a symbol such as Am, F#m7b5/C or Bbmaj7 names.

    Raises:
        ConfigError: the symbol names no chord that is known.
    """
    text = symbol.strip()
    found = split_pitch_class(text) if text[:1].isupper() else None
    if found is not None:
        root, rest = found
        if (chord := _parse_quality(root, rest, root)) is not None:
            return chord
        above, slash, below = rest.rpartition("/")
        bass = split_pitch_class(below)
        if slash and bass is not None and not bass[1]:
            chord = _parse_quality(root, above, bass[0])
            if chord is not None:
                return chord
    raise ConfigError(f"{symbol!r} is not a chord symbol; write one such as C, Am, F#m7b5 or G7/B.")


def parse_progression(text: str) -> list[Chord | None]:
    """The chords of a progression such as 'Am F C G', one a bar.

    Bars are parted by spaces or |; % repeats the bar before; N.C. is a bar without a chord (None).

    Raises:
        ConfigError: there is no chord, or a symbol is not known.
    """
    chords: list[Chord | None] = []
    for symbol in _BARS.split(text.strip(" |\t\n")):
        if symbol == "%" and chords:
            chords.append(chords[-1])
        elif symbol in _REST:
            chords.append(None)
        elif symbol:
            chords.append(parse_chord(symbol))
    if all(chord is None for chord in chords):
        raise ConfigError(f"{text!r} holds no chord; write a progression such as 'Am F C G'.")
    return chords


def recognise(
    pitches: Iterable[int], tonic: int | None = None, minor: bool = False
) -> Chord | None:
    """The chord that some pitches make, or None where there are none.

    One pitch class is the root of the triad of the key (tonic 0-11; without a key, a major
    triad). Two are the likeliest chord, one that has the bass for its root and the key's tones
    preferred. More are an exact chord, else the one that overlaps most, a whole one over a
    foreign bass among them. Octaves are one.
    Transposed pitches in a transposed key give the transposed chord: all is judged from the bass.
    """
    held = sorted(set(pitches))
    if not held:
        return None
    bass = held[0] % 12
    scale = None if tonic is None else rotate(scale_mask(minor), tonic - bass)
    root, quality = _from_bass(rotate(mask_of(held), -bass), scale)
    return Chord((root + bass) % 12, quality, bass)


def _parse_quality(root: int, text: str, bass: int) -> Chord | None:
    quality = text if text in QUALITIES else _ALIASES.get(text)
    return None if quality is None else Chord(root, quality, bass)


@lru_cache(maxsize=4096)
def _from_bass(held: int, scale: int | None) -> tuple[int, str]:
    """Root (semitones above the bass) and quality for masks that are relative to the bass."""
    count = held.bit_count()
    if count == 1:
        return 0, min(_BASIC, key=lambda quality: _chromatic_tones(quality_mask(quality), scale))
    table = _templates(_FOR_TWO if count == 2 else _FOR_MORE)
    place = int(_costs(table, held, scale).argmin())
    return int(table.roots[place]), table.qualities[place]


@dataclass(frozen=True, slots=True, eq=False)
class _Templates:
    """Chords on each root (N,), the preferred ones first."""

    qualities: tuple[str, ...]
    roots: NDArray[np.intp]
    masks: NDArray[np.intp]


@cache
def _templates(qualities: tuple[str, ...]) -> _Templates:
    named = [(root, quality) for quality in qualities for root in range(12)]
    masks = [rotate(quality_mask(quality), root) for root, quality in named]
    roots = np.array([root for root, _ in named])
    return _Templates(tuple(quality for _, quality in named), roots, np.array(masks))


def _costs(table: _Templates, held: int, scale: int | None) -> NDArray[np.intp]:
    """What speaks against each template (N,); an exact one goes before all others."""
    missing, extra = table.masks & ~held, held & ~table.masks
    cost = _EXTRA * _BITS.take(extra) + _NO_TONE * _BITS.take(missing)
    cost += (missing >> table.roots & 1) * (_NO_ROOT - _NO_TONE)
    cost += (missing >> (table.roots + 7) % 12 & 1) * (_NO_FIFTH - _NO_TONE)
    cost += ((extra == 1) & (missing == 0)) * (_FOREIGN_BASS - _EXTRA)
    cost += (table.roots > 0) * _INVERTED
    if scale is not None:
        cost += (table.masks & ~scale > 0) * _CHROMATIC
    return cost + (table.masks != held) * _INEXACT


def _chromatic_tones(template: int, scale: int | None) -> int:
    return 0 if scale is None else (template & ~scale).bit_count()
