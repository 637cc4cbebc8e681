"""Dataclasses of arrays whose first axis are lanes: games that are played side by side."""

from dataclasses import fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

Lanes = NDArray[np.int_] | NDArray[np.int16] | NDArray[np.int8] | NDArray[np.bool_]


class LaneArrays:
    """Lane-wise copying, the same for all of them."""

    __slots__ = ()

    @property
    def lanes(self) -> int:
        """How many lanes there are."""
        return len(getattr(self, fields(self)[0].name))  # type: ignore[arg-type]

    def take(self, lanes: Lanes) -> Self:
        """Copy of the given lanes, in the given order, repeats allowed."""
        return type(self)(*(getattr(self, f.name)[lanes] for f in fields(self)))  # type: ignore[arg-type]

    def put(self, lanes: Lanes, other: Self) -> None:
        """Write the lanes of other into the given lanes."""
        for f in fields(self):  # type: ignore[arg-type]
            getattr(self, f.name)[lanes] = getattr(other, f.name)
