"""Fit the tables of rewards/ to human tunes against the zoo. Same tunes, same bytes.

A fifth of the tunes, chosen by a hash of their names, is held out and only tells how well human
tunes are ranked above each strategy. Tunes found best under a fit join the zoo for the next one,
so that the optimum of the frozen tables is nothing that people do not play.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from melodyrl.core.policy import feel
from melodyrl.env.concord import concord, key_counts
from melodyrl.env.counting import gap_surprise, interval_counts, rhythm_counts
from melodyrl.env.feels import feel_counts
from melodyrl.env.manners import manners
from melodyrl.env.middle import middle
from melodyrl.env.optima import Melody, optima
from melodyrl.env.recurrence import (
    bar_counts,
    begun_counts,
    chance_counts,
    loop_counts,
    recurrence_counts,
)
from melodyrl.env.tune import Tune
from melodyrl.env.zoo import ZOO, scale_of
from rewards import diversity, guard, harmony, smoothness

VERSION = 5
"""Of the shipped tables: a policy holds for one version."""

HELD_OUT = 0
"""The fifth of the tunes (Tune.split) that is never counted."""

SEED = 20
HARDER = 4.0
"""Weight that a strategy gains in a round for being wholly taken for human; all begin at 1."""

OPTIMA = 0.3
"""Share of all rounds' best melodies in what people are told from: with less the best melodies stay
unlike people's, with more the zoo is forgotten (random walks outranked people at .45)."""

EXAMINED = 4
"""Every so many tunes are ranked between rounds."""

WINDOW = 8
SCORED = 32
"""Notes of a held-out tune that are scored at once."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Counts and means, as they are written."""

    smooth_human: NDArray[np.int64]
    smooth_reference: NDArray[np.float64]
    guard_human: NDArray[np.int64]
    guard_gaming: NDArray[np.float64]
    guard_mean: float
    surprise_mean: float
    rhythm: NDArray[np.int64]
    gap_surprise: float
    form: dict[str, NDArray[np.int64]]
    feels: dict[str, NDArray[np.number]]
    middle: float
    chords: dict[str, NDArray[np.int64]]


def fit(
    tunes: Sequence[Tune], *, rounds: int, told: Callable[[str], None] = lambda _: None
) -> tuple[Tables, dict[str, float]]:
    """Tables of the tunes, and the held-out AUC of each strategy; told hears of each stage."""
    train = [tune for tune in tunes if tune.split() != HELD_OUT]
    human = [(tune.minor, tune.offsets) for tune in train]
    told("time")
    usual = smoothness.smoothed(interval_counts(human))
    timed = rhythm_counts(train), gap_surprise(train), _form_counts(train)
    own = _feel_counts(train, usual), middle(train, usual)
    chords = _chord_counts(train)
    over_chords = harmony.table(*(chords[name] for name in ("human", "chance", "key")))
    told("zoo")
    zoo = menagerie(train, SEED)
    weights = dict.fromkeys(zoo, 1.0)
    tables = _count(human, zoo, weights, *timed, *own, chords)
    for number in range(rounds):
        told(f"optimum {number + 1} of {rounds}")
        found = optima(
            smoothness.ratio(tables.smooth_human, tables.smooth_reference),
            guard.ratio(tables.guard_human, tables.guard_gaming),
            tables.guard_mean,
            tables.surprise_mean,
            over_chords,
            np.random.default_rng((SEED, number)),
        )
        # What ranks closest to people needs the most weight against it.
        close = ranking(tables, train[::EXAMINED])
        weights = {name: weights[name] + HARDER * (1.0 - close[name]) for name in close}
        zoo[f"optimum {number + 1}"] = found
        share = sum(weights.values()) * OPTIMA / (1.0 - OPTIMA) / (number + 1)
        weights |= dict.fromkeys((f"optimum {done + 1}" for done in range(number + 1)), share)
        tables = _count(human, zoo, weights, *timed, *own, chords)
    told("held-out tunes")
    return tables, ranking(tables, [tune for tune in tunes if tune.split() == HELD_OUT])


def menagerie(tunes: Sequence[Tune], seed: int) -> dict[str, list[Melody]]:
    """What each strategy of the zoo makes of each tune."""
    return {
        name: [
            (
                tune.minor,
                strategy(
                    tune.offsets,
                    scale_of(tune.offsets, tune.minor),
                    np.random.default_rng((seed, number, index)),
                ),
            )
            for index, tune in enumerate(tunes)
        ]
        for number, (name, strategy) in enumerate(ZOO.items())
    }


def ranking(tables: Tables, tunes: Sequence[Tune]) -> dict[str, float]:
    """AUC of each strategy: how often a human stretch outscores one of the strategy's."""
    human = _scores(tables, [(tune.minor, tune.offsets) for tune in tunes])
    made = menagerie(tunes, SEED + 1)
    return {name: auc(human, _scores(tables, notes)) for name, notes in made.items()}


def auc(higher: NDArray[np.float64], lower: NDArray[np.float64]) -> float:
    """The chance that one of higher exceeds one of lower, ties counted half."""
    above = (higher[:, None] > lower[None, :]).mean()
    return float(above + 0.5 * (higher[:, None] == lower[None, :]).mean())


