"""Fit the tables of the chord terms to lead sheets. Same tunes, same bytes; counts only.

A fifth of the tunes, chosen by a hash of their names, is never counted (melodyrl.env.fit.HELD_OUT).
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.chords.actions import COUNT, QUALITIES, ROOTS
from melodyrl.env.fit import HELD_OUT, SEED
from melodyrl.env.frames import Frames, changes, frames_of, rows_of
from melodyrl.env.tune import Tune
from rewards import fit, function, loops, pace, returns

VERSION = 1
"""Of the shipped tables: a chord policy holds for one version."""

Counts = NDArray[np.int64]
Rows = NDArray[np.integer]
Table = dict[str, Counts]
Strategy = Callable[[Rows, "Changes", np.random.Generator], Rows]
"""Makes changes of chords out of somebody's, told how likely each change is."""


def fit_chords(tunes: Sequence[Tune]) -> dict[str, Table]:
    """The tables by term, from the tunes that have chords."""
    read = [frames_of(tune) for tune in tunes if tune.chords and tune.split() != HELD_OUT]
    songs = [(frames, rows_of(frames.chord)) for frames in read]
    sequences = [rows[changes(rows, -1)] for _, rows in songs]
    tables = {"fit": _fit_counts(songs), "pace": {"human": _pace_counts(songs)}}
    tables["function"] = {"changes": _change_counts(sequences)}
    chances = function.smoothed(tables["function"]["changes"])
    tables["returns"] = _return_counts(sequences, chances)
    likely = returns.ratio(tables["returns"]["human"], tables["returns"]["chance"])
    made = menagerie(sequences, chances, likely)
    tables["loops"] = {
        "human": _loop_counts(sequences),
        "gaming": np.sum([_loop_counts(each) for each in made.values()], axis=0),
    }
    return tables


def write_chords(tables: dict[str, Table], tunes: int, folder: Path) -> None:
    """The tables as JSON, one file a term."""
    folder.mkdir(parents=True, exist_ok=True)
    for term, table in tables.items():
        told: dict[str, object] = {"version": VERSION, "tunes": {"leadsheets": tunes}}
        told |= {name: counts.tolist() for name, counts in table.items()}
        text = json.dumps(told, separators=(",", ":"))
        (folder / f"{term}.json").write_text(text + "\n", encoding="utf-8")


def menagerie(
    sequences: Sequence[Rows], chances: NDArray[np.float64], likely: NDArray[np.float64]
) -> dict[str, list[Rows]]:
    """What each strategy makes of each tune's changes."""
    return {
        name: [
            strategy(rows, Changes(chances, likely), np.random.default_rng((SEED, number, index)))
            for index, rows in enumerate(sequences)
        ]
        for number, (name, strategy) in enumerate(ZOO.items())
    }


def _fit_counts(songs: Sequence[tuple[Frames, Rows]]) -> Table:
    above_root = np.zeros((2, len(fit.QUALITIES), 12), np.int64)
    above_tonic = np.zeros((2, 12), np.int64)
    for frames, rows in songs:
        heard = (frames.pitch_class >= 0) & (rows >= 0)
        note, row = frames.pitch_class[heard], rows[heard]
        beat = frames.on_beat[heard].astype(np.intp)
        np.add.at(above_root, (beat, QUALITIES[row], (note - ROOTS[row]) % 12), 1)
        np.add.at(above_tonic, (beat, note), 1)
    return {"above_root": above_root, "above_tonic": above_tonic}


def _pace_counts(songs: Sequence[tuple[Frames, Rows]]) -> Counts:
    counts = np.zeros((2, 16, int(pace.AGE_CLASS.max()) + 1, 2), np.int64)
    for frames, rows in songs:
        begins = changes(rows, -1)
        place = np.arange(begins[0] + 1, len(rows))
        before = begins[np.searchsorted(begins, place, side="left") - 1]
        age = pace.AGE_CLASS[np.minimum(place - before, pace.OLDEST)]
        changed = np.isin(place, begins).astype(np.intp)
        meter = np.full(len(place), int(frames.meter > 0))
        np.add.at(counts, (meter, place % frames.bar_steps, age, changed), 1)
    return counts


