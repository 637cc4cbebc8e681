"""Finds the key of what is heard: how likely it is in each key, by what people write in theirs.

Notes are weighed by how often their pitch class comes in tunes of each mode, those of a line by how
often people go there from the note before (rewards.smoothness), chords by how often they follow one
another above home (rewards.function), all counted from the tonic; a tritone that resolves says its
key besides. How often that is right, also beside the profiles of Krumhansl and Kessler (1982), says
docs/evaluation.md.

Whole numbers make the finder exactly the same in all twelve keys: a tune moved up by some semitones
is heard in the key moved up by as many, ties included.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np

from melodyrl.core.music import Chord, Key, rotate
from melodyrl.core.policy.chords.actions import nearest_row
from rewards import function, smoothness
from rewards.tables import numbers

_NAT = 100  # units of evidence to a nat
_MOVE_NAT = 67  # the same, said by a step of a line: those of a bar repeat one another (tried)
_LEAD = _NAT  # by which another key must lead: it is nearly three times as likely
_TONIC = 70  # evidence of a tonic triad for its mode; home alone does not tell A minor from C major
_CADENCE = 200  # evidence of a tritone that resolves, for the key that it does in (cross-validated)
_BEGINNING = 100  # evidence for the key that the first chord would be at home in
_SELDOM = -7 * _NAT  # what the rarest chord can say against a key
_KEPT, _OF = 15, 16  # of the evidence, at each bar: half is forgotten after eleven
_OCTAVE = 12  # semitones; what is further below a line is none of its notes
_FEWEST = 3  # notes, of a first bar, by which a key is more than a guess
_FOREIGN_OF = 2  # a bar of which one part in two or more lies outside the key has left it

Evidence = list[int]
"""Of the 24 keys, in the order of _KEYS."""


class KeyFinder:
    """Follows the key of what is heard; told of each note, each new chord and each bar.

    Until the first chord or bar every note may move the guess; from then on the key changes at
    bars only, and only where another is clearly likelier, or where two bars have left it: then all
    before them is forgotten.
    """

    def __init__(self) -> None:
        self._evidence, self._bar, self._bar_before = [0] * 24, [0] * 24, [0] * 24
        self._heard, self._heard_before = [0] * 12, [0] * 12
        self._rows: tuple[int, ...] | None = None
        self._chord: Chord | None = None
        self._last, self._moved = smoothness.NONE, smoothness.NONE
        self._goes_on = False
        self._key: Key | None = None
        self._is_settled = False
        self._notes = 0

    @property
    def is_guess(self) -> bool:
        """Whether too little was heard to tell a tonic from a third or a fifth."""
        return not self._is_settled and self._notes < _FEWEST

    @property
    def key(self) -> Key | None:
        """The key as it stands, None until something is heard."""
        return self._key

    def hear(self, pitch: int, *, is_line: bool = False) -> None:
        """A note began; that of a line says more by where it comes from.

        A line is what is played alone or over chords. It goes on over what is played below it, and
        ends with a bar in which it did not.
        """
        is_line = is_line and pitch >= self._last - _OCTAVE
        self._heard[pitch % 12] += 1
        self._notes += 1
        if is_line and self._last != smoothness.NONE:
            moved = pitch - self._last
            self._weigh(_of_move(self._last % 12, *_places(self._moved, moved)))
            self._last, self._moved = pitch, moved
        else:
            self._weigh(_of_note(pitch % 12))
            if pitch > self._last:
                self._end_line()
            if is_line:
                self._last = pitch
        self._goes_on = self._goes_on or is_line
        if not self._is_settled:
            self._key = self._likelier_than(self._key or Key(pitch % 12))

    def hear_chord(self, chord: Chord) -> None:
        """Another chord is held than before; the first one settles the first guess."""
        for pitch_class in chord.pitch_classes:
            self._heard[pitch_class] += 1
        rows = _rows(chord.mask)
        self._weigh(_of_chord(chord, rows, self._rows))
        if self._chord is not None and _resolves(self._chord, chord):
            self._weigh([_CADENCE * _is_tonic(key, chord) for key in _KEYS])
        self._chord, self._rows = chord, rows
        if not self._is_settled:
            self._key = _key_of_first(chord)
            self._evidence[_place(self._key)] += _BEGINNING
            self._is_settled = True

    def bar(self) -> None:
        """A bar ended: the key may change, and what was heard fades."""
        if self._key is None:
            return
        self._is_settled = True
        if not self._goes_on:
            self._end_line()
        self._goes_on = False
        if _has_left(self._heard, self._key) and _has_left(self._heard_before, self._key):
            self._evidence = [a + b for a, b in zip(self._bar_before, self._bar, strict=True)]
        self._key = self._likelier_than(self._key)
        self._evidence = [each * _KEPT // _OF for each in self._evidence]
        self._bar_before, self._bar = self._bar, [0] * 24
        self._heard_before, self._heard = self._heard, [0] * 12

    def _end_line(self) -> None:
        self._last = self._moved = smoothness.NONE

    def _weigh(self, evidence: Evidence) -> None:
        self._evidence = [a + b for a, b in zip(self._evidence, evidence, strict=True)]
        self._bar = [a + b for a, b in zip(self._bar, evidence, strict=True)]

    def _likelier_than(self, present: Key) -> Key:
        """The likeliest key where it leads the present one clearly, else the present one."""
        best = max(_nearest_first(present), key=lambda key: self._evidence[_place(key)])
        lead = self._evidence[_place(best)] - self._evidence[_place(present)]
        return best if lead > _LEAD else present


_KEYS = [Key(tonic, minor) for minor in (False, True) for tonic in range(12)]


def _place(key: Key) -> int:
    """Where a key is among _KEYS."""
    return 12 * key.minor + key.tonic


def _has_left(heard: list[int], key: Key) -> bool:
    """Whether what a bar brought lies outside the key for the greater part.

    The raised leading tone of a minor key is inside.
    """
    inside = key.scale_mask | 1 << (key.tonic + 11) % 12
    foreign = sum(count for tone, count in enumerate(heard) if not inside >> tone & 1)
    return 0 < sum(heard) <= _FOREIGN_OF * foreign


def _nearest_first(present: Key) -> Iterator[Key]:
    """All keys, the present one first and the rest in an order that is relative to it."""
    for minor in (present.minor, not present.minor):
        for up in range(12):
            yield Key((present.tonic + up) % 12, minor)


@cache
def _of_note(pitch_class: int) -> Evidence:
    """How much likelier a pitch class is in each key than anywhere."""
    counted = numbers("smoothness", "human").sum(axis=(2, 3)) + 1.0
    nats = np.log(12.0 * counted / counted.sum(axis=1, keepdims=True))
    units = np.rint(_NAT * nats).astype(int).tolist()
    return [units[key.minor][(pitch_class - key.tonic) % 12] for key in _KEYS]


@cache
def _of_move(left: int, before: int, column: int) -> Evidence:
    """How much likelier a step of a line is in each key than in the mean of all."""
    nats = np.log(smoothness.chances()[:, :, before, column])
    units = np.rint(_MOVE_NAT * (nats - nats.mean())).astype(int).tolist()
    return [units[key.minor][(left - key.tonic) % 12] for key in _KEYS]


def _places(before: int, moved: int) -> tuple[int, int]:
    """The class of the interval before, and the column of one."""
    widest = smoothness.WIDEST
    return int(smoothness.classes(before)), max(min(moved, widest), -widest) + widest


def _of_chord(chord: Chord, rows: tuple[int, ...], before: tuple[int, ...] | None) -> Evidence:
    """How likely a chord is in each key after the one before it."""
    table = _changes()
    above = [
        table[-1][row] if before is None else 0 if before[home] == row else table[before[home]][row]
        for home, row in enumerate(rows)
    ]
    return [above[key.home] + _TONIC * _is_tonic(key, chord) for key in _KEYS]


def _is_tonic(key: Key, chord: Chord) -> bool:
    return key.tonic == chord.root and _has(chord, 3 if key.minor else 4)


def _resolves(before: Chord, chord: Chord) -> bool:
    """Whether a dominant seventh, or a diminished chord on the leading tone, goes home to a chord.

    Its tritone is in one key alone, where a plain fifth is in two: C to F may be I to IV. What is
    a dominant seventh itself is no home.
    """
    has_tritone = _has(before, 4) and _has(before, 10) and before.root == (chord.root + 7) % 12
    is_leading = _has(before, 3) and _has(before, 6) and before.root == (chord.root + 11) % 12
    return (has_tritone or is_leading) and not (_has(chord, 4) and _has(chord, 10))


def _has(chord: Chord, above: int) -> bool:
    """Whether a chord holds the tone so many semitones above its root."""
    return bool(chord.mask >> (chord.root + above) % 12 & 1)


@cache
def _changes() -> list[list[int]]:
    """By the chord before and the chord; the last row is a beginning."""
    with np.errstate(divide="ignore"):  # the same chord again is no change
        units = np.maximum(_NAT * np.log(function.chances()), _SELDOM)
    return np.rint(units).astype(int).tolist()


@cache
def _rows(mask: int) -> tuple[int, ...]:
    """The row of a chord above each home."""
    return tuple(nearest_row(rotate(mask, -home)) for home in range(12))


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
