"""A policy's play in many lanes at once, and the tunes that it makes of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.actions import HOLD, ONSET
from melodyrl.core.policy.feel import pace
from melodyrl.core.policy.habit import habit
from melodyrl.core.policy.intent import Intent, intend
from melodyrl.core.policy.policy import NetworkPolicy
from melodyrl.core.policy.state import NONE
from melodyrl.env.baselines import Strategy, best_legal
from melodyrl.env.chords import TONES
from melodyrl.env.lanes import MelodyLanes, Observation
from melodyrl.env.plan import BAR_STEPS, Plan
from melodyrl.env.tune import Tune

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Told = Callable[[int], None]
"""Hears how many lanes have taken a step."""

LOWEST = 48
"""MIDI pitch of offset 0 where an episode begins: the C below middle C."""

PHRASE = 4
"""Bars: a tune after a change of key begins with a phrase."""


@dataclass(frozen=True, slots=True)
class Performance:
    """One episode of each lane."""

    plan: Plan
    kind: Ints
    """(N, T) ONSET, HOLD or REST at each decision."""
    pitch: Ints
    """(N, T) MIDI pitch of each onset; of no use elsewhere."""
    tonic: Ints
    """(N, T) pitch class of the key that was heard."""
    reward: Floats
    """(N,) mean w·r a step."""


def perform(lanes: MelodyLanes, strategy: Strategy, told: Told = lambda _: None) -> Performance:
    """Play one episode of every lane of the full preset from a fresh start."""
    actions, seen = lanes.preset.actions, lanes.reset()
    plan, count = lanes.plan.take(np.arange(lanes.lanes)), lanes.lanes
    steps = int(plan.length.max())
    kind, pitch = np.empty((count, steps), np.int64), np.empty((count, steps), np.int64)
    tonic, reward = np.empty((count, steps), np.int64), np.zeros(count)
    base = np.full(count, LOWEST)
    for t in range(steps):
        action = strategy(lanes, seen)
        kind[:, t], pitch[:, t] = actions.kinds[action], base + actions.offsets[action]
        tonic[:, t] = base % 12
        earned = np.einsum("nk,nk->n", seen.judgement[np.arange(count), action], lanes.w)
        reward += earned * (t < plan.length)
        last = np.where(kind[:, t] == ONSET, actions.offsets[action], lanes.melody.recent[:, -1])
        if t + 1 < steps:
            seen = lanes.step(action).observation
            base += _raised(last, lanes.melody.recent[:, -1], plan.shift[:, t + 1])
        told(count)
    return Performance(plan, kind, pitch, tonic, reward / plan.length)


def tunes(performance: Performance, name: str) -> list[Tune]:
    """What was played, lane by lane; a lane whose key changes gives a tune for each key.

    They are called "NAME/LANE", so that a split by name keeps a lane together.
    """
    return [
        tune
        for lane in range(len(performance.kind))
        for tune in _tunes_of(performance, lane, f"{name}/{lane}")
    ]


class Sampled:
    """A Strategy: a network policy as it plays live, in all lanes at once, from their beginning."""

    def __init__(
        self,
        policy: NetworkPolicy,
        temperature: float,
        rng: np.random.Generator,
        feels: NDArray[np.int_] | None = None,
    ) -> None:
        """`feels` (N,) are rows of `policy.feel`; None: each lane draws its own, as live."""
        self._network, self._temperature, self._rng = policy.network, temperature, rng
        self._feels = feels
        self._intent: Intent | None = None

    def __call__(self, lanes: MelodyLanes, seen: Observation) -> NDArray[np.int_]:
        """Draw an action for each lane."""
        if self._intent is None:
            self._intent, self._wanted = Intent.start(lanes.lanes), lanes.density.copy()
        moment = lanes.melody, lanes.context, self._wanted
        intend(self._intent, *moment, self._feels, self._rng)
        paced = pace(self._wanted, self._intent.feel)
        if (paced != lanes.density).any():
            lanes.density[:] = paced
            seen = lanes.with_state(lanes.melody, lanes.context, lanes.density)
        q_NAK = self._network.many(seen.features, lanes.w, seen.judgement, seen.mask)
        score = np.einsum("nak,nk->na", q_NAK, lanes.w)
        moment = lanes.melody, lanes.context, lanes.density, lanes.w
        usual = habit(*moment, seen.mask, self._intent)
        return boltzmann(score, seen.mask, self._temperature, self._rng, usual)


def best(policy: NetworkPolicy) -> Strategy:
    """The greatest w · Q of a network policy, in all lanes at once; nothing is drawn."""

    def choose(lanes: MelodyLanes, seen: Observation) -> NDArray[np.int_]:
        q_NAK = policy.network.many(seen.features, lanes.w, seen.judgement, seen.mask)
        return best_legal(q_NAK, lanes.w, seen.mask)

    return choose


def boltzmann(
    score_NA: NDArray[np.floating],
    mask_NA: NDArray[np.bool_],
    temperature: float,
    rng: np.random.Generator,
    habit_NA: NDArray[np.floating] | float = 0.0,
) -> NDArray[np.int_]:
    """Draws (N,) from softmax(score / temperature + habit) over what is legal; at 0 the best."""
    score = np.where(mask_NA, score_NA.astype(np.float64), -np.inf)
    if temperature > 0.0:
        # The greatest of scores with Gumbel noise is a draw from their softmax.
        score = score / temperature + habit_NA + rng.gumbel(size=score.shape)
    return score.argmax(axis=1)


def _raised(before: Ints, after: NDArray[np.int8], shift: NDArray[np.int8]) -> Ints:
    """Semitones that the base moved up by, (N,): where a note is remembered, it stays in place."""
    remembered = after != NONE
    nearest = (shift.astype(np.int64) + 5) % 12 - 5
    return np.where(remembered, before - after.astype(np.int64), nearest)


def _tunes_of(performance: Performance, lane: int, name: str) -> Iterator[Tune]:
    plan = performance.plan
    bar_steps, length = int(BAR_STEPS[plan.meter[lane]]), int(plan.length[lane])
    moved = np.flatnonzero(np.diff(performance.tonic[lane, :length])) + 1
    ends = [*moved.tolist(), length]
    phrase = PHRASE * bar_steps
    for begin, end in zip([0, *moved.tolist()], ends, strict=True):
        begin = -(-begin // phrase) * phrase
        tune = _tune(performance, lane, name, begin, end) if begin < end else None
        if tune is not None:
            yield tune


def _tune(performance: Performance, lane: int, name: str, begin: int, end: int) -> Tune | None:
    """The notes that begin within a stretch of time, or None where none does."""
    kind = performance.kind[lane, begin:end]
    onset = np.flatnonzero(kind == ONSET)
    if not len(onset):
        return None
    changes = np.append(np.flatnonzero(kind != HOLD), end - begin)
    after = changes[np.searchsorted(changes, onset, side="right")]
    plan, tonic = performance.plan, int(performance.tonic[lane, begin])
    bar_steps = int(BAR_STEPS[plan.meter[lane]])
    return Tune(
        name=name,
        onset=onset.astype(np.int32),
        duration=(after - onset).astype(np.int32),
        pitch=performance.pitch[lane, begin:end][onset].astype(np.int16),
        bar_steps=bar_steps,
        beat_steps=6 if plan.meter[lane] == 2 else 4,
        tonic=tonic,
        minor=bool(plan.minor[lane]),
        chords=_chords(plan.chord[lane, begin:end], tonic),
    )


def _chords(rows: NDArray[np.int16], tonic: int) -> tuple[tuple[int, int], ...]:
    """Where chords begin, and the 12-bit masks of their pitch classes."""
    changes = np.concatenate([[0], np.flatnonzero(np.diff(rows)) + 1])
    masks = (TONES[rows[changes]] << ((np.arange(12) + tonic) % 12)).sum(axis=1)
    return tuple(zip(changes.tolist(), masks.tolist(), strict=True))
