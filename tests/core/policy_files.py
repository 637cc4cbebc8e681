"""Checkpoints for tests: sound ones, and the parts to make broken ones of."""

import json
import struct
from typing import Any

import numpy as np
from safetensors.numpy import save

from melodyrl.core.policy.network import Form
from melodyrl.core.policy.observe import layout_hash, size
from melodyrl.core.policy.presets import EIGHT_BAR, FULL, Preset


def form(preset: Preset = EIGHT_BAR, hidden: int = 8, **more: Any) -> Form:
    return Form(size(preset), preset.actions.count, len(preset.terms), hidden, **more)


def tensors(shape: Form, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        name: rng.normal(0.0, 0.3, size).astype(np.float32) for name, size in shape.shapes().items()
    }


def card(made_for: Preset = EIGHT_BAR, /, **changes: Any) -> dict[str, Any]:
    return {
        "format_version": 1,
        "preset": made_for.name,
        "layout_hash": layout_hash(made_for),
        "terms": list(made_for.terms),
        "config": {"future_scale": 4.0, "dueling": True, "known_reward": True},
        "seed": 3,
        "code_version": "0.1.0",
        "figures": {"percent_of_optimum": 98.5},
        "hidden": 8,
        "layer_norm": False,
        **changes,
    }


def packed(card_text: Any = None, arrays: dict[str, np.ndarray] | None = None) -> bytes:
    """The bytes of a file; a card that is no text is written as JSON."""
    text = card() if card_text is None else card_text
    text = text if isinstance(text, str) else json.dumps(text)
    return save(arrays or tensors(form()), {"melodyrl": text})


def policy_bytes(preset: Preset = FULL, seed: int = 0, **changes: Any) -> bytes:
    """The file of a sound policy; with changes of its card."""
    return packed(card(preset, **changes), tensors(form(preset), seed))


def with_header(data: bytes, change: Any) -> bytes:
    """The same tensors behind a header that change has edited."""
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    change(header)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data[8 + length :]
