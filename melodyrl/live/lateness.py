"""How late messages were sent: a histogram of fixed size, so that it can run for days."""

from bisect import bisect_left

from melodyrl.core.engine.snapshot import Timing

MISSED_NS = 10_000_000
"""From here on a deadline was missed: players notice 10 ms (Wessel and Wright 2002)."""

EDGES_US = (50, 100, 200, 300, 500, 750, 1000, 1500, 2000, 3000, 5000, 10_000, 20_000, 50_000)
"""Upper edges of the bins, in microseconds; one more bin holds the rest."""


class Lateness:
    """Counts of sent - due."""

    def __init__(self) -> None:
        self._counts = [0] * (len(EDGES_US) + 1)
        self.count = 0
        self.missed = 0
        """Messages sent `MISSED_NS` late or later."""
        self.dropped = 0
        """Note-ons that were not sent, since they were too late."""
        self.worst_ns = 0

    def add(self, late_ns: int) -> None:
        """Count one message."""
        self._counts[bisect_left(EDGES_US, late_ns / 1000)] += 1
        self.count += 1
        self.missed += late_ns >= MISSED_NS
        self.worst_ns = max(self.worst_ns, late_ns)

    def quantile_us(self, share: float) -> float:
        """An upper bound of the lateness of that share of the messages; 0.0 before the first."""
        seen = 0
        for edge_us, count in zip(EDGES_US, self._counts, strict=False):
            seen += count
            if seen >= share * self.count:
                return min(float(edge_us), self.worst_ns / 1000)
        return self.worst_ns / 1000

    @property
    def timing(self) -> Timing:
        """The counts and quantiles so far."""
        return Timing(
            sent=self.count,
            missed=self.missed,
            dropped=self.dropped,
            p50_us=self.quantile_us(0.5),
            p99_us=self.quantile_us(0.99),
            worst_us=self.worst_ns / 1000,
        )
