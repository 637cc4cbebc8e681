"""How measured times are spread: percentiles, and a histogram as text."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

EDGES_MS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0)
"""Upper edges of the bins; one more bin holds the rest."""

WIDTH = 40
"""Characters of the longest bar."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Times in milliseconds, rising; at least one."""

    times_ms: tuple[float, ...]

    @classmethod
    def of_ns(cls, times_ns: Sequence[int]) -> "Spread":
        """The spread of times in nanoseconds."""
        return cls(tuple(sorted(each / 1e6 for each in times_ns)))

    def quantile(self, share: float) -> float:
        """The time, in ms, that this share of them (0 to 1) does not pass."""
        last = len(self.times_ms) - 1
        return self.times_ms[min(int(share * len(self.times_ms)), last)]

    @property
    def jitter(self) -> float:
        """From the median to the 99th percentile, in ms: how far one in a hundred is off."""
        return self.quantile(0.99) - self.quantile(0.5)

    def line(self) -> str:
        """The percentiles, in words and milliseconds."""
        shares = (("median", 0.5), ("95 %", 0.95), ("99 %", 0.99))
        told = [f"{name} {self.quantile(share):.2f}" for name, share in shares]
        return ", ".join([*told, f"worst {self.times_ms[-1]:.2f} ms"])

    def histogram(self) -> list[str]:
        """One line a bin, from the first to the last that holds any."""
        counts = [0] * (len(EDGES_MS) + 1)
        for each in self.times_ms:
            counts[bisect_left(EDGES_MS, each)] += 1
        filled = [index for index, count in enumerate(counts) if count]
        return [
            f"{_name(index):>12} {_bar(counts[index], max(counts)):{WIDTH}} {counts[index]}"
            for index in range(filled[0], filled[-1] + 1)
        ]


def _name(index: int) -> str:
    if index == len(EDGES_MS):
        return f"over {EDGES_MS[-1]:g} ms"
    return f"to {EDGES_MS[index]:g} ms"


def _bar(count: int, most: int) -> str:
    return "#" * max(round(WIDTH * count / most), count > 0)
