"""The trained network in numpy: what training computes in torch, without torch.

x = [features, w, sum over k of w_k r_ak];  h = relu(norm(W x + b)), twice;
F_ak = V_k + A_ak - mean over legal a of A_ak;  Q_ak = r_ak + scale * F_ak.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.thoughts import Thoughts

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Given = tuple[Floats, Floats, Floats]
"""Features (D,), weights (K,) and judgement (A, K)."""

THOUGHTS = 64
"""Moments that are thought about at a time: two steps of the grid, over some thirty chords each."""

LAYERS = 2
"""Hidden layers of the trunk."""

NORM_EPSILON = np.float32(1e-5)
"""Added to the variance; the default of torch.nn.LayerNorm, which trained the weights."""


@dataclass(frozen=True, slots=True)
class Form:
    """What the tensors alone do not tell."""

    features: int
    actions: int
    terms: int
    hidden: int
    layer_norm: bool = False
    dueling: bool = True
    known_reward: bool = True
    future_scale: float = 1.0

    @property
    def inputs(self) -> int:
        """Width of x."""
        return self.features + self.terms + self.actions

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of every tensor of such a network."""
        wide = self.hidden
        shapes: dict[str, tuple[int, ...]] = {}
        for layer, inputs in enumerate((self.inputs, wide)):
            shapes[f"trunk.{layer}.weight"] = (wide, inputs)
            shapes[f"trunk.{layer}.bias"] = (wide,)
            if self.layer_norm:
                shapes[f"norm.{layer}.weight"] = shapes[f"norm.{layer}.bias"] = (wide,)
        for head, outputs in (("advantage", self.actions * self.terms), ("value", self.terms)):
            shapes[f"{head}.weight"] = (outputs, wide)
            shapes[f"{head}.bias"] = (outputs,)
        return shapes


class Network:
    """Q-values of one moment or of many. The heads are folded into one matrix.

    One network belongs to one thread: it writes into buffers that it keeps.
    """

    def __init__(self, tensors: Mapping[str, Floats], form: Form) -> None:
        self.form = form
        self._trunk = [
            (tensors[f"trunk.{i}.weight"], tensors[f"trunk.{i}.bias"]) for i in range(LAYERS)
        ]
        self._norm = [
            (tensors[f"norm.{i}.weight"], tensors[f"norm.{i}.bias"])
            for i in range(LAYERS if form.layer_norm else 0)
        ]
        heads = ("advantage", "value")
        self._head = np.concatenate([tensors[f"{head}.weight"] for head in heads])
        self._head_bias = np.concatenate([tensors[f"{head}.bias"] for head in heads])
        self._scale = np.float32(form.future_scale)
        self._x: Floats = np.zeros(form.inputs, np.float32)
        self._h: list[Floats] = [np.zeros(form.hidden, np.float32) for _ in range(LAYERS)]
        self._thoughts = Thoughts[Floats](THOUGHTS)

    def one(self, features_D: Floats, w_K: Floats, judgement_AK: Floats, mask_A: Bools) -> Floats:
        """Q-values (A, K) of one moment."""
        form = self.form
        given = features_D, w_K, judgement_AK
        out = self._thoughts.recall(*given)
        if out is None:
            out = self._run(given)
        future = out[: -form.terms].reshape(form.actions, form.terms)
        if form.dueling:
            share = mask_A / np.float32(max(np.count_nonzero(mask_A), 1))
            future = future + (out[-form.terms :] - np.dot(share, future))
        q = future * self._scale
        return np.add(q, judgement_AK, out=q) if form.known_reward else q

    def think(self, features_D: Floats, w_K: Floats, judgement_AK: Floats) -> None:
        """Do all that a later `one` on these very arrays, left as they are, needs no mask for."""
        given = features_D, w_K, judgement_AK
        if self._thoughts.recall(*given) is None:
            self._thoughts.keep(self._run(given), *given)

    def _run(self, given: Given) -> Floats:
        """What the heads say: advantages (A * K), then values (K)."""
        features_D, w_K, judgement_AK = given
        form, x = self.form, self._x
        x[: form.features] = features_D
        x[form.features : form.features + form.terms] = w_K
        if form.known_reward:
            np.dot(judgement_AK, w_K, out=x[form.features + form.terms :])
        h = x
        for layer, (weight, bias) in enumerate(self._trunk):
            h = np.dot(weight, h, out=self._h[layer])
            h += bias
            if self._norm:
                self._normalise(h, layer)
            np.maximum(h, 0.0, out=h)
        out = np.dot(self._head, h)
        out += self._head_bias
        return out

    def many(
        self, features_BD: Floats, w_BK: Floats, judgement_BAK: Floats, mask_BA: Bools
    ) -> Floats:
        """Q-values (B, A, K) of many moments."""
        form = self.form
        score = np.einsum("bak,bk->ba", judgement_BAK, w_BK) * np.float32(form.known_reward)
        h = np.concatenate([features_BD, w_BK, score], axis=1, dtype=np.float32)
        for layer, (weight, bias) in enumerate(self._trunk):
            h = h @ weight.T + bias
            if self._norm:
                self._normalise(h, layer)
            np.maximum(h, 0.0, out=h)
        out = h @ self._head.T + self._head_bias
        future = out[:, : -form.terms].reshape(-1, form.actions, form.terms)
        if form.dueling:
            legal = np.maximum(mask_BA.sum(axis=1, keepdims=True), 1)
            mean = np.einsum("ba,bak->bk", (mask_BA / legal).astype(np.float32), future)
            future = future + (out[:, -form.terms :] - mean)[:, None]
        q = self._scale * future
        return q + judgement_BAK if form.known_reward else q

    def _normalise(self, h: Floats, layer: int) -> None:
        """LayerNorm over the last axis, in place."""
        weight, bias = self._norm[layer]
        h -= h.mean(axis=-1, keepdims=True)
        h /= np.sqrt(np.square(h).mean(axis=-1, keepdims=True) + NORM_EPSILON)
        h *= weight
        h += bias
