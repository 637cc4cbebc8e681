"""The best melody there is: the exact optimum of an eight-bar episode by dynamic programming.

No reward looks further back than seven notes, so the last seven are the whole state: 7⁷ states
by 7 actions by 32 notes. What does not depend on the chords is judged once for all episodes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.judge import judge
from melodyrl.core.policy.presets import EIGHT_BAR
from melodyrl.core.policy.state import NONE, Melody, advance
from melodyrl.env.chords import TRIADS
from melodyrl.env.players import eight_bar_plan
from rewards import diversity, guard, smoothness

Floats = NDArray[np.float32]
Windowed = Callable[[NDArray[np.int8], NDArray[np.int16]], Floats]
"""A reward of the last seven notes (..., 7) and a candidate (...)."""

WINDOW = 7
NOTES = EIGHT_BAR.decisions
_OFFSETS = EIGHT_BAR.actions.offsets
_ACTIONS = len(_OFFSETS)
_CHUNK = 7**5
"""States that are judged at once: a few MB of work space."""


@dataclass(frozen=True, slots=True)
class Solution:
    """A best melody and what it earns."""

    value: float
    """Undiscounted sum of w·r over the episode."""
    actions: NDArray[np.int_]
    """(32,) degrees 0-6."""


class Optimum:
    """Solves eight-bar episodes exactly. Keep one: its tables take seconds, a solve far less.

    A state of n <= 7 notes is the number whose digits to the base 7 are the notes, oldest first.
    """

    def __init__(self) -> None:
        self._weights: bytes = b""
        self._weighted: list[Floats] = []
        self._values = [np.zeros(_ACTIONS ** min(t, WINDOW), np.float32) for t in range(NOTES + 1)]

    def solve(self, progression: NDArray[np.int16], weights: Floats) -> Solution:
        """The optimum over a progression (8,), for weights (4,) of the eight-bar terms."""
        weights = np.asarray(weights, np.float32)
        self._weigh(weights)
        harmony = harmony_tables(progression) * weights[EIGHT_BAR.terms.index("harmony")]
        for t in reversed(range(NOTES)):
            self._back_up(t, harmony[t])
        return Solution(float(self._values[0][0]), self._replay(harmony))

    @cached_property
    def tables(self) -> dict[str, list[Floats]]:
        """Of each term that knows no chords: for n = 0..7 notes the rewards (7 actions, 7ⁿ)."""
        depths = range(WINDOW + 1)
        return {
            "smoothness": [_smoothness(n) for n in depths],
            "diversity": [_windowed(diversity.novelty, n) for n in depths],
            "guard": [_windowed(guard.guard, n) for n in depths],
        }

    def _weigh(self, weights: Floats) -> None:
        """Bring the weighted sum of the tables up to these weights."""
        if self._weights == weights.tobytes():
            return
        by_term = {term: weights[EIGHT_BAR.terms.index(term)] for term in self.tables}
        self._weighted = [
            np.sum([by_term[term] * table[n] for term, table in self.tables.items()], axis=0)
            for n in range(WINDOW + 1)
        ]
        self._weights = weights.tobytes()

    def _back_up(self, t: int, harmony: Floats) -> None:
        """V_t(s) = max_a r(s, a) + V_{t+1}(s'), where s' forgets the oldest of seven notes."""
        known = min(t, WINDOW)
        forgets = known == WINDOW
        rest = _ACTIONS ** (known - forgets)
        after = self._values[t + 1].reshape(rest, _ACTIONS).T.copy(order="C")
        by_last = after.reshape(_ACTIONS, -1, _ACTIONS) if known else after[:, :, None]
        by_last += harmony.T[:, None, :] if known else harmony[0][:, None, None]
        reward = self._weighted[known].reshape(_ACTIONS, -1, rest)
        value = self._values[t].reshape(-1, rest)
        total = np.empty(rest, np.float32)
        for oldest in range(len(value)):
            best = np.add(reward[0, oldest], after[0], out=value[oldest])
            for action in range(1, _ACTIONS):
                np.add(reward[action, oldest], after[action], out=total)
                np.maximum(best, total, out=best)

    def _replay(self, harmony: Floats) -> NDArray[np.int_]:
        """The notes that earn the value, each the best by the values after it."""
        notes = np.zeros(NOTES, np.int_)
        state, last = 0, 0
        for t in range(NOTES):
            known = min(t, WINDOW)
            successor = state % _ACTIONS ** min(t, WINDOW - 1) * _ACTIONS + np.arange(_ACTIONS)
            reward = self._weighted[known][:, state] + harmony[t, last]
            notes[t] = last = int(np.argmax(reward + self._values[t + 1][successor]))
            state = int(successor[last])
        return notes


def reward_fingerprint() -> str:
    """Hash of the rewards of a few thousand states: while it stays, so do all optima."""
    rng, lanes = np.random.default_rng(0), 4096
    chords = rng.choice(TRIADS[0], (lanes, EIGHT_BAR.bars)).astype(np.int16)
    context = eight_bar_plan(chords).at(rng.integers(NOTES, size=lanes))
    melody = Melody.start(lanes)
    melody.recent[:] = rng.choice(_OFFSETS, melody.recent.shape)
    melody.recent[: lanes // 8, :4] = NONE
    melody.pending[:] = rng.random(lanes) < 0.5
    judged = judge(melody, context, np.ones(lanes, np.float32), EIGHT_BAR)
    return blake2b(judged.tobytes(), digest_size=8).hexdigest()


def harmony_tables(progression: NDArray[np.int16]) -> Floats:
    """Reward of each note after each note, (32, 7 last notes, 7 actions), over (8,) chords.

    Whether the last note awaits its resolution follows from that note and its own chord.
    At the first note, which has none before it, all rows are the same.
    """
    lanes = NOTES * _ACTIONS
    plan = eight_bar_plan(np.tile(progression, (lanes, 1)))
    t, last = np.divmod(np.arange(lanes), _ACTIONS)
    melody = Melody.start(lanes)
    advance(melody, plan.at(np.maximum(t - 1, 0)), EIGHT_BAR.actions, last)
    melody.put(t == 0, Melody.start(_ACTIONS))
    judged = judge(melody, plan.at(t), np.ones(lanes, np.float32), EIGHT_BAR)
    harmony = judged[..., EIGHT_BAR.terms.index("harmony")]
    return harmony.reshape(NOTES, _ACTIONS, _ACTIONS)


def _windows(known: int, states: NDArray[np.int_]) -> NDArray[np.int8]:
    """Offsets of the last seven notes in each state of so many notes, (S, 7)."""
    windows = np.full((len(states), WINDOW), NONE, np.int8)
    for back in range(known):
        windows[:, WINDOW - 1 - back] = _OFFSETS[states // _ACTIONS**back % _ACTIONS]
    return windows


def _windowed(term: Windowed, known: int) -> Floats:
    """A reward of (window, candidate) in every state of so many notes, (7, 7ⁿ)."""
    table = np.empty((_ACTIONS, _ACTIONS**known), np.float32)
    for start in range(0, table.shape[1], _CHUNK):
        states = np.arange(start, min(start + _CHUNK, table.shape[1]))
        windows = _windows(known, states)
        table[:, states] = term(windows[:, None], _OFFSETS[None, :]).T
    return table


def _smoothness(known: int) -> Floats:
    """Smoothness of each note in every state of so many notes, (7, 7ⁿ)."""
    recent = min(known, 2)
    two = _windows(recent, np.arange(_ACTIONS**recent))[:, -2:].astype(np.int16)
    before, last = two[:, :1], two[:, 1:]
    previous = np.where((before == NONE) | (last == NONE), NONE, last - before)
    interval = np.where(last == NONE, NONE, _OFFSETS[None, :] - last)
    table = smoothness.smoothness(False, last, previous, interval).T
    return np.tile(np.ascontiguousarray(table), (1, _ACTIONS ** (known - recent)))
