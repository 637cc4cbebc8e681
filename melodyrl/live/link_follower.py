"""Follows Ableton Link: the tempo, beat and bar that programs in one network agree on.

Link has no song position: only the place in the bar is shared. So the bars of ours go on being
counted, and the grid is laid where the place in its bar is Link's. Its time is another clock
(CLOCK_MONOTONIC_RAW on Linux), which runs a little faster or slower than ours: the two are read
together at each look.
"""

import time
from collections.abc import Callable
from typing import Any

from melodyrl.core.engine.events import Event, Nanos, SetTempo, Sync, Tap
from melodyrl.core.engine.grid import Place, step_ns
from melodyrl.core.engine.taps import Taps
from melodyrl.core.midi.clock import ClockMessage
from melodyrl.errors import ConfigError
from melodyrl.live.follower import TOLERANCE_NS

LOOK_NS = 100_000_000
"""From one look at the session to the next: a new tempo is heard within a sixteenth or so."""

_SAME_TEMPO = 1e-4
_STEPS_A_BEAT = 4
"""Link's beats are quarters."""


class LinkFollower:
    """Follows a Link session; it is in the network only while it leads.

    Any program of the session may set the tempo, and so may our player.
    """

    def __init__(
        self,
        session: Any,  # noqa: ANN401 - link.Link, which is untyped
        place: Callable[[Nanos], Place],
        now: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """`place` says where the engine is at a moment."""
        self._session = session
        self._place = place
        self._now = now
        self._taps = Taps()
        self._is_joined = False
        self._next_look_ns = Nanos(0)
        self._told: Sync | None = None

    def join(self, now_ns: Nanos) -> list[Event]:
        """Enter the session, with our own tempo and place until others are found there."""
        place, micros = self._place(now_ns), self._micros(now_ns)
        state = self._session.captureAppSessionState()
        state.setTempo(place.tempo_bpm, micros)
        quarters = place.bar_steps / _STEPS_A_BEAT
        state.forceBeatAtTime(place.in_bar / _STEPS_A_BEAT, micros, quarters)
        self._session.commitAppSessionState(state)
        self._session.enabled = self._is_joined = True
        self._told = None
        return self._look(now_ns)

    def leave(self) -> None:
        """Leave the session."""
        self._session.enabled = self._is_joined = False

    def hear(self, message: ClockMessage | Event, at_ns: Nanos) -> list[Event]:
        """A tempo that the player sets is the session's."""
        match message:
            case SetTempo(tempo_bpm):
                return self._propose(tempo_bpm, at_ns)
            case Tap():
                return self._propose(self._taps.tap(at_ns), at_ns)
            case _:
                return []

    def next_wake(self) -> Nanos | None:
        """When the session is looked at next."""
        return self._next_look_ns

    def due(self, now_ns: Nanos) -> list[Event]:
        """Where the session is, if the engine is not there."""
        if not self._is_joined:
            return self.join(now_ns)  # it leads from the start
        return self._look(now_ns) if now_ns >= self._next_look_ns else []

    def _propose(self, tempo_bpm: float | None, at_ns: Nanos) -> list[Event]:
        """Set the session's tempo, once we are in it."""
        if tempo_bpm is None or not self._is_joined:
            return []
        state = self._session.captureAppSessionState()
        state.setTempo(tempo_bpm, self._micros(at_ns))
        self._session.commitAppSessionState(state)
        return self._look(at_ns)

    def _look(self, now_ns: Nanos) -> list[Event]:
        self._next_look_ns = Nanos(now_ns + LOOK_NS)
        place = self._place(now_ns)
        sync = self._sync(place, now_ns)
        if place.is_running and self._told is not None and not self._is_news(sync, place):
            return []
        self._told = sync
        return [sync]

    def _sync(self, place: Place, now_ns: Nanos) -> Sync:
        """The grid of the session: of all its bars, the one that is nearest to ours."""
        state, bar = self._session.captureAppSessionState(), place.bar_steps
        beat = state.beatAtTime(self._micros(now_ns), bar / _STEPS_A_BEAT)
        ahead = (beat * _STEPS_A_BEAT - place.in_bar + bar / 2) % bar - bar / 2
        step = place.step + ahead
        is_alone = self._session.numPeers() == 0
        return Sync(now_ns, step if step >= 0 else step + bar, state.tempo(), is_alone)

    def _is_news(self, sync: Sync, place: Place) -> bool:
        """Whether the engine is to be told: also once a bar, that someone leads."""
        assert self._told is not None
        return (
            abs(sync.step - place.step) * step_ns(sync.tempo_bpm) > TOLERANCE_NS
            or abs(sync.tempo_bpm / self._told.tempo_bpm - 1) > _SAME_TEMPO
            or sync.is_held != self._told.is_held
            or sync.step - self._told.step >= place.bar_steps
        )

    def _micros(self, at_ns: Nanos) -> int:
        """A moment of ours on Link's clock."""
        clock = self._session.clock()
        readings = [(self._now(), clock.micros(), self._now()) for _ in range(3)]
        before, micros, after = min(readings, key=lambda each: each[2] - each[0])
        return micros + round((at_ns - (before + after) / 2) / 1000)


def open_link(tempo_bpm: float, place: Callable[[Nanos], Place]) -> LinkFollower:
    """A follower of the Link sessions of this network; none is entered before it leads.

    Raises:
        ConfigError: the extra is not installed.
    """
    try:
        import link
    except ImportError:
        raise ConfigError(
            "Ableton Link needs LinkPython-extern, which is not installed: "
            "pip install 'melodyrl[link]'."
        ) from None
    return LinkFollower(link.Link(tempo_bpm), place)
