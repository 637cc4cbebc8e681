"""The network of a canvas in torch: a convolutional dueling network, a Q-value per stroke and term.

See melodyrl.core.canvas.network for what it computes, and the same in numpy.
"""

import math

import torch
from torch import Tensor, nn

from melodyrl.core.canvas.network import REACH, Form
from melodyrl.learn.network import duel


class ConvolutionalNetwork(nn.Module):
    """Q(s, a)_k over the strokes of a canvas; every cell is read by the same weights.

    Shapes: features (B, P x H x W), w (B, K), judgement (B, A, K), mask (B, A) -> (B, A, K).
    The heads begin at zero, as those of DuelingNetwork do.
    """

    def __init__(self, form: Form, generator: torch.Generator) -> None:
        super().__init__()
        self.form = form
        self.dueling, self.known_reward = form.dueling, form.known_reward
        self.future_scale = form.future_scale
        wide = form.hidden
        self.near = nn.Conv2d(form.inputs, wide, REACH, padding=REACH // 2)
        self.far = nn.Conv2d(3 * wide, wide, 1)
        self.advantage = nn.Conv2d(wide, form.size.colours * form.terms, 1)
        self.value = nn.Linear(wide, form.terms)
        self._begin(generator)

    def forward(self, features: Tensor, w: Tensor, judgement: Tensor, mask: Tensor) -> Tensor:
        """Q-values (B, A, K) in reward units."""
        future_BAK = self.future_scale * self.future(features, w, judgement, mask)
        return judgement + future_BAK if self.known_reward else future_BAK

    def future(self, features: Tensor, w: Tensor, judgement: Tensor, mask: Tensor) -> Tensor:
        """F (B, A, K), the head's own output, in units of `future_scale` rewards."""
        hidden = self._hidden(self._x(features, w, judgement))
        # Channels last: (B, colours x K, H, W) -> (B, H x W x colours, K), as strokes are counted.
        advantage_BAK = self.advantage(hidden).permute(0, 2, 3, 1).reshape(judgement.shape)
        if not self.dueling:
            return advantage_BAK
        return duel(advantage_BAK, self.value(hidden.mean((2, 3))), mask)

    def _x(self, features: Tensor, w: Tensor, judgement: Tensor) -> Tensor:
        size, count = self.form.size, len(features)
        score_BA = torch.bmm(judgement, w.unsqueeze(2)).squeeze(2)
        if not self.known_reward:
            score_BA = torch.zeros_like(score_BA)
        planes = features.view(count, self.form.planes, size.height, size.width)
        everywhere = w[:, :, None, None].expand(-1, -1, size.height, size.width)
        score = score_BA.view(count, size.height, size.width, size.colours).permute(0, 3, 1, 2)
        return torch.cat([planes, everywhere, score], dim=1)

    def _hidden(self, x: Tensor) -> Tensor:
        g = torch.relu(self.near(x))
        along = g.mean(3, keepdim=True).expand_as(g)
        down = g.mean(2, keepdim=True).expand_as(g)
        return torch.relu(self.far(torch.cat([g, along, down], dim=1)))

    @torch.no_grad()
    def _begin(self, generator: torch.Generator) -> None:
        for layer in (self.near, self.far):
            nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu", generator=generator)
            assert layer.bias is not None
            bound = 1 / math.sqrt(layer.weight[0].numel())
            nn.init.uniform_(layer.bias, -bound, bound, generator=generator)
        for head in (self.advantage, self.value):
            nn.init.zeros_(head.weight)
            assert head.bias is not None
            nn.init.zeros_(head.bias)
        if not self.dueling:
            self.value.requires_grad_(False)
