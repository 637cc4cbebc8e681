"""Beam search over whole episodes, whose chords are known: how much can be earned, from below."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.judge import judge
from melodyrl.core.policy.legal import legal
from melodyrl.core.policy.network import Network
from melodyrl.core.policy.observe import observe
from melodyrl.core.policy.state import BoolArray, Context, FloatArray, Melody, advance
from melodyrl.env.lanes import MelodyLanes, Observation, follow_tonic

Actions = NDArray[np.int_]
Floats = NDArray[np.float64]


@dataclass
class Beam:
    """A Strategy: the best melody of those that a beam search keeps.

    It plans each episode once, at its beginning, for the preferences of that moment.
    """

    width: int
    """Melodies that are kept at each step."""
    network: Network | None = None
    """With one, they are kept for what it promises as well as for what they have earned."""
    _planned: dict[int, Actions] = field(default_factory=dict)

    def __call__(self, lanes: MelodyLanes, seen: Observation) -> Actions:
        """The planned action of each lane."""
        starting = np.flatnonzero(lanes.position == 0)
        if len(starting):
            found = beam_search(lanes, starting, self.width, self.network)
            self._planned.update(zip(starting.tolist(), found, strict=True))
        return np.array([self._planned[n][p] for n, p in enumerate(lanes.position.tolist())])


def beam_search(
    lanes: MelodyLanes, chosen: NDArray[np.intp], width: int, network: Network | None = None
) -> Actions:
    """The best episodes found from the beginning of the chosen lanes, (len(chosen), T) actions."""
    race = _Race(lanes, chosen, width, network)
    for t in range(int(race.plan.length.max())):
        race.step(t)
    return race.winners()


class _Race:
    """The melodies that are kept of each of N lanes, lane by lane: B = N * width of them."""

    def __init__(
        self, lanes: MelodyLanes, chosen: NDArray[np.intp], width: int, network: Network | None
    ) -> None:
        self._preset, self._width, self._network = lanes.preset, width, network
        self._lane = np.repeat(np.arange(len(chosen)), width)
        of_lane = chosen[self._lane]
        self.plan, self._w = lanes.plan.take(of_lane), lanes.w[of_lane]
        self._density = lanes.density[of_lane]
        self._melody = Melody.start(len(of_lane), self._density)
        # All but one of a lane's melodies start out of the race: they would be copies.
        self._score = np.where(np.arange(len(of_lane)) % width == 0, 0.0, -np.inf)
        self._history = np.zeros((len(of_lane), int(self.plan.length.max())), np.int_)

    def step(self, t: int) -> None:
        """Go on from each melody in every way, and keep the best of them."""
        context = self.plan.at(np.minimum(t, self.plan.length))
        mask = legal(self._melody, context, self._preset.actions)
        parent, action = self._kept(context, mask, (t < self.plan.length)[:, None])
        # Actions of melodies that are out of the race may be illegal; any legal one will do.
        action = np.where(np.isfinite(self._score), action, mask[parent].argmax(axis=1))
        self._history = self._history[parent]
        self._history[:, t] = action
        self._melody = self._melody.take(parent)
        advance(self._melody, context, self._preset.actions, action)
        shift = self.plan.shift[np.arange(len(parent)), np.minimum(t + 1, self.plan.length)]
        follow_tonic(self._melody, shift, self._preset.actions)

    def winners(self) -> Actions:
        """The best melody of each lane, (N, T)."""
        best = self._score.reshape(-1, self._width).argmax(axis=1)
        return self._history[np.arange(len(best)) * self._width + best]

    def _kept(
        self, context: Context, mask: BoolArray, running: BoolArray
    ) -> tuple[NDArray[np.intp], Actions]:
        """Which melodies are gone on from, and how, (B,) each; scores them."""
        judgement = judge(self._melody, context, self._density, self._preset)
        earned = np.einsum("bak,bk->ba", judgement, self._w) * running
        total = self._score[:, None] + np.where(mask, earned, -np.inf)
        promised = total + self._later(context, judgement, mask) * running
        ways = len(total) // self._width, -1
        best = np.argpartition(-promised.reshape(ways), self._width - 1, axis=1)[:, : self._width]
        self._score = np.take_along_axis(total.reshape(ways), best, axis=1).reshape(-1)
        beam, action = np.divmod(best.reshape(-1), mask.shape[1])
        return self._lane * self._width + beam, action

    def _later(self, context: Context, judgement: FloatArray, mask: BoolArray) -> Floats | float:
        """What the network promises beyond what is earned now, (B, A)."""
        if self._network is None:
            return 0.0
        features = observe(self._melody, context, self._density, self._preset)
        q_BAK = self._network.many(features, self._w.astype(np.float32), judgement, mask)
        return np.einsum("bak,bk->ba", q_BAK - judgement, self._w)
