"""Q-learning with a table, over a small part of the state.

The whole state (seven notes, eight chords, where in them) has far too many values to be seen
twice. So the table knows the quarter of the bar, this chord and the next, and the last two notes:
16,384 states, of which some 10,400 occur. With three notes it has eight times as many, and in the
same time it comes less far.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.observe import layout
from melodyrl.core.policy.presets import EIGHT_BAR
from melodyrl.env.chords import TONES, TRIADS
from melodyrl.env.lanes import MelodyLanes, Observation
from melodyrl.learn.compare.course import training_lanes
from melodyrl.learn.compare.referee import Referee
from melodyrl.learn.schedule import epsilon_decay, linear

Ints = NDArray[np.intp]
Floats = NDArray[np.float32]

LANES = 64
GAMMA = 0.9
FIRST_RATE, LAST_RATE = 0.2, 0.005
"""Share of each error by which a cell is moved, at the beginning and at the end."""
EXPLORING_STEPS, EPSILON = 100_000, 0.05

BEATS, CHORDS, DEGREES = 4, 8, 8
"""Chords and degrees have one value more than there are: none."""
ACTIONS = EIGHT_BAR.actions.count
STATES = BEATS * CHORDS**2 * DEGREES**2


@dataclass(frozen=True, slots=True)
class QTable:
    """What each action is worth in each state; unseen ones are worth nothing yet."""

    value: Floats = field(default_factory=lambda: np.zeros((STATES, ACTIONS), np.float32))

    def choose(self, lanes: MelodyLanes, seen: Observation) -> Ints:
        """The best known action of each lane."""
        return self.value[state_of(seen.features)].argmax(1)

    def learn(self, s_N: Ints, a_N: Ints, target_N: Floats, rate: float) -> None:
        """Q(s, a) += rate (target - Q(s, a)); where two lanes meet in a cell the last one wins."""
        self.value[s_N, a_N] += rate * (target_N - self.value[s_N, a_N])


def learn_table(referee: Referee, seed: int) -> None:
    """Epsilon-greedy Q-learning in all lanes at once."""
    rng, lanes, table = np.random.default_rng(seed), training_lanes(LANES, seed), QTable()
    s_N, steps = state_of(lanes.reset().features), 0
    while referee.goes_on(steps, table.choose):
        epsilon = epsilon_decay(steps, EXPLORING_STEPS, EPSILON)
        stray_N = rng.random(LANES) < epsilon
        a_N = np.where(stray_N, rng.integers(ACTIONS, size=LANES), table.value[s_N].argmax(1))
        w_NK = lanes.w
        step = lanes.step(a_N)
        next_N = state_of(step.observation.features)
        # target = r + gamma max over a' of Q(s', a'), and r alone where the episode ended
        target_N = (step.reward * w_NK).sum(1)
        target_N += GAMMA * ~step.terminated * table.value[next_N].max(1)
        table.learn(s_N, a_N, target_N, linear(FIRST_RATE, LAST_RATE, referee.progress))
        s_N, steps = next_N, steps + LANES


def state_of(features_ND: Floats) -> Ints:
    """The state of each lane as the table counts them, (N,)."""
    part = {name: features_ND[:, where] for name, where in _LAYOUT.items()}
    degrees_N7 = part["degrees"].reshape(-1, 7, ACTIONS) @ np.arange(1, DEGREES)
    places = (
        part["quarter"].argmax(1) % BEATS,
        _chord_of(part["chord"]),
        _chord_of(part["next_chord"]),
        degrees_N7[:, -1].astype(np.intp),
        degrees_N7[:, -2].astype(np.intp),
    )
    return np.ravel_multi_index(places, (BEATS, CHORDS, CHORDS, DEGREES, DEGREES))


def _chord_of(tones_N12: Floats) -> Ints:
    """Which triad it is, 1 to 7; 0 where there is none."""
    return _TRIAD_OF[(tones_N12 @ _BITS).astype(np.intp)]


_LAYOUT = layout(EIGHT_BAR)
_BITS = 1 << np.arange(12)
_TRIAD_OF = np.zeros(1 << 12, np.intp)
_TRIAD_OF[TONES[TRIADS[0]] @ _BITS] = np.arange(1, 8)
