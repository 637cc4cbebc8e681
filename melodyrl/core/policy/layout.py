"""How an observation is laid out: named features, one after the other."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

Feature = tuple[str, int, Callable[..., Any]]
"""Name, width, and what writes it."""


def slices(table: Sequence[Feature]) -> dict[str, slice]:
    """Where each feature lies in an observation."""
    places: dict[str, slice] = {}
    start = 0
    for name, width, _ in table:
        places[name] = slice(start, start + width)
        start += width
    return places


def fingerprint(version: int, preset: str, table: Sequence[Feature]) -> str:
    """Sixteen hex digits that change when the observation does."""
    told = ";".join(f"{name}:{width}" for name, width, _ in table)
    return hashlib.sha256(f"{version};{preset};{told}".encode()).hexdigest()[:16]
