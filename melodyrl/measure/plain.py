"""Results as plain JSON: the same results, the same bytes."""

import json
from dataclasses import asdict, is_dataclass
from typing import Any

import numpy as np

PLACES = 5
"""Decimals that are kept: no machine's last bit is written."""


def plain(value: Any) -> Any:  # noqa: ANN401
    """Dataclasses, arrays and mappings as JSON's own types; NaN is null."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    match value:
        case float() | np.floating():
            # -0.0 and 0.0 are one number: written alike.
            return None if value != value else round(float(value), PLACES) + 0.0
        case np.integer():
            return int(value)
        case np.ndarray():
            return plain(value.tolist())
        case dict():
            return {key: plain(each) for key, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
        case _:
            return value


def text(value: Any, indent: int | None = None) -> str:  # noqa: ANN401
    """A value as text that ends with a new line."""
    separators = (",", ":") if indent is None else None
    return json.dumps(plain(value), allow_nan=False, indent=indent, separators=separators) + "\n"