def write(tables: Tables, figures: dict[str, float], counted: dict[str, int], folder: Path) -> None:
    """The tables as JSON, one file a term; the figures and the corpora beside the guard's."""
    folder.mkdir(parents=True, exist_ok=True)
    told = {"version": VERSION, "tunes": counted}
    parts: dict[str, dict[str, object]] = {
        "smoothness": {
            "human": tables.smooth_human.tolist(),
            "reference": np.round(tables.smooth_reference, 1).tolist(),
            "middle": round(tables.middle, 5),
        },
        "guard": {
            "auc": {name: round(value, 3) for name, value in figures.items()},
            "human_mean": round(tables.guard_mean, 4),
            "human": tables.guard_human.tolist(),
            "gaming": np.round(tables.guard_gaming, 1).tolist(),
        },
        "diversity": {"human_mean": round(tables.surprise_mean, 4)},
        "rhythm": {
            "human": tables.rhythm.tolist(),
            "surprise": round(tables.gap_surprise, 4),
        },
        "form": {name: counts.tolist() for name, counts in tables.form.items()},
        "feels": {name: counts.tolist() for name, counts in tables.feels.items()},
        "harmony": {name: counts.tolist() for name, counts in tables.chords.items()},
    }
    for term, part in parts.items():
        text = json.dumps(told | part, separators=(",", ":"))
        (folder / f"{term}.json").write_text(text + "\n", encoding="utf-8")


def _count(
    human: list[Melody],
    zoo: dict[str, list[Melody]],
    weights: dict[str, float],
    events: NDArray[np.int64],
    gap_surprise: float,
    form: dict[str, NDArray[np.int64]],
    feels: dict[str, NDArray[np.number]],
    pull: float,
    chords: dict[str, NDArray[np.int64]],
) -> Tables:
    guard_human, smooth_human = _guard_counts(human), interval_counts(human)
    share = np.array([weights[name] for name in zoo])
    # The whole zoo counts as much as the people.
    gaming = _mean([_guard_counts(notes) for notes in zoo.values()], share, guard_human.sum())
    reference = _mean([interval_counts(notes) for notes in zoo.values()], share, smooth_human.sum())
    table = guard.ratio(guard_human, gaming)
    window, candidate = _windows(human)
    return Tables(
        smooth_human,
        reference,
        guard_human,
        gaming,
        float(guard.evidence(table, window, candidate).mean()),
        float(diversity.surprise(window, candidate).mean()),
        events,
        gap_surprise,
        form,
        feels,
        pull,
        chords,
    )


def _feel_counts(
    train: Sequence[Tune], usual: NDArray[np.float64]
) -> dict[str, NDArray[np.number]]:
    part, counts = feel_counts(train)
    moves = feel.leaning(counts["moves"], usual)[1:]
    covariance = manners(train, [moves[its] for its in part])
    return {**counts, "manner": np.round(covariance, 5)}


def _chord_counts(train: Sequence[Tune]) -> dict[str, NDArray[np.int64]]:
    own, others = concord(train, np.random.default_rng((SEED, 2)))
    return {
        "human": own.onsets,
        "chance": others.onsets,
        "key": key_counts(train),
        "held_human": own.held,
        "held_chance": others.held,
    }


def _form_counts(train: Sequence[Tune]) -> dict[str, NDArray[np.int64]]:
    return {
        "human": recurrence_counts(train),
        "chance": chance_counts(train, np.random.default_rng((SEED, 0))),
        "loops": loop_counts(train, np.random.default_rng((SEED, 1))),
        "bars": bar_counts(train),
        "begun": begun_counts(train),
    }


def _mean(
    counts: list[NDArray[np.int64]], share: NDArray[np.float64], total: float
) -> NDArray[np.float64]:
    """The weighted mean of tables of counts, each brought to the given total."""
    each = np.stack([count * (total / count.sum()) for count in counts])
    return np.tensordot(share / share.sum(), each, axes=1)


def _windows(melodies: Iterable[Melody]) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """All stretches of eight notes: the first seven (W, 7) and the last (W,)."""
    views = [sliding_window_view(notes, WINDOW) for _, notes in melodies if len(notes) >= WINDOW]
    eight = np.concatenate(views)
    return eight[:, :-1], eight[:, -1]


def _guard_counts(melodies: Iterable[Melody]) -> NDArray[np.int64]:
    values = guard.features(*_windows(melodies))
    counts = [np.bincount(v, minlength=size) for v, size in zip(values, guard.SIZES, strict=True)]
    return np.concatenate(counts)


def _scores(tables: Tables, melodies: Iterable[Melody]) -> NDArray[np.float64]:
    """Mean smoothness and guard, weighted as in play, of each stretch of 32 notes."""
    smooth = smoothness.ratio(tables.smooth_human, tables.smooth_reference)
    ratios = guard.ratio(tables.guard_human, tables.guard_gaming)
    scores: list[float] = []
    for minor, notes in melodies:
        moved, before = np.diff(notes), notes[7:-1]
        steps = smoothness.lookup(smooth, minor, before, moved[6:-1], moved[7:])
        window, candidate = _windows([(minor, notes)])
        below = guard.evidence(ratios, window, candidate) - tables.guard_mean
        kept = np.clip(below / guard.WIDTH, -1, 0)[: SCORED - WINDOW]
        scores.append(float(steps[: SCORED - WINDOW].mean() + kept.mean()))
    return np.array(scores)
