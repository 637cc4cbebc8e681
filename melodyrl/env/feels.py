"""Part people's tunes by how they move: a mixture of ways to time a note and to leave it.

Each tune is of one part, which has its own chances of an event by metric level and age, and of an
interval by the class of the one before: a mixture of multinomials, by expectation and maximisation
(Dempster, Laird and Rubin 1977). Nothing is told of where a tune is from, and every corpus weighs
the same. Same tunes, same parts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.music.meter import METERS, SIXTEENTH
from melodyrl.core.policy.feel import FEELS
from melodyrl.env.counting import ages, interval_counts, rhythm_counts, timeline
from melodyrl.env.plan import LEVELS
from melodyrl.env.recurrence import bar_counts, coincidence_counts
from melodyrl.env.tune import Tune
from rewards import rhythm, smoothness

Floats = NDArray[np.float64]

SEED, STARTS, ROUNDS = 20, 4, 60
SPREAD = 0.3
"""Of the Dirichlet distribution that the first guess at each tune's part is drawn from."""

SHARE_OF = 1000
"""How common the parts are is written in so many parts of all."""


@dataclass(frozen=True, slots=True)
class _Counted:
    """What happens in each of N tunes, by place and outcome, and what each tune weighs."""

    events: Floats
    """(N, levels * ages, 3)."""
    moves: Floats
    """(N, 8, 27)."""
    weight: Floats
    """(N,) mean 1."""


def feel_counts(tunes: Sequence[Tune]) -> tuple[NDArray[np.intp], dict[str, NDArray[np.int64]]]:
    """The part that each tune belongs to most (N,), and tables of the parts, in order of FEELS.

    The most common is the first. Shares, events, moves: (F,) in thousandths, (F, 2, 2, 16, 8, 3)
    as `rhythm_counts`, (F, 8, 27) by class of the interval before; how bars answer others (F, 13),
    and are alike in rhythm where they answer none (F, 2).
    """
    counted = _count(tunes)
    starts = [_parted(counted, np.random.default_rng((SEED, n))) for n in range(STARTS)]
    belongs, _ = max(starts, key=lambda found: found[1])
    share = (belongs * counted.weight[:, None]).mean(axis=0)
    order = np.argsort(-share, kind="stable")
    part = np.argsort(order)[belongs.argmax(axis=1)]
    parts = [[t for t, its in zip(tunes, part, strict=True) if its == n] for n in range(len(FEELS))]
    return part, {
        "shares": np.round(SHARE_OF * share[order]).astype(np.int64),
        "events": np.stack([rhythm_counts(some) for some in parts]),
        "moves": np.stack([_moves(some) for some in parts]),
        "answers": np.stack([bar_counts(some).sum(axis=(0, 1, 2)) for some in parts]),
        "alike": np.stack([coincidence_counts(some) for some in parts]),
    }


def _count(tunes: Sequence[Tune]) -> _Counted:
    sources = [tune.source for tune in tunes]
    weight = np.array([1.0 / sources.count(source) for source in sources])
    return _Counted(
        np.stack([_events(tune) for tune in tunes]),
        np.stack([_moves([tune]) for tune in tunes]).astype(np.float64),
        weight / weight.mean(),
    )


def _events(tune: Tune) -> Floats:
    """Events by metric level and age, whatever the meter, (levels * ages, 3)."""
    level_of = LEVELS[METERS.index(tune.meter)]
    event = timeline(tune)
    step = (int(tune.onset[0]) + np.arange(len(event))) % tune.bar_steps
    counts = np.zeros((SIXTEENTH + 1, rhythm.GAP_CLASSES, 3))
    np.add.at(counts, (level_of[step], rhythm.age_class(ages(event)), event), 1)
    return counts.reshape(-1, 3)


def _moves(tunes: Sequence[Tune]) -> NDArray[np.int64]:
    return interval_counts((tune.minor, tune.offsets) for tune in tunes).sum(axis=(0, 1))


def _parted(counted: _Counted, rng: np.random.Generator) -> tuple[Floats, float]:
    """How far each tune belongs to each part (N, F), and the log-likelihood of all."""
    belongs, likely = rng.dirichlet(np.full(len(FEELS), SPREAD), len(counted.weight)), 0.0
    for _ in range(ROUNDS):
        weight = belongs * counted.weight[:, None]
        nats = np.log(weight.sum(axis=0) / weight.sum() + 1e-12)
        nats = nats + _fitting(counted.events, weight, rhythm.SMOOTHING)
        nats = nats + _fitting(counted.moves, weight, smoothness.SMOOTHING)
        most = nats.max(axis=1, keepdims=True)
        total = most + np.log(np.exp(nats - most).sum(axis=1, keepdims=True))
        belongs, likely = np.exp(nats - total), float((total[:, 0] * counted.weight).sum())
    return belongs, likely


def _fitting(counts: Floats, weight: Floats, smoothing: float) -> Floats:
    """Log-likelihood of each tune in each part, (N, F), by the part's own chances."""
    everyone = counts.sum(axis=0) + 1.0
    everyone /= everyone.sum(axis=-1, keepdims=True)
    own = np.tensordot(weight, counts, axes=(0, 0)) + smoothing * everyone
    nats = np.log(own / own.sum(axis=-1, keepdims=True))
    return counts.reshape(len(counts), -1) @ nats.reshape(len(nats), -1).T