def _change_counts(sequences: Sequence[Rows]) -> Counts:
    counts = np.zeros((COUNT + 1, COUNT), np.int64)
    for rows in sequences:
        np.add.at(counts, (np.concatenate([[-1], rows[:-1]]), rows), 1)
    return counts


def _return_counts(sequences: Sequence[Rows], chances: NDArray[np.float64]) -> Table:
    """By whether the chord was left before and the kind of turn; chance to the nearest change."""
    human, chance = np.zeros((2, 4)), np.zeros((2, 4))
    for rows in sequences:
        memory = _Memory(rows[0])
        for row in rows[1:]:
            kind, left = memory.kinds()
            human[left, kind[row]] += 1
            chance[left] += np.bincount(kind, chances[memory.row], minlength=4)
            memory.change(row)
    return {"human": human.astype(np.int64), "chance": np.rint(chance).astype(np.int64)}


def _loop_counts(sequences: Sequence[Rows]) -> Counts:
    """By class of the run so far, and whether the change goes on with it."""
    counts = np.zeros((loops.CLASSES, 2), np.int64)
    for rows in sequences:
        run, period = np.zeros(1, np.int64), np.zeros(1, np.int64)
        for end in range(loops.WINDOW, len(rows)):
            away = loops.distance(rows[None, end - loops.WINDOW : end], rows[end : end + 1])
            counts[loops.RUN_CLASS[run], (away == period).astype(np.intp)] += 1
            run, period = loops.follow(run, period, away)
    return counts


class _Memory:
    """The turns of one piece, as a scene keeps them."""

    def __init__(self, first: int) -> None:
        self.row, self._count = int(first), 1
        self._turned = np.zeros((COUNT, COUNT), np.int64)
        self._sounded = np.zeros(COUNT, np.int64)
        self._sounded[first] = 1

    def kinds(self) -> tuple[NDArray[np.int8], int]:
        """The kind of a change to each chord, and whether a turn from here was taken before."""
        kind = returns.kinds(self._turned[self.row], self._sounded, np.int64(self._count))
        return kind, int((kind >= returns.EARLIER).any())

    def change(self, row: int) -> None:
        """Go to a chord."""
        self._count += 1
        self._turned[self.row, row] = self._sounded[row] = self._count
        self.row = int(row)


@dataclass(frozen=True, slots=True)
class Changes:
    """How likely changes are: by the chord before, and by what they are to the piece."""

    chances: NDArray[np.float64]
    likely: NDArray[np.float64]
    """Nats, see rewards.returns.ratio."""


def _loop(length: int) -> Strategy:
    """The tune's first so many different chords, over and over."""

    def strategy(rows: Rows, changes: Changes, rng: np.random.Generator) -> Rows:
        _, first = np.unique(rows, return_index=True)
        loop = rows[np.sort(first)[:length]]
        return np.resize(loop, len(rows)) if len(loop) > 1 else rows[:1]

    return strategy


def _one_by_one(rows: Rows, changes: Changes, rng: np.random.Generator) -> Rows:
    """Each change drawn by the chord before it and the turns taken so far."""
    memory, made = _Memory(rows[0]), [int(rows[0])]
    for _ in rows[1:]:
        kind, left = memory.kinds()
        chances = changes.chances[memory.row] * np.exp(changes.likely[left, kind])
        made.append(int(rng.choice(COUNT, p=chances / chances.sum())))
        memory.change(made[-1])
    return np.array(made)


ZOO: dict[str, Strategy] = {
    "alternation": _loop(2),
    "loops of three": _loop(3),
    "loops of four": _loop(4),
    "one by one": _one_by_one,
}
