"""Keys, and finding the key of what is heard with whole numbers only.

Whole numbers make the finder exactly the same in all twelve keys: a tune moved up by some
semitones is heard in the key moved up by as many, ties included.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from melodyrl.core.music.chord import Chord
from melodyrl.core.music.pitch import PITCH_CLASS_NAMES, rotate, scale_mask, split_pitch_class
from melodyrl.errors import ConfigError

_FLAT_MAJOR = {1: "Db"}
_FLAT_MINOR = {3: "Eb", 8: "G#"}

# Probe-tone ratings of Krumhansl & Kessler (1982) as in music21's KrumhanslKessler, less their
# mean and scaled to length 100 in both modes, so that a dot product ranks as correlation does.
_PROFILES = {
    False: (66, -29, 0, -26, 21, 14, -22, 39, -25, 4, -27, -14),
    True: (66, -26, -5, 42, -28, -4, -29, 26, 7, -25, -9, -13),
}

_NOTE, _CHORD_TONE, _CHORD_ROOT = 64, 64, 64  # weight of what is heard; 64 leaves room to decay
_KEPT, _OF = 7, 8  # of each weight, at each bar: half is forgotten after five bars
# Hundredths of full correlation by which another key must lead: little where the present scale
# lacks what is heard, much where the new scale explains no more of it.
_LEAD, _LEAD_IN_SCALE = 8, 25
_FOREIGN_OF = 2  # a bar of which one part in two or more lies outside the key has left it


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic (0-11) and a mode; the minor scale is the natural one."""

    tonic: int
    minor: bool = False

    @property
    def scale_mask(self) -> int:
        """The pitch classes of the scale."""
        return rotate(scale_mask(self.minor), self.tonic)

    @property
    def name(self) -> str:
        """The key in words, such as F# minor."""
        spelled = _FLAT_MINOR if self.minor else _FLAT_MAJOR
        tonic = spelled.get(self.tonic, PITCH_CLASS_NAMES[self.tonic])
        return f"{tonic} {'minor' if self.minor else 'major'}"


def parse_key(text: str) -> Key:
    """The key that a text such as Am, C major or F# minor names.

    Raises:
        ConfigError: the text names no key.
    """
    found = split_pitch_class(text.strip())
    if found is not None:
        match found[1].strip().removeprefix("-"):
            case "" | "M" | "maj" | "major" | "Major":
                return Key(found[0])
            case "m" | "min" | "minor" | "Minor":
                return Key(found[0], minor=True)
            case _:
                pass
    raise ConfigError(f"{text!r} is not a key; write one such as C, Am or F# minor.")


class KeyFinder:
    """Follows the key of what is heard; told of each note, each new chord and each bar.

    Until the first chord or bar every note may move the guess; from then on the key changes at
    bars only, and only where another fits clearly better, or where two bars have left it: then all
    before them is forgotten.
    """

    def __init__(self) -> None:
        self._weights = [0] * 12
        self._bar, self._bar_before = [0] * 12, [0] * 12
        self._key: Key | None = None
        self._is_settled = False

    @property
    def key(self) -> Key | None:
        """The key as it stands, None until something is heard."""
        return self._key

    def hear(self, pitch: int) -> None:
        """A note began."""
        self._add(pitch % 12, _NOTE)
        if not self._is_settled:
            self._key = self._best(self._key or Key(pitch % 12))

    def hear_chord(self, chord: Chord) -> None:
        """Another chord is held than before; the first one settles the first guess."""
        for pitch_class in chord.pitch_classes:
            self._add(pitch_class, _CHORD_TONE)
        self._add(chord.root, _CHORD_ROOT)
        if not self._is_settled:
            self._key = _key_of_first(chord)
            self._is_settled = True

    def bar(self) -> None:
        """A bar ended: the key may change, and what was heard fades."""
        if self._key is None:
            return
        self._is_settled = True
        if self._has_left(self._bar) and self._has_left(self._bar_before):
            self._weights = [sum(pair) for pair in zip(self._bar_before, self._bar, strict=True)]
            self._key = self._best(self._key)
        elif self._is_beaten_by(best := self._best(self._key)):
            self._key = best
        self._weights = [weight * _KEPT // _OF for weight in self._weights]
        self._bar, self._bar_before = [0] * 12, self._bar

    def _add(self, pitch_class: int, weight: int) -> None:
        self._weights[pitch_class] += weight
        self._bar[pitch_class] += weight

    def _has_left(self, bar: list[int]) -> bool:
        """Whether what a bar brought lies outside the present key for the greater part."""
        assert self._key is not None
        return 0 < sum(bar) <= _FOREIGN_OF * self._foreign(bar, self._key)

    def _is_beaten_by(self, other: Key) -> bool:
        if self._key is None or other == self._key:
            return False
        lead = self._score(other) - self._score(self._key)
        explains_more = self._foreign(self._weights, other) < self._foreign(
            self._weights, self._key
        )
        needed = _LEAD if explains_more else _LEAD_IN_SCALE
        # lead > needed x |weights|, squared to stay in whole numbers.
        return lead * lead > needed * needed * sum(weight * weight for weight in self._weights)

    def _foreign(self, weights: list[int], key: Key) -> int:
        """The weight of what lies outside the key, a minor key's raised leading tone inside."""
        inside = key.scale_mask | 1 << (key.tonic + 11) % 12
        return sum(
            weight for pitch_class, weight in enumerate(weights) if not inside >> pitch_class & 1
        )

    def _best(self, present: Key) -> Key:
        return max(_nearest_first(present), key=self._score)

    def _score(self, key: Key) -> int:
        profile = _PROFILES[key.minor]
        return sum(
            weight * profile[(pitch_class - key.tonic) % 12]
            for pitch_class, weight in enumerate(self._weights)
        )


def _nearest_first(present: Key) -> Iterator[Key]:
    """All keys, the present one first and the rest in an order that is relative to it."""
    for minor in (present.minor, not present.minor):
        for up in range(12):
            yield Key((present.tonic + up) % 12, minor)


def _key_of_first(chord: Chord) -> Key:
    """The likeliest key of a tune that begins with this chord: its own, unless it must resolve."""
    match chord.quality:
        case "dim" | "dim7":
            return Key((chord.root + 1) % 12)
        case "m7b5":
            return Key((chord.root + 10) % 12, minor=True)
        case quality if quality.startswith("m") and not quality.startswith("maj"):
            return Key(chord.root, minor=True)
        case _:
            return Key(chord.root)
