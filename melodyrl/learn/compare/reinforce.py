"""REINFORCE with a recurrent policy: whole episodes, and nothing but their own returns.

Source: Williams 1992, Simple Statistical Gradient-Following Algorithms for Connectionist
Reinforcement Learning.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.distributions import Categorical

from melodyrl.core.policy.observe import size
from melodyrl.core.policy.presets import EIGHT_BAR
from melodyrl.env.lanes import MelodyLanes, Observation
from melodyrl.learn.compare.course import training_lanes
from melodyrl.learn.compare.referee import Referee
from melodyrl.learn.schedule import linear

LANES, HIDDEN, GAMMA = 64, 128, 0.97
ENTROPY = 0.003
"""Reward units that a nat of entropy is worth, so that the policy does not settle too early."""
FIRST_RATE, LAST_RATE = 2e-3, 1e-4
GREATEST_NORM = 1.0
"""Longer gradients are shortened: returns are noisy."""


class RecurrentPolicy(nn.Module):
    """Logits of the actions from all that was seen in the episode; alike at the beginning."""

    def __init__(self, features: int, actions: int, hidden: int = HIDDEN) -> None:
        super().__init__()
        self.inward = nn.Linear(features, hidden)
        self.memory = nn.GRU(hidden, hidden)
        self.head = nn.Linear(hidden, actions)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, seen_TND: Tensor, memory: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Logits (T, N, A), and what is remembered after them."""
        hidden_TNH, after = self.memory(torch.relu(self.inward(seen_TND)), memory)
        return self.head(hidden_TNH), after


@dataclass
class Actor:
    """A policy and what it remembers of the episodes that it is in, which all begin at once."""

    policy: RecurrentPolicy
    _memory: Tensor | None = None

    @torch.no_grad()
    def logits(self, lanes: MelodyLanes, seen: Observation) -> Tensor:
        """Of the next action, (N, A)."""
        if (lanes.position == 0).all():
            self._memory = None
        features_1ND = torch.from_numpy(seen.features)[None]
        logits_1NA, self._memory = self.policy(features_1ND, self._memory)
        return logits_1NA[0]

    def choose(self, lanes: MelodyLanes, seen: Observation) -> NDArray[np.int64]:
        """The most likely actions."""
        return self.logits(lanes, seen).argmax(1).numpy()


@dataclass(frozen=True, slots=True)
class Episodes:
    """One whole episode of each lane."""

    seen: Tensor
    """(T, N, D)."""
    action: Tensor
    """(T, N)."""
    reward: Tensor
    """(T, N)."""


def learn_reinforce(referee: Referee, seed: int) -> None:
    """One gradient step after each round of episodes."""
    torch.manual_seed(seed)
    actor = Actor(RecurrentPolicy(size(EIGHT_BAR), EIGHT_BAR.actions.count))
    adam = torch.optim.Adam(actor.policy.parameters())
    lanes, steps = training_lanes(LANES, seed), 0
    while referee.goes_on(steps, actor.choose):
        played = play(lanes, actor)
        steps += played.action.numel()
        adam.param_groups[0]["lr"] = linear(FIRST_RATE, LAST_RATE, referee.progress)
        adam.zero_grad()
        loss_of(actor.policy, played).backward()
        nn.utils.clip_grad_norm_(actor.policy.parameters(), GREATEST_NORM)
        adam.step()


def play(lanes: MelodyLanes, actor: Actor) -> Episodes:
    """An episode of each lane, with actions as likely as the policy says."""
    parts: list[tuple[Tensor, Tensor, Tensor]] = []
    seen = lanes.reset()
    for _ in range(EIGHT_BAR.decisions):
        action_N = Categorical(logits=actor.logits(lanes, seen)).sample()
        w_NK = lanes.w
        step = lanes.step(action_N.numpy())
        reward_N = torch.from_numpy((step.reward * w_NK).sum(1))
        parts.append((torch.from_numpy(seen.features), action_N, reward_N))
        seen = step.observation
    return Episodes(*(torch.stack(part) for part in zip(*parts, strict=True)))


def loss_of(policy: RecurrentPolicy, played: Episodes) -> Tensor:
    """- mean of log pi(a | s) (G - b), less the entropy; its gradient is REINFORCE's."""
    logits_TNA, _ = policy(played.seen)
    chance = Categorical(logits=logits_TNA)
    weighted_TN = chance.log_prob(played.action) * advantage(played.reward)
    return -weighted_TN.mean() - ENTROPY * chance.entropy().mean()


def advantage(reward_TN: Tensor, gamma: float = GAMMA) -> Tensor:
    """Discounted return from each step on, less the lanes' mean at that step, at unit variance.

    G_t = r_t + gamma G_t+1;  the mean over lanes is the baseline b_t.
    """
    return_TN = torch.zeros_like(reward_TN)
    later_N = torch.zeros(reward_TN.shape[1])
    for t in reversed(range(len(reward_TN))):
        later_N = return_TN[t] = reward_TN[t] + gamma * later_N
    centred_TN = return_TN - return_TN.mean(1, keepdim=True)
    return centred_TN / (centred_TN.std() + 1e-6)
