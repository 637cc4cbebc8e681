"""How people's notes lie over their chords, and how they would over those of other tunes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.music.meter import METERS
from melodyrl.core.policy.actions import HOLD, ONSET
from melodyrl.env.chord_line import NO_CHORD, Chords, chords_of
from melodyrl.env.counting import timeline
from melodyrl.env.plan import LEVELS
from melodyrl.env.tune import MAJOR, MINOR, Tune
from rewards import harmony

OTHERS = 8
"""Tunes whose chords each tune is laid over."""

Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(slots=True)
class Concord:
    """Onsets (harmony.PLACES), and sixteenths after one that sounds, (2, 2, 3)."""

    onsets: Counts
    held: Counts

    @classmethod
    def nothing(cls) -> "Concord":
        """No note yet."""
        return cls(np.zeros(harmony.PLACES, np.int64), np.zeros((2, 2, 3), np.int64))


@dataclass(frozen=True, slots=True)
class _Scene:
    """A tune from its first note on, T sixteenths."""

    tune: Tune
    event: NDArray[np.int_]
    chord: Chords

    @property
    def changed(self) -> Flags:
        """Another chord than a sixteenth ago."""
        return self.chord != np.concatenate([[NO_CHORD], self.chord[:-1]])

    def clashes(self, first: int = 0) -> Flags:
        """Whether the note that last began before a sixteenth clashes with its chord then.

        first 0 counts a note that begins at it too, 1 does not and leaves the first sixteenth out.
        """
        note = np.cumsum(self.event == ONSET)[: len(self.event) - first] - 1
        above, chord = (self.tune.pitch[note] - self.tune.tonic) % 12, self.chord[first:]
        return (chord != NO_CHORD) & ((chord >> above & 1) == 0)

    @property
    def pending(self) -> Flags:
        """Before each sixteenth: the last note clashed where it was judged last."""
        judged = (self.event == ONSET) | (self.changed & (self.event == HOLD))
        last = np.maximum.accumulate(np.where(judged, np.arange(len(self.event)), 0))
        return np.concatenate([[False], self.clashes()[last][:-1]])


def concord(tunes: Sequence[Tune], rng: np.random.Generator) -> tuple[Concord, Concord]:
    """Of tunes that have chords: over their own, and over those of others like them."""
    own, others = Concord.nothing(), Concord.nothing()
    sheets = [(tune, chords_of(tune, tune.tonic)) for tune in tunes if tune.chords]
    for tune, chords in sheets:
        _count(own, tune, chords)
        for strange in _strange(tune, chords, sheets, rng):
            _count(others, tune, strange)
    return own, others


def key_counts(tunes: Sequence[Tune]) -> Counts:
    """Notes (2, 2), by whether they are of the scale, and the tonic."""
    counts = np.zeros((2, 2), np.int64)
    for tune in tunes:
        above = (tune.pitch - tune.tonic) % 12
        np.add.at(counts, (_in_scale(tune, above), (above == 0).astype(int)), 1)
    return counts


def _strange(
    tune: Tune, chords: Chords, sheets: Sequence[tuple[Tune, Chords]], rng: np.random.Generator
) -> Iterator[Chords]:
    """Chords of other tunes in its meter and mode, from one of their bars on, round and round."""
    bars = [
        line[: len(line) // tune.bar_steps * tune.bar_steps]
        for other, line in sheets
        if other is not tune and (other.minor, other.meter) == (tune.minor, tune.meter)
    ]
    whole = [line for line in bars if len(line)]
    for place in rng.integers(len(whole), size=OTHERS) if whole else ():
        begin = tune.bar_steps * int(rng.integers(len(whole[place]) // tune.bar_steps))
        laid = np.resize(np.roll(whole[place], -begin), len(chords))
        yield np.where(chords == NO_CHORD, NO_CHORD, laid)


def _count(counts: Concord, tune: Tune, chords: Chords) -> None:
    """Add the notes of a tune over chords, as `core.policy.state` would follow them."""
    scene = _Scene(tune, timeline(tune), chords[int(tune.onset[0]) :])
    _count_onsets(counts.onsets, scene)
    _count_held(counts.held, scene)


def _count_onsets(counts: Counts, scene: _Scene) -> None:
    """All notes but the first, over a chord."""
    tune, at = scene.tune, scene.tune.onset[1:]
    here, way = at - tune.onset[0], harmony.way_of(np.diff(tune.pitch))
    above, chord = (tune.pitch[1:] - tune.tonic) % 12, scene.chord[here]
    level = LEVELS[METERS.index(tune.meter), at % tune.bar_steps]
    pending = scene.pending[here].astype(int)
    places = level, pending, way, chord >> above & 1, _in_scale(tune, above)
    np.add.at(counts, tuple(each[chord != NO_CHORD] for each in places), 1)


def _count_held(counts: Counts, scene: _Scene) -> None:
    """Sixteenths after one in which a note sounds, over a chord before and now."""
    held = np.where(scene.clashes(first=1), harmony.CLASHES, harmony.AGREES)
    outcome = np.where(scene.event[1:] == HOLD, held, harmony.ENDS)
    sounds = np.isin(scene.event[:-1], (ONSET, HOLD))
    heard = sounds & (scene.chord[1:] != NO_CHORD) & (scene.chord[:-1] != NO_CHORD)
    rows = scene.changed[1:].astype(int), scene.pending[1:].astype(int), outcome
    np.add.at(counts, tuple(each[heard] for each in rows), 1)


def _in_scale(tune: Tune, above: NDArray[np.integer]) -> NDArray[np.int_]:
    return np.isin(above, MINOR if tune.minor else MAJOR).astype(int)
