"""A pattern as text: a line a drum, sixteen cells in it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.drums.kit import KIT, NAMES, STEPS
from melodyrl.errors import ConfigError

Bools = NDArray[np.bool_]

YOURS, YOUR_REST, OURS, FREE = "x", "-", "o", "."
"""A hit and a rest of the player's, a hit that may be changed, and a cell that is open."""

LONGEST = 10_000
"""Characters of a pattern's text, at most."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Sixteen drums by sixteen steps."""

    hit: Bools
    """(16, 16)."""
    fixed: Bools
    """(16, 16): the player's cells, which nobody touches."""


def parse(text: str) -> Pattern:
    """Read lines such as `kick x... .... x... ....`; drums that are left out are open.

    Spaces and bars (|) between cells, empty lines and what follows a # count for nothing.

    Raises:
        ConfigError: a line is no drum's, or has not sixteen cells.
    """
    if len(text) > LONGEST:
        raise ConfigError(f"A pattern has at most {LONGEST} characters; this one has {len(text)}.")
    hit, fixed = (np.zeros((len(KIT), STEPS), np.bool_) for _ in range(2))
    seen: set[str] = set()
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].replace("|", " ").split()
        if not words:
            continue
        name, cells = words[0].lower(), "".join(words[1:])
        _check(number, name, cells, seen)
        seen.add(name)
        row = NAMES.index(name)
        hit[row] = [cell in (YOURS, OURS) for cell in cells]
        fixed[row] = [cell in (YOURS, YOUR_REST) for cell in cells]
    return Pattern(hit, fixed)


def is_pattern(text: object) -> bool:
    """Whether it is text that `parse` reads."""
    if not isinstance(text, str):
        return False
    try:
        parse(text)
    except ConfigError:
        return False
    return True


def rows(pattern: Pattern) -> tuple[str, ...]:
    """The sixteen cells of every drum, in the order of the kit."""
    return tuple(
        _signs(hit.tolist(), fixed.tolist())
        for hit, fixed in zip(pattern.hit, pattern.fixed, strict=True)
    )


def join_rows(cells: Sequence[str]) -> str:
    """The text of such rows."""
    return "".join(f"{name} {row}\n" for name, row in zip(NAMES, cells, strict=True))


def write(pattern: Pattern) -> str:
    """The drums that have a cell which is not open, in the order of the kit."""
    lines = [
        f"{name:10} {_cells(hit.tolist(), fixed.tolist())}"
        for name, hit, fixed in zip(NAMES, pattern.hit, pattern.fixed, strict=True)
        if hit.any() or fixed.any()
    ]
    return "\n".join(lines) + "\n"


def _cells(hit: list[bool], fixed: list[bool]) -> str:
    cells = _signs(hit, fixed)
    return " ".join(cells[beat : beat + 4] for beat in range(0, STEPS, 4))


def _signs(hit: list[bool], fixed: list[bool]) -> str:
    signs = {
        (True, True): YOURS,
        (False, True): YOUR_REST,
        (True, False): OURS,
        (False, False): FREE,
    }
    return "".join(signs[each] for each in zip(hit, fixed, strict=True))


def _check(number: int, name: str, cells: str, seen: set[str]) -> None:
    if name not in NAMES:
        raise ConfigError(
            f"Line {number} is for {name[:20]!r}, which is no drum; choose from {', '.join(NAMES)}."
        )
    if name in seen:
        raise ConfigError(f"Line {number} is the second one for {name}; give one line a drum.")
    odd = sorted(set(cells) - {YOURS, YOUR_REST, OURS, FREE})
    if odd:
        raise ConfigError(
            f"Line {number} has the cell {odd[0]!r}; write x (a hit), - (a rest), o (a hit that may"
            " be changed) or . (open)."
        )
    if len(cells) != STEPS:
        raise ConfigError(f"Line {number} has {len(cells)} cells; {name} needs {STEPS}.")
