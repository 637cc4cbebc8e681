"""Who leads: of the clocks that can be followed all are heard, and the chosen one speaks."""

from collections.abc import Mapping

from melodyrl.core.engine.events import CLOCKS, ClockSource, Event, Nanos
from melodyrl.core.midi.clock import ClockMessage
from melodyrl.live.follower import Follower

NEEDS_NONE: tuple[ClockSource, ...] = ("internal", "follow")
"""Led by ourselves or by the player's notes, the engine needs nobody else."""


class Leader:
    """One Follower a clock; a clock without one, such as our own, has nothing to say."""

    def __init__(self, followers: Mapping[ClockSource, Follower], clock: ClockSource) -> None:
        self.clocks: tuple[ClockSource, ...] = tuple(
            each for each in CLOCKS if each in followers or each in NEEDS_NONE
        )
        """Those that can lead."""
        self._followers = followers
        self._clock: ClockSource = clock

    def choose(self, clock: ClockSource, at_ns: Nanos) -> list[Event]:
        """A clock leads from now on: what the engine is to be told of it at once."""
        if clock == self._clock:
            return []
        if self._chosen:
            self._chosen.leave()
        self._clock = clock
        chosen = self._chosen
        return chosen.join(at_ns) if chosen else []

    def hear(self, message: ClockMessage | Event, at_ns: Nanos) -> list[Event]:
        """What the engine is to be told of a message that arrived at `at_ns`."""
        said = {clock: each.hear(message, at_ns) for clock, each in self._followers.items()}
        return said.get(self._clock, [])

    def next_wake(self) -> Nanos | None:
        """The moment at which `due` has something to say, unless a message comes first."""
        chosen = self._chosen
        return chosen.next_wake() if chosen else None

    def due(self, now_ns: Nanos) -> list[Event]:
        """What the engine is to be told although nothing has arrived."""
        chosen = self._chosen
        return chosen.due(now_ns) if chosen else []

    @property
    def _chosen(self) -> Follower | None:
        return self._followers.get(self._clock)
