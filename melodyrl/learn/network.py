"""The network in torch: one dueling Q-value per action and reward term."""

import math

import torch
from torch import Tensor, nn


class DuelingNetwork(nn.Module):
    """Q(s, a)_k = r(s, a)_k + scale * F(s, a)_k: the known reward now and a learned future.

    x = [features, w, sum over k of w_k r_ak];  h = relu(norm(W x + b)), twice;
    F_ak = V_k + A_ak - mean over legal a of A_ak.
    Shapes: features (B, D), w (B, K), judgement (B, A, K), mask (B, A) -> (B, A, K).
    The heads begin at zero, so that before the first update the policy is one-step greedy.
    Without dueling the value head stays zero and no mean is taken: F_ak = A_ak.
    """

    def __init__(
        self,
        features: int,
        actions: int,
        terms: int,
        *,
        generator: torch.Generator,
        hidden: int = 256,
        layer_norm: bool = False,
        dueling: bool = True,
        known_reward: bool = True,
        future_scale: float = 1.0,
    ) -> None:
        super().__init__()
        self.actions, self.terms = actions, terms
        self.dueling, self.known_reward = dueling, known_reward
        self.future_scale = future_scale
        inputs = features + terms + actions
        self.trunk = nn.ModuleList([nn.Linear(inputs, hidden), nn.Linear(hidden, hidden)])
        self.norm = nn.ModuleList([nn.LayerNorm(hidden) for _ in self.trunk if layer_norm])
        self.advantage = nn.Linear(hidden, actions * terms)
        self.value = nn.Linear(hidden, terms)
        self._begin(generator)

    def forward(self, features: Tensor, w: Tensor, judgement: Tensor, mask: Tensor) -> Tensor:
        """Q-values (B, A, K) in reward units."""
        future_BAK = self.future_scale * self.future(features, w, judgement, mask)
        return judgement + future_BAK if self.known_reward else future_BAK

    def future(self, features: Tensor, w: Tensor, judgement: Tensor, mask: Tensor) -> Tensor:
        """F (B, A, K), the head's own output, in units of `future_scale` rewards."""
        hidden_BH = self._hidden(features, w, judgement)
        advantage_BAK = self.advantage(hidden_BH).view(-1, self.actions, self.terms)
        if not self.dueling:
            return advantage_BAK
        return duel(advantage_BAK, self.value(hidden_BH), mask)

    def _hidden(self, features: Tensor, w: Tensor, judgement: Tensor) -> Tensor:
        score_BA = torch.bmm(judgement, w.unsqueeze(2)).squeeze(2)
        if not self.known_reward:
            score_BA = torch.zeros_like(score_BA)
        x = torch.cat([features, w, score_BA], dim=1)
        for i, layer in enumerate(self.trunk):
            x = layer(x)
            if len(self.norm):
                x = self.norm[i](x)
            x = torch.relu(x)
        return x

    @torch.no_grad()
    def _begin(self, generator: torch.Generator) -> None:
        for layer in self.trunk:
            assert isinstance(layer, nn.Linear)
            nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu", generator=generator)
            bound = 1 / math.sqrt(layer.in_features)
            nn.init.uniform_(layer.bias, -bound, bound, generator=generator)
        for head in (self.advantage, self.value):
            nn.init.zeros_(head.weight)
            nn.init.zeros_(head.bias)
        if not self.dueling:
            self.value.requires_grad_(False)


def duel(advantage_BAK: Tensor, value_BK: Tensor, mask_BA: Tensor) -> Tensor:
    """F (B, A, K): a state's value, and how far each action is from the mean of the legal ones."""
    share_BA = mask_BA / mask_BA.sum(1, keepdim=True)
    mean_B1K = torch.bmm(share_BA.unsqueeze(1), advantage_BAK)
    return advantage_BAK + (value_BK.unsqueeze(1) - mean_B1K)


def best_action(q_BAK: Tensor, w_BK: Tensor, mask_BA: Tensor) -> Tensor:
    """Argmax over the legal actions of w . Q, (B,)."""
    score_BA = torch.bmm(q_BAK, w_BK.unsqueeze(2)).squeeze(2)
    return score_BA.masked_fill(~mask_BA, -torch.inf).argmax(1)
