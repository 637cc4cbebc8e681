"""Completing a pattern: strokes on the open cells until every rule is kept."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from melodyrl.core.canvas import Easel
from melodyrl.core.canvas.network import CanvasNetwork
from melodyrl.core.drums import scene
from melodyrl.core.drums.aims import draw_aims
from melodyrl.core.drums.kit import STEPS
from melodyrl.core.drums.pattern import Pattern
from melodyrl.core.drums.rules import TERMS
from melodyrl.core.policy.policy import choose

STROKES = 48
"""After so many an attempt is given up; an empty grid needs about fifteen."""

PATIENCE = 6
"""Strokes that may mend nothing before an attempt is given up as stuck."""

ATTEMPTS = 12
"""Each with aims of its own; the last resort is the best of them."""

TEMPERATURE = 0.05
"""Of the draw among strokes, in rewards: hardly ever one that is clearly worse."""


@dataclass(frozen=True, slots=True)
class Fill:
    """A completed pattern."""

    pattern: Pattern
    missed: tuple[str, ...]
    """Rules that are not kept; none, as a rule."""
    strokes: int
    """Strokes of the attempt that was taken."""


def complete(
    pattern: Pattern,
    rng: np.random.Generator,
    temperature: float = TEMPERATURE,
    network: CanvasNetwork | None = None,
) -> Fill:
    """Fill the open cells; the player's are not touched. The same generator gives the same fill.

    Without a network the strokes are worth what they mend at once. Where it does not work out
    with hits that may be changed, they are let go.
    """
    best = _attempt(network, pattern, rng, temperature)
    alone = Pattern(pattern.hit & pattern.fixed, pattern.fixed)
    for _ in range(ATTEMPTS - 1):
        if not best.missed:
            break
        attempt = _attempt(network, alone, rng, temperature)
        best = min(best, attempt, key=lambda fill: len(fill.missed))
    return best


def refill(pattern: Pattern, rng: np.random.Generator) -> Fill:
    """A new fill around the player's cells: what was there of ours is let go.

    It differs from that wherever one of some attempts does.
    """
    alone = Pattern(pattern.hit & pattern.fixed, pattern.fixed)
    return _other(pattern, (complete(alone, rng) for _ in range(ATTEMPTS)))


def vary(pattern: Pattern, rng: np.random.Generator) -> Fill:
    """A fill near the one that is there: ours of a beat or two is let go, and filled again.

    It differs from the one that is there wherever one of some attempts does.
    """
    return _other(pattern, (_with_other_beats(pattern, rng) for _ in range(ATTEMPTS)))


def stroke(
    network: CanvasNetwork | None, easel: Easel, rng: np.random.Generator, temperature: float
) -> int:
    """One stroke, drawn from softmax(w · Q / temperature) over the legal ones; 0 takes the best."""
    mask, worth = easel.legal(scene.SIZE), scene.judge(easel)
    q_BAK = worth
    if network is not None:
        q_BAK = network.many(scene.see(easel), scene.WEIGHTS[None], worth, mask)
    return choose(q_BAK[0], worth[0], mask[0], scene.WEIGHTS, temperature, rng).action


def _other(pattern: Pattern, fills: Iterable[Fill]) -> Fill:
    """The first fill that is another pattern; where none is, that pattern."""
    others = (each for each in fills if (each.pattern.hit != pattern.hit).any())
    return next(others, Fill(pattern, (), 0))


def _with_other_beats(pattern: Pattern, rng: np.random.Generator) -> Fill:
    beats = rng.choice(4, size=rng.integers(1, 3), replace=False)
    kept = pattern.fixed | ~np.isin(np.arange(STEPS) // 4, beats)
    varied = complete(Pattern(pattern.hit & kept, kept), rng)
    return Fill(Pattern(varied.pattern.hit, pattern.fixed), varied.missed, varied.strokes)


def _attempt(
    network: CanvasNetwork | None, pattern: Pattern, rng: np.random.Generator, temperature: float
) -> Fill:
    hit, fixed = pattern.hit[None], pattern.fixed[None]
    aim = draw_aims(rng, hit, fixed)
    easel = Easel(hit.astype(np.int8), fixed, aim)
    left, best, count, since = scene.left(easel)[0], pattern.hit, 0, 0
    while left.sum() > 0 and count < STROKES and since < PATIENCE and not pattern.fixed.all():
        easel.paint(scene.SIZE, np.array([stroke(network, easel, rng, temperature)]))
        count, since = count + 1, since + 1
        now = scene.left(easel)[0]
        if now.sum() < left.sum():
            left, best, since = now, easel.canvas[0] == 1, 0
    missed = tuple(term for term, off in zip(TERMS, left.tolist(), strict=True) if off > 0)
    return Fill(Pattern(best.copy(), pattern.fixed), missed, count)
