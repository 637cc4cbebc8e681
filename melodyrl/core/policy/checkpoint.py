"""The policy file: safetensors, with a card in its metadata. No pickle, no torch.

A file comes from anywhere, so nothing in it is believed: size, header, card, tensor names,
dtypes, shapes and values are checked before a network is made of it.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import Any, cast

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as read_tensors
from safetensors.numpy import save as write_tensors

from melodyrl.core.policy import observe
from melodyrl.core.policy.chords import observe as chord_observe
from melodyrl.core.policy.chords.preset import CHORDS, ChordPreset
from melodyrl.core.policy.network import Floats, Form, Network
from melodyrl.core.policy.policy import AnyPreset, NetworkPolicy
from melodyrl.core.policy.presets import PRESETS
from melodyrl.errors import CheckpointError
from melodyrl.files import replace_file

FORMAT_VERSION = 1
KEY = "melodyrl"
"""The one metadata entry: a card as JSON."""

LARGEST = 64 * 2**20
"""Bytes; the shipped files have about half a megabyte."""

LARGEST_HEADER = 2**18
"""Bytes of tensor names, shapes and card."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a checkpoint says about itself."""

    format_version: int
    preset: str
    layout_hash: str
    """Of the observation that it was trained on, see observe.layout_hash."""
    terms: tuple[str, ...]
    config: dict[str, Any]
    """Choices of the training run. dueling, known_reward and future_scale shape the network."""
    seed: int
    code_version: str
    figures: dict[str, float]
    """What was measured when it was saved."""
    hidden: int
    layer_norm: bool


class TrainedPolicy(NetworkPolicy):
    """A network policy that came from a file: its card, and its bytes for whoever keeps it."""

    def __init__(
        self, network: Network, preset: AnyPreset, name: str, card: Card, data: bytes
    ) -> None:
        super().__init__(network, preset, name)
        self.card = card
        self.data = data
        self.digest = sha256(data).hexdigest()
        """Tells it from any other, whatever its file is called."""


def load(source: Path | str | bytes) -> TrainedPolicy:
    """Read a policy from a file, or from the bytes of one.

    Raises:
        CheckpointError: the file cannot be read, is not ours, or does not fit this program.
    """
    name = "checkpoint" if isinstance(source, bytes) else Path(source).stem
    where = "The checkpoint" if isinstance(source, bytes) else f"The checkpoint {source}"
    try:
        return _parse(source if isinstance(source, bytes) else _read(Path(source)), name)
    except _BrokenError as broken:
        raise CheckpointError(f"{where} {broken}.") from broken


def save(
    path: Path | str,
    tensors: Mapping[str, Floats],
    *,
    preset: AnyPreset,
    config: dict[str, Any],
    seed: int,
    code_version: str,
    figures: dict[str, float],
) -> None:
    """Write a policy file whole or not at all; the same arguments give the same bytes.

    Raises:
        CheckpointError: the network is not one that could be loaded, or cannot be written.
    """
    path = Path(path)
    card = Card(
        format_version=FORMAT_VERSION,
        preset=preset.name,
        layout_hash=_layout_hash(preset),
        terms=preset.terms,
        config=config,
        seed=seed,
        code_version=code_version,
        figures=figures,
        hidden=len(tensors["trunk.0.bias"]),
        layer_norm="norm.0.weight" in tensors,
    )
    text = json.dumps(asdict(card), sort_keys=True)
    arrays = {name: np.ascontiguousarray(tensors[name]) for name in sorted(tensors)}
    data = write_tensors(arrays, {KEY: text})
    load(data)
    try:
        replace_file(path, data)
    except OSError as error:
        raise CheckpointError(f"The checkpoint {path} cannot be written: {error}.") from error


class _BrokenError(Exception):
    """What is wrong with a file, as the rest of a sentence that begins with its name."""


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise _BrokenError(f"cannot be read: {reason}") from error
    return data


def _parse(data: bytes, name: str) -> TrainedPolicy:
    if len(data) > LARGEST:
        raise _BrokenError(f"is larger than {LARGEST // 2**20} MiB, which no policy is")
    header = _header(data)
    card = _card(header.pop("__metadata__", None))
    preset = _preset(card)
    form = _form(card, preset)
    _check_table(header, form)
    try:
        tensors = read_tensors(data)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise _BrokenError(
            "is damaged: its tensors do not fill the file as its header says"
        ) from error
    for tensor, values in tensors.items():
        if not np.isfinite(values).all():
            raise _BrokenError(f"holds a value that is not finite in {tensor}")
    return TrainedPolicy(Network(tensors, form), preset, name, card, data)


