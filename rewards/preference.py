"""Preferences: how much each term matters, and the scalar that a vector of rewards comes to."""

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float32]

KNOB_TERMS = ("harmony", "smoothness", "diversity", "rhythm")
"""The terms that a knob turns, in the order of the reward vector."""

CONSTANT: dict[str, float] = {"form": 0.35, "guard": 0.25, "returns": 0.25, "loops": 0.25}
"""Weights of the terms without a knob, beside the knobs' sum of 1. Below .15 of the guard the best
melodies were too busy; the two of chords weigh what each of their four knobs does when all are
equal, so that evidence is summed (rewards.likelihood)."""

FLOOR = 0.1
"""Least weight of a knob's term: with harmony alone, a drone would be near the best."""

USUAL: dict[str, float] = {"harmony": 0.7, "smoothness": 0.3, "diversity": 0.3, "rhythm": 0.25}
"""Where the knobs stand until they are turned. Beside people's habit (melodyrl.core.policy.habit)
melodies over charts of the training split are most like people's near here: of each statistic nine
tenths are shared, and a judge tells them from people's tunes that were counted at .75."""

PREFERENCES: dict[str, tuple[float, float, float]] = {
    "equal": (1.0, 1.0, 1.0),
    "harmonic": (3.0, 1.0, 1.0),
    "smooth": (1.0, 3.0, 1.0),
    "diverse": (1.0, 1.0, 3.0),
    "lyrical": (2.0, 2.0, 1.0),
}
"""Harmony, smoothness and diversity of the five preferences that eight-bar is reported for."""


def weights(knobs: Mapping[str, float] | ArrayLike, terms: Sequence[str]) -> FloatArray:
    """The weight of each term, (K,) or (..., K), from knobs of any non-negative scale.

    knobs is a mapping by term, where a missing knob is 0, or an array (..., knobs) in the order
    of the terms that have one. All knobs at 0 are all equal.

    Raises:
        ValueError: for a knob that is negative, not finite, or of no term.
    """
    turned = _knob_terms(terms)
    if isinstance(knobs, Mapping):
        unknown = sorted(set(knobs) - set(turned))
        if unknown:
            raise ValueError(f"No knob {unknown[0]!r}: choose from {', '.join(turned)}.")
        values = np.array([knobs.get(term, 0.0) for term in turned], np.float64)
    else:
        values = np.asarray(knobs, np.float64)
    if values.shape[-1] != len(turned):
        raise ValueError(f"{values.shape[-1]} knobs for {len(turned)} terms: give one each.")
    if not np.isfinite(values).all() or (values < 0).any():
        raise ValueError("A knob is negative or not finite: give 0 or more.")
    # By the greatest first: their sum could overflow, or vanish.
    greatest = values.max(axis=-1, keepdims=True)
    part = np.where(greatest > 0, values / np.where(greatest > 0, greatest, 1.0), 1.0)
    share = part / part.sum(axis=-1, keepdims=True)
    return _placed(FLOOR + (1.0 - FLOOR * len(turned)) * share, terms)


@cache
def usual(terms: tuple[str, ...]) -> FloatArray:
    """The weight of each term (K,) with all knobs as usual."""
    return weights({term: USUAL[term] for term in _knob_terms(terms)}, terms)


def sample(rng: np.random.Generator, n: int, terms: Sequence[str]) -> FloatArray:
    """Preferences to train on, (n, K), as knobs are turned.

    Two fifths have one knob turned up from the middle, as far as its end; a tenth are the middle;
    the rest lie anywhere (Dirichlet(1)).
    """
    count = len(_knob_terms(terms))
    anywhere = rng.dirichlet(np.ones(count), n)
    far = rng.random((n, 1))
    turned = (1.0 - far) / count + far * np.eye(count)[rng.integers(count, size=n)]
    kind = rng.random(n)[:, None]
    share = np.where(kind < 0.4, turned, np.where(kind < 0.5, 1.0 / count, anywhere))
    return _placed(FLOOR + (1.0 - FLOOR * count) * share, terms)


def scalarize(rewards: ArrayLike, preference: ArrayLike) -> FloatArray:
    """The scalar of each action: rewards (B, A, K), preference (B, K) or (K,) -> (B, A)."""
    w = np.asarray(preference, np.float32)
    r = np.asarray(rewards, np.float32)
    return (r @ w) if w.ndim == 1 else np.einsum("...ak,...k->...a", r, w)


def _knob_terms(terms: Sequence[str]) -> tuple[str, ...]:
    return tuple(term for term in terms if term not in CONSTANT)


def _placed(knobs: NDArray[np.float64], terms: Sequence[str]) -> FloatArray:
    """Weights of the knob terms put in the order of all terms, the constant ones among them."""
    placed = np.empty((*knobs.shape[:-1], len(terms)), np.float32)
    placed[:] = [CONSTANT.get(term, 0.0) for term in terms]
    placed[..., [place for place, term in enumerate(terms) if term not in CONSTANT]] = knobs
    return placed
