"""The convolutional dueling network in numpy: what training computes in torch, without torch.

x = [planes, w everywhere, sum over k of w_k r_ak];  g = relu(3x3 conv of x);
h = relu(1x1 conv of [g, mean of g along the row, mean of g down the column]);
A = 1x1 conv of h;  V = linear in the mean of h;  F_ak = V_k + A_ak - mean over legal a of A_ak;
Q_ak = r_ak + scale * F_ak, or scale * F_ak where rewards are not known.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.canvas.size import Size

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

REACH = 3
"""Cells across that the first layer sees at once."""


@dataclass(frozen=True, slots=True)
class Form:
    """What the tensors alone do not tell."""

    size: Size
    planes: int
    """Pictures of the canvas that an observation has, P."""
    terms: int
    hidden: int
    """Channels of both hidden layers."""
    dueling: bool = True
    known_reward: bool = True
    future_scale: float = 1.0

    @property
    def inputs(self) -> int:
        """Channels of x."""
        return self.planes + self.terms + self.size.colours

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of every tensor of such a network."""
        wide, heads = self.hidden, self.size.colours * self.terms
        return {
            "near.weight": (wide, self.inputs, REACH, REACH),
            "near.bias": (wide,),
            "far.weight": (wide, 3 * wide, 1, 1),
            "far.bias": (wide,),
            "advantage.weight": (heads, wide, 1, 1),
            "advantage.bias": (heads,),
            "value.weight": (self.terms, wide),
            "value.bias": (self.terms,),
        }


class CanvasNetwork:
    """Q-values of every stroke."""

    def __init__(self, tensors: Mapping[str, Floats], form: Form) -> None:
        self.form = form
        wide = form.hidden
        # Channels last, so that each layer is a matrix product over cells.
        self._near = tensors["near.weight"].transpose(2, 3, 1, 0).reshape(-1, wide)
        self._far = tensors["far.weight"].reshape(wide, -1).T
        self._advantage = tensors["advantage.weight"].reshape(-1, wide).T
        self._value = tensors["value.weight"].T
        self._bias = {name: tensors[f"{name}.bias"] for name in ("near", "far")}
        self._head_bias = {name: tensors[f"{name}.bias"] for name in ("advantage", "value")}

    def many(self, planes: Floats, w_BK: Floats, judgement_BAK: Floats, mask_BA: Bools) -> Floats:
        """Q-values (B, A, K) of planes (B, P, H, W)."""
        form = self.form
        hidden = self._hidden(self._x(planes, w_BK, judgement_BAK))
        future = (hidden @ self._advantage + self._head_bias["advantage"]).reshape(
            judgement_BAK.shape
        )
        if form.dueling:
            value_BK = hidden.mean((1, 2)) @ self._value + self._head_bias["value"]
            share_BA = mask_BA / np.maximum(mask_BA.sum(1, keepdims=True), 1)
            mean_BK = np.einsum("ba,bak->bk", share_BA.astype(np.float32), future)
            future = future + (value_BK - mean_BK)[:, None]
        q_BAK = np.float32(form.future_scale) * future
        return q_BAK + judgement_BAK if form.known_reward else q_BAK

    def _x(self, planes: Floats, w_BK: Floats, judgement_BAK: Floats) -> Floats:
        """All that the first layer sees, (B, H, W, inputs)."""
        form = self.form
        shape = (len(planes), form.size.height, form.size.width)
        score = np.einsum("bak,bk->ba", judgement_BAK, w_BK) * np.float32(form.known_reward)
        everywhere = np.broadcast_to(w_BK[:, None, None], (*shape, form.terms))
        parts = [planes.transpose(0, 2, 3, 1), everywhere, score.reshape(*shape, -1)]
        return np.concatenate(parts, axis=3, dtype=np.float32)

    def _hidden(self, x: Floats) -> Floats:
        """What the heads see, (B, H, W, hidden)."""
        edge = REACH // 2
        padded = np.pad(x, ((0, 0), (edge, edge), (edge, edge), (0, 0)))
        height, width = x.shape[1:3]
        shifted = [
            padded[:, dy : dy + height, dx : dx + width]
            for dy in range(REACH)
            for dx in range(REACH)
        ]
        g = np.concatenate(shifted, axis=3) @ self._near + self._bias["near"]
        np.maximum(g, 0.0, out=g)
        along = np.broadcast_to(g.mean(2, keepdims=True), g.shape)
        down = np.broadcast_to(g.mean(1, keepdims=True), g.shape)
        h = np.concatenate([g, along, down], axis=3) @ self._far + self._bias["far"]
        return np.maximum(h, 0.0, out=h)
