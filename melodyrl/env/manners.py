"""How much people's tunes differ in their manner: the covariance that makes them likeliest.

Each tune has a manner of its own (melodyrl.core.policy.manner), drawn from a normal distribution of
mean 0. Expectation and maximisation: the most likely manner of each tune and how sure it is, by
Newton's method, then the distribution of all of them (Laplace's approximation, as in mixed models).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.manner import TRAITS, traits
from melodyrl.env.tune import Tune
from rewards import smoothness

Floats = NDArray[np.float64]

ROUNDS, CLIMBS = 20, 4
FIGURE = 4
"""Moves in a row that were heard before are a repetition, and no choice."""

FIRST_GUESS = np.diag([0.02, 0.5])

_TRAITS = traits(np.arange(-smoothness.WIDEST, smoothness.WIDEST + 1)).astype(np.float64)


def manners(tunes: Sequence[Tune], chances: Sequence[Floats]) -> Floats:
    """Covariance (2, 2) of the tunes' manners.

    chances are those of intervals whatever the manner, (2, 12, 8, 27), for each tune.
    """
    heard = [_moves(tune, usual) for tune, usual in zip(tunes, chances, strict=True)]
    covariance = FIRST_GUESS
    for _ in range(ROUNDS):
        certainty = np.linalg.inv(covariance)
        covariance = np.mean([_spread(*moves, certainty) for moves in heard], axis=0)
    return covariance


def _spread(usual: Floats, taken: NDArray[np.intp], certainty: Floats) -> Floats:
    """The manner of a tune times itself, and what is unsure of it, (2, 2)."""
    manner, curve, found = np.zeros(TRAITS), certainty, _TRAITS[taken].sum(axis=0)
    for _ in range(CLIMBS):
        share = usual * np.exp(_TRAITS @ manner)
        share /= share.sum(axis=1, keepdims=True)
        mean = share @ _TRAITS
        curve = np.einsum("nk,ki,kj->ij", share, _TRAITS, _TRAITS) - mean.T @ mean + certainty
        manner = manner + np.linalg.solve(curve, found - mean.sum(axis=0) - certainty @ manner)
    return np.outer(manner, manner) + np.linalg.inv(curve)


def _moves(tune: Tune, chances: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """Chances of each move that is no repetition, (N, 27), and the move itself."""
    pitch, moved = tune.offsets.astype(np.int64), np.diff(tune.offsets)
    at = np.array([n for n in range(1, len(moved)) if not _is_heard(moved, n)], np.intp)
    usual = chances[int(tune.minor), pitch[at] % 12, smoothness.classes(moved[at - 1])]
    return usual, smoothness.column(moved[at]).astype(np.intp)


def _is_heard(moved: NDArray[np.int16], at: int) -> bool:
    """Whether the figure that a move ends was heard before."""
    figure = moved[max(at - FIGURE + 1, 0) : at + 1]
    if len(figure) < FIGURE or at < FIGURE:
        return False
    before = np.lib.stride_tricks.sliding_window_view(moved[:at], FIGURE)
    return bool((before == figure).all(axis=1).any())
