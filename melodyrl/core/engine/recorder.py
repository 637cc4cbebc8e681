"""Keeps what the engine was told, in its order and at its times, so that it can be replayed."""

from collections import deque
from dataclasses import dataclass

from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.events import Event, Nanos

MOST_EVENTS = 200_000
"""About ten hours of steady playing, in some 40 MB."""

Told = tuple[Nanos, Event]


@dataclass(frozen=True, slots=True)
class Recording:
    """All that a replay needs but the policies themselves."""

    config: EngineConfig
    policy_name: str
    policy_digest: str
    """Of the policy that played first, see cast.digest_of: with another one it is another take."""
    events: tuple[Told, ...]
    until_ns: Nanos
    """The moment up to which the engine had played."""
    lost: int = 0
    """Events from the beginning that were too many to keep; not 0: it cannot be replayed."""
    chord_policy_digest: str = ""
    """Empty in a recording from before it was kept."""


class Recorder:
    """The last `most` events as they were told."""

    def __init__(self, most: int = MOST_EVENTS) -> None:
        self._events: deque[Told] = deque(maxlen=most)
        self._count = 0

    def keep(self, told_ns: Nanos, event: Event) -> None:
        """One more event."""
        self._events.append((told_ns, event))
        self._count += 1

    @property
    def events(self) -> tuple[Told, ...]:
        """What is kept, oldest first."""
        return tuple(self._events)

    @property
    def lost(self) -> int:
        """How many of the oldest events are no longer kept."""
        return self._count - len(self._events)
