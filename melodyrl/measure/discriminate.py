"""Can a simple judge tell our stretches from people's? Area under its ROC curve, cross-validated.

.5: it cannot; 1: always. The judge is a logistic regression on the statistics and their squares,
so that a melody which is too much like the average gives itself away as well.
"""

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from melodyrl.env.fit import auc

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

FOLDS = 5
PENALTY = 1.0
"""Of the squared weights, in examples."""

ROUNDS = 30
CLIP = 4.0
"""Standard deviations beyond which a statistic is no more unusual."""


def folds(names: Sequence[str]) -> Ints:
    """The part 0..FOLDS-1 that each name falls in: one tune's stretches are never in two."""
    return np.array([crc32(name.encode()) % FOLDS for name in names], np.intp)


def discriminate(human: Floats, ours: Floats, human_fold: Ints, our_fold: Ints) -> float:
    """Area under the curve over stretches (N, S) of statistics, NaN where one cannot tell.

    Each fold is judged by a regression that has seen only the others. Of the greater side as many
    are left out, evenly, as make both alike.
    """
    human, human_fold = _thinned(human, human_fold, len(ours))
    ours, our_fold = _thinned(ours, our_fold, len(human))
    values, fold = np.concatenate([human, ours]), np.concatenate([human_fold, our_fold])
    is_human = np.arange(len(values)) < len(human)
    areas: list[float] = []
    for part in range(FOLDS):
        test = fold == part
        if len(set(is_human[test])) < 2 or len(set(is_human[~test])) < 2:
            continue
        score = _scores(values[~test], is_human[~test], values[test])
        areas.append(auc(score[is_human[test]], score[~is_human[test]]))
    return float(np.mean(areas)) if areas else float("nan")


def _thinned(values: Floats, fold: Ints, most: int) -> tuple[Floats, Ints]:
    kept = np.linspace(0, len(values) - 1, min(most, len(values))).astype(np.intp)
    return values[kept], fold[kept]


def _scores(train: Floats, is_human: NDArray[np.bool_], test: Floats) -> Floats:
    told = ~np.isnan(train).all(axis=0)
    train, test = train[:, told], test[:, told]
    mean, deviation = np.nanmean(train, axis=0), np.nanstd(train, axis=0)
    deviation[deviation == 0] = 1.0
    train, test = (_inputs((each - mean) / deviation) for each in (train, test))
    return test @ _fitted(train, is_human.astype(np.float64))


def _inputs(standard: Floats) -> Floats:
    """Values, their squares and a constant; what is unknown counts as average in both."""
    known = np.clip(standard, -CLIP, CLIP)
    value, square = np.nan_to_num(known), np.nan_to_num(known**2, nan=1.0)
    return np.concatenate([value, square, np.ones((len(known), 1))], axis=1)


def _fitted(x: Floats, y: Floats) -> Floats:
    """Weights of greatest penalised likelihood, by Newton's method."""
    weight, ridge = np.zeros(x.shape[1]), PENALTY * np.eye(x.shape[1])
    for _ in range(ROUNDS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(x @ weight, -30, 30)))
        slope = x.T @ (y - chance) - PENALTY * weight
        curve = (x * (chance * (1.0 - chance))[:, None]).T @ x + ridge
        step = np.linalg.solve(curve, slope)
        weight = weight + step
        if np.abs(step).max() < 1e-6:
            break
    return weight
