"""The file of a painter: safetensors, with a card in its metadata. No pickle, no torch."""

# safetensors has no types.
# pyright: basic

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as write_tensors

from melodyrl.core.canvas.network import CanvasNetwork, Form
from melodyrl.core.canvas.size import Size
from melodyrl.errors import CheckpointError
from melodyrl.files import replace_file

KEY = "melodyrl-canvas"
"""The one metadata entry: a card as JSON."""

LARGEST = 8 * 2**20
"""Bytes; the shipped files have about fifty thousand."""

MOST = 4096
"""No channel count, side or number of colours is above this."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a painter's file says about itself."""

    subject: str
    """What it paints."""
    terms: tuple[str, ...]
    width: int
    height: int
    colours: int
    planes: int
    hidden: int
    dueling: bool
    known_reward: bool
    future_scale: float
    config: dict[str, Any]
    """Choices of the training run."""
    code_version: str
    figures: dict[str, float]

    def form(self, size: Size | None = None) -> Form:
        """The network's form, on a canvas of the size that it learned on or of another."""
        return Form(
            size or Size(self.width, self.height, self.colours),
            self.planes,
            len(self.terms),
            self.hidden,
            self.dueling,
            self.known_reward,
            self.future_scale,
        )


def card(
    subject: str,
    terms: Sequence[str],
    form: Form,
    config: dict[str, Any],
    code_version: str,
    figures: dict[str, float],
) -> Card:
    """The card of a network."""
    size = form.size
    return Card(
        subject,
        tuple(terms),
        size.width,
        size.height,
        size.colours,
        form.planes,
        form.hidden,
        form.dueling,
        form.known_reward,
        form.future_scale,
        config,
        code_version,
        figures,
    )


def save(path: Path | str, tensors: Mapping[str, NDArray[np.float32]], about: Card) -> None:
    """Write a file whole or not at all; the same arguments give the same bytes.

    Raises:
        CheckpointError: the file cannot be written.
    """
    path = Path(path)
    arrays = {name: np.ascontiguousarray(tensors[name]) for name in sorted(tensors)}
    data = write_tensors(arrays, {KEY: json.dumps(asdict(about), sort_keys=True)})
    try:
        replace_file(path, data)
    except OSError as error:
        raise CheckpointError(f"The checkpoint {path} cannot be written: {error}.") from error


def load(
    path: Path | str, subject: str, terms: Sequence[str], planes: int, size: Size | None = None
) -> tuple[CanvasNetwork, Card]:
    """Read a painter of a subject, whose observation has so many planes.

    With a size, its colours must be those of the file; its sides are free.

    Raises:
        CheckpointError: the file cannot be read, is not ours, or paints something else.
    """
    path = Path(path)
    try:
        if path.stat().st_size > LARGEST:
            raise CheckpointError(f"The checkpoint {path} is larger than any painter's file.")
        with safe_open(path, "numpy") as file:
            text = (file.metadata() or {}).get(KEY)
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except OSError as error:
        reason = error.strerror or "it is no such file"
        raise CheckpointError(f"The checkpoint {path} cannot be read: {reason}.") from error
    except SafetensorError as error:
        raise CheckpointError(
            f"The checkpoint {path} is damaged or no safetensors file; get or train another."
        ) from error
    about = _card(path, text)
    if (about.subject, about.terms, about.planes) != (subject, tuple(terms), planes):
        raise CheckpointError(
            f"The checkpoint {path} was trained for {about.subject[:40]!r} as it was then;"
            f" a painter of {subject!r} as it is now is needed."
        )
    if size is not None and size.colours != about.colours:
        raise CheckpointError(
            f"The checkpoint {path} has {about.colours} colours; the canvas has {size.colours}."
        )
    form = about.form(size)
    _check(path, tensors, form)
    return CanvasNetwork(tensors, form), about


def _card(path: Path, text: str | None) -> Card:
    try:
        values = cast("dict[str, Any]", json.loads(text or ""))
        values["terms"] = tuple(values["terms"])
        about = Card(**values)
        sound = all(
            type(getattr(about, name)) is int and 0 < getattr(about, name) <= MOST
            for name in ("width", "height", "colours", "planes", "hidden")
        )
        sound = sound and all(type(each) is bool for each in (about.dueling, about.known_reward))
        sound = sound and isinstance(about.subject, str) and 0 < float(about.future_scale) <= MOST
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise CheckpointError(f"The checkpoint {path} is no painter's file of ours.") from error
    if not sound:
        raise CheckpointError(f"The checkpoint {path} has a card with a value out of range.")
    return about


def _check(path: Path, tensors: Mapping[str, NDArray[np.float32]], form: Form) -> None:
    expected = form.shapes()
    if set(tensors) != set(expected):
        odd = sorted(set(tensors) ^ set(expected))[0]
        raise CheckpointError(
            f"The checkpoint {path} has not the tensors of a painter; see {odd[:40]!r}."
        )
    for name, shape in expected.items():
        values = tensors[name]
        if values.shape != shape or values.dtype != np.float32 or not np.isfinite(values).all():
            raise CheckpointError(
                f"The checkpoint {path} has a {name} that is not {shape} of finite 32-bit floats."
            )
