"""One gradient step of Dueling Double DQN with a vector of Q-values, conditioned on w."""

import copy
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import huber_loss

from melodyrl.learn.network import best_action
from melodyrl.learn.networks import AnyNetwork
from melodyrl.learn.replay.accumulator import Batch

Array = npt.NDArray[Any]

STATISTICS = ("q", "q_spread", "td_error")
"""Mean and standard deviation over a batch of w . Q of the actions taken; mean |w . error|."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A batch made ready for a gradient step: all that needs no gradient is worked out."""

    features: Tensor
    w: Tensor
    judgement: Tensor
    mask: Tensor
    action: Tensor
    target: Tensor
    """(B, K): y / scale."""
    importance: Tensor


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a gradient step tells."""

    loss: float
    error: Array
    """(B,) float32: sum over k of w_k |TD error of term k|, in reward units."""


class Learner:
    """The online and the target network, and the optimiser.

    `act` and `prepare` read a copy of the online network, as it was last published, and the target
    network; `learn` changes the online network alone. So the two may run side by side, and what
    comes of it is the same as in turn.

    y_k = later_k + bootstrap * Q_target(s', a*, w)_k  with  a* = argmax w . Q_online(s', a, w);
    loss = sum over k of Huber(F_k - y_k / scale) + c Huber(w . (F - y / scale)), weighted by
    importance. The immediate reward is in neither: Q adds it unlearned.
    Without Double the target network chooses a* itself.
    """

    def __init__(
        self, network: AnyNetwork, *, double: bool, tau: float, scalar_weight: float = 0.5
    ) -> None:
        self.online = network
        self.target = copy.deepcopy(network).requires_grad_(False)
        self.actor = copy.deepcopy(network).requires_grad_(False)
        self._double, self._tau, self._scalar_weight = double, tau, scalar_weight
        learned = [p for p in network.parameters() if p.requires_grad]
        # eps: the gradients of a well-fitted value are small; 1e-8 would make Adam twitch.
        self._adam = torch.optim.Adam(learned, lr=1e-3, eps=1e-5, fused=True)
        self._parameters = tuple(
            list(each.parameters()) for each in (network, self.actor, self.target)
        )

    @torch.no_grad()
    def act(self, features: Array, w: Array, judgement: Array, mask: Array) -> Array:
        """Greedy actions (B,) int64 of the online network, as it was last published."""
        w_BK, mask_BA = _float(w), torch.from_numpy(mask)
        q_BAK = self.actor(_float(features), w_BK, _float(judgement), mask_BA)
        return best_action(q_BAK, w_BK, mask_BA).numpy()

    def update(self, batch: Batch, w: Array, importance: Array, learning_rate: float) -> Outcome:
        """Prepare, learn and publish; w (B, K) may be any preferences, whoever acted."""
        outcome = self.learn(self.prepare(batch, w, importance), learning_rate)
        self.publish()
        return outcome

    @torch.no_grad()
    def prepare(self, batch: Batch, w: Array, importance: Array) -> Lesson:
        """Work out the targets of a batch."""
        w_BK, action_B = _float(w), torch.from_numpy(batch.action)
        judgement_BAK, target_BK = _float(batch.judgement), self._target(batch, w_BK)
        if not self.online.known_reward:
            target_BK += _chosen(judgement_BAK, action_B) / self.online.future_scale
        return Lesson(
            features=_float(batch.features),
            w=w_BK,
            judgement=judgement_BAK,
            mask=torch.from_numpy(batch.mask),
            action=action_B,
            target=target_BK,
            importance=torch.from_numpy(importance),
        )

    def learn(self, lesson: Lesson, learning_rate: float) -> Outcome:
        """Take one gradient step."""
        state = (lesson.features, lesson.w, lesson.judgement, lesson.mask)
        error_BK = _chosen(self.online.future(*state), lesson.action) - lesson.target
        loss = (lesson.importance * _loss(error_BK, lesson.w, self._scalar_weight)).mean()
        self._adam.param_groups[0]["lr"] = learning_rate
        self._adam.zero_grad(set_to_none=True)
        loss.backward()
        self._adam.step()
        error_B = (lesson.w * error_BK.detach().abs()).sum(1) * self.online.future_scale
        return Outcome(loss.item(), error_B.numpy())

    @torch.no_grad()
    def publish(self) -> None:
        """Let the copy be the online network again, and the target network follow it by tau."""
        for online, actor, target in zip(*self._parameters, strict=True):
            actor.copy_(online)
            target.lerp_(online, self._tau)

    @torch.no_grad()
    def statistics(self, lesson: Lesson) -> dict[str, float]:
        """Of a batch, to watch: w . Q of the actions taken, and how far off it is."""
        state = (lesson.features, lesson.w, lesson.judgement, lesson.mask)
        scale, known = self.online.future_scale, float(self.online.known_reward)
        future_BK = _chosen(self.online.future(*state), lesson.action)
        reward_BK = known * _chosen(lesson.judgement, lesson.action)
        q_B = (lesson.w * (reward_BK + scale * future_BK)).sum(1)
        error_B = (lesson.w * scale * (future_BK - lesson.target)).sum(1)
        found = (q_B.mean(), q_B.std(), error_B.abs().mean())
        return {name: x.item() for name, x in zip(STATISTICS, found, strict=True)}

    def state(self) -> dict[str, Any]:
        """All that a resumed run needs."""
        return {
            "online": self.online.state_dict(),
            "target": self.target.state_dict(),
            "adam": self._adam.state_dict(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a saved state."""
        self.online.load_state_dict(state["online"])
        self.actor.load_state_dict(state["online"])
        self.target.load_state_dict(state["target"])
        self._adam.load_state_dict(state["adam"])

    @torch.no_grad()
    def _target(self, batch: Batch, w_BK: Tensor) -> Tensor:
        """Y / scale, (B, K)."""
        judgement_BAK, mask_BA = _float(batch.next_judgement), torch.from_numpy(batch.next_mask)
        state = (_float(batch.next_features), w_BK, judgement_BAK, mask_BA)
        q_BAK = self.target(*state)
        chooser_BAK = self.actor(*state) if self._double else q_BAK
        next_BK = _chosen(q_BAK, best_action(chooser_BAK, w_BK, mask_BA))
        y_BK = torch.from_numpy(batch.later) + torch.from_numpy(batch.bootstrap)[:, None] * next_BK
        return y_BK / self.online.future_scale


def _float(array: Array) -> Tensor:
    return torch.from_numpy(array).float()


def _chosen(value_BAK: Tensor, action_B: Tensor) -> Tensor:
    return value_BAK[torch.arange(len(action_B)), action_B]


def _loss(error_BK: Tensor, w_BK: Tensor, scalar_weight: float) -> Tensor:
    zero = torch.zeros(())
    vector_B = huber_loss(error_BK, zero.expand_as(error_BK), reduction="none").sum(1)
    scalar_B = (w_BK * error_BK).sum(1)
    return vector_B + scalar_weight * huber_loss(
        scalar_B, zero.expand_as(scalar_B), reduction="none"
    )
