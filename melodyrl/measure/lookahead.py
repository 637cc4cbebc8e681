"""Looking a few notes ahead: a learned value, made better by trying what comes before it is asked.

Where all chords are given, as on eight bars, a policy knows the world: what each note would earn,
and what the world would be after it. So it can try every way to go on for a few notes, and trust
its network only where they end.
"""

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.judge import judge
from melodyrl.core.policy.legal import legal
from melodyrl.core.policy.network import Network
from melodyrl.core.policy.observe import observe
from melodyrl.core.policy.presets import EIGHT_BAR
from melodyrl.core.policy.state import Melody, advance
from melodyrl.env.baselines import Strategy
from melodyrl.env.lanes import MelodyLanes, Observation
from melodyrl.env.plan import Plan

Floats = NDArray[np.float32]
ACTIONS = EIGHT_BAR.actions


def looking_ahead(network: Network, notes: int, gamma: float) -> Strategy:
    """Play what earns the most over so many notes and, discounted by gamma, the value after them.

    1 note is the network's own choice; each note more costs seven times as much. For the preset
    `eight-bar` alone: elsewhere nobody tells what chords will come.
    """

    def choose(lanes: MelodyLanes, seen: Observation) -> NDArray[np.int_]:
        now = lanes.melody.take(np.arange(lanes.lanes)), lanes.plan, lanes.position.copy()
        value_NA = _values(network, *now, np.asarray(lanes.w, np.float32), notes, gamma)
        return value_NA.argmax(axis=1)

    return choose


def _values(
    network: Network,
    melody: Melody,
    plan: Plan,
    position: NDArray[np.int_],
    w: Floats,
    notes: int,
    gamma: float,
) -> Floats:
    """What each action is worth, (N, A); 0 where the episode is over."""
    over = position >= plan.length
    context = plan.at(np.minimum(position, plan.length))
    unread = np.ones(len(w), np.float32)  # the density: of no use on eight bars
    judgement, mask = judge(melody, context, unread, EIGHT_BAR), legal(melody, context, ACTIONS)
    if notes == 1:
        features = observe(melody, context, unread, EIGHT_BAR)
        q_NAK = network.many(features, w, judgement, mask)
        value = np.einsum("nak,nk->na", q_NAK, w)
    else:
        after = _after(melody, plan, position)
        future = _values(network, *after, np.repeat(w, ACTIONS.count, axis=0), notes - 1, gamma)
        value = np.einsum("nak,nk->na", judgement, w)
        value += gamma * future.max(axis=1).reshape(value.shape)
    return np.where(over[:, None], np.float32(0), np.where(mask, value, -np.inf))


def _after(
    melody: Melody, plan: Plan, position: NDArray[np.int_]
) -> tuple[Melody, Plan, NDArray[np.int_]]:
    """Each lane after each action, lane by lane: (N * A) melodies, plans and positions."""
    lane, action = np.divmod(np.arange(len(position) * ACTIONS.count), ACTIONS.count)
    then, plans, position = melody.take(lane), plan.take(lane), position[lane]
    advance(then, plans.at(np.minimum(position, plans.length)), ACTIONS, action)
    return then, plans, position + 1