def _header(data: bytes) -> dict[str, Any]:
    """The JSON object at the front of a safetensors file, its length checked before use."""
    if len(data) < 10:
        raise _BrokenError("is too short to be a safetensors file")
    (length,) = struct.unpack_from("<Q", data)
    if length > min(LARGEST_HEADER, len(data) - 8):
        raise _BrokenError(
            "is not a safetensors file, or was cut off: its header has no sound length"
        )
    return _json_object(data[8 : 8 + length], "is not a safetensors file: its header is no JSON")


def _json_object(text: bytes | str, complaint: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _BrokenError(complaint) from error
    if not isinstance(value, dict):
        raise _BrokenError(complaint)
    return cast("dict[str, Any]", value)


def _card(metadata: object) -> Card:
    entries = cast("dict[str, Any]", metadata) if isinstance(metadata, dict) else {}
    if set(entries) != {KEY}:
        raise _BrokenError(f"is not a policy of ours: its metadata is not the one entry {KEY!r}")
    text = entries[KEY]
    if not isinstance(text, str):
        raise _BrokenError("has a card that is not text")
    values = _json_object(text, "has a card that is no JSON object")
    if set(values) != {field.name for field in fields(Card)}:
        raise _BrokenError("has a card with entries missing, or with entries of another version")
    kinds = {
        "format_version": int, "preset": str, "layout_hash": str, "terms": list, "config": dict,
        "seed": int, "code_version": str, "figures": dict, "hidden": int, "layer_norm": bool,
    }  # fmt: skip
    for entry, kind in kinds.items():
        if type(values[entry]) is not kind:
            raise _BrokenError(f"has a card whose {entry} is not of type {kind.__name__}")
    if not all(type(value) in (int, float) for value in values["figures"].values()):
        raise _BrokenError("has a card with a figure that is no number")
    values["terms"] = tuple(values["terms"])
    return Card(**values)


def _preset(card: Card) -> AnyPreset:
    """The preset of a card whose observation and terms are the ones that we have today."""
    if card.format_version != FORMAT_VERSION:
        raise _BrokenError(
            f"has format version {card.format_version}; this program reads {FORMAT_VERSION}"
        )
    preset = next((known for known in _KNOWN if known.name == card.preset), None)
    if preset is None:
        known = " or ".join(known.name for known in _KNOWN)
        raise _BrokenError(f"is for the preset {card.preset[:40]!r}; it must be {known}")
    if card.layout_hash != _layout_hash(preset):
        raise _BrokenError("was trained on another layout of the observation; train it again")
    if card.terms != preset.terms:
        raise _BrokenError("was trained on other reward terms; train it again")
    return preset


def _layout_hash(preset: AnyPreset) -> str:
    if isinstance(preset, ChordPreset):
        return chord_observe.layout_hash()
    return observe.layout_hash(preset)


def _size(preset: AnyPreset) -> int:
    return chord_observe.SIZE if isinstance(preset, ChordPreset) else observe.size(preset)


def _form(card: Card, preset: AnyPreset) -> Form:
    switches = {name: card.config.get(name, True) for name in ("dueling", "known_reward")}
    scale = card.config.get("future_scale", 1.0)
    if any(type(value) is not bool for value in switches.values()):
        raise _BrokenError("has a card whose dueling or known_reward is neither true nor false")
    if type(scale) not in (int, float) or not isfinite(scale) or not 0 < scale <= 1000:
        raise _BrokenError("has a card whose future_scale is not a number from 0 to 1000")
    if not 0 < card.hidden <= 4096:
        raise _BrokenError(f"has {card.hidden} units in a layer; 1 to 4096 are expected")
    return Form(
        features=_size(preset),
        actions=preset.actions.count,
        terms=len(preset.terms),
        hidden=card.hidden,
        layer_norm=card.layer_norm,
        future_scale=float(scale),
        **switches,
    )


def _check_table(header: dict[str, Any], form: Form) -> None:
    """Names, types and shapes of the tensors, before any of them is made."""
    expected = form.shapes()
    if set(header) != set(expected):
        odd = sorted(set(header) ^ set(expected))[0]
        raise _BrokenError(f"does not have the tensors of a policy; see {odd[:40]!r}")
    for name, shape in expected.items():
        entry = cast("dict[str, Any]", header[name]) if isinstance(header[name], dict) else {}
        if entry.get("dtype") != "F32":
            raise _BrokenError(f"does not hold {name} as 32-bit floats")
        if entry.get("shape") != list(shape):
            raise _BrokenError(f"has a {name} that is not of shape {shape}")


_KNOWN: tuple[AnyPreset, ...] = (*PRESETS.values(), CHORDS)
