"""The bandmate without a clock or a port: timestamped events in, timestamped messages out.

Five verbs, time always an argument: `receive`, `next_wake`, `due`, `snapshot`, `recording`. And
two that play nothing: `thoughts`, for when nothing is due, and `foretell`, for what cannot wait.
Live play, export, tests and simulation all drive this one engine.
"""

from collections import deque
from collections.abc import Iterator
from copy import deepcopy

import numpy as np

from melodyrl.core.engine.band import Band
from melodyrl.core.engine.check import makes_sense
from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.events import ClockSource, Event, Nanos, Outgoing, Panic, SetPolicy
from melodyrl.core.engine.grid import Place
from melodyrl.core.engine.performance import Performance
from melodyrl.core.engine.recorder import Recorder, Recording
from melodyrl.core.engine.snapshot import Snapshot
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.core.policy.policy import Policy
from melodyrl.errors import ConfigError


class Engine:
    """Hears, decides, and says what is to be sent. Whatever it is told, it keeps playing.

    Its time never runs backward: an event from before the present is heard at the present.
    Polling more or less often never changes what is played.
    """

    def __init__(
        self,
        config: EngineConfig,
        policy: Policy,
        rng: np.random.Generator | None = None,
        *,
        chord_policy: Policy | None = None,
    ) -> None:
        """Without an rng the config's seed makes one, as a replay does.

        Without a chord policy the mode `chords` looks one step ahead.

        Raises:
            ConfigError: a value of the config is out of range, or a policy is for another task.
        """
        if problem := config.problem():
            raise ConfigError(problem)
        self._config = config
        band = Band(config, policy, chord_policy, rng or np.random.default_rng(config.seed))
        self._policy_name, self._digests = policy.name, dict(band.cast.playing)
        self._performance = Performance(config, band)
        self._recorder = Recorder()
        self._dropped = 0

    @property
    def told_ns(self) -> Nanos:
        """The present, as the engine takes it: the latest moment that it was told of."""
        return self._performance.now_ns

    @property
    def drum_channel(self) -> int:
        """The channel of the drums, 0-15."""
        return self._config.drum_channel

    @property
    def clock(self) -> ClockSource:
        """Who leads."""
        return self._performance.transport.clock

    def place(self, at_ns: Nanos) -> Place:
        """Where the music is at a moment, by the grid in force."""
        return self._performance.transport.place(at_ns)

    def receive(self, event: Event, now_ns: Nanos) -> None:
        """Something was heard or asked for, at a moment of the monotonic clock."""
        performance = self._performance
        performance.thinking.forget()
        performance.advance(now_ns)
        if not self._can_take(event):
            self._dropped += 1
            return
        if isinstance(event, NoteOn) and event.velocity == 0:
            event = NoteOff(event.pitch, event.channel)  # MIDI 1.0, 4.2.3
        self._recorder.keep(performance.now_ns, event)
        performance.apply(event)

    def admit(self, policy: Policy) -> None:
        """Make a policy known, so that the next SetPolicy of its part and digest can choose it.

        Raises:
            ConfigError: it is for a task that is not played live.
        """
        self._performance.band.cast.admit(policy)

    def fork(self) -> "Engine":
        """Another engine, where this one is: the two go on alike until they are told otherwise.

        It shares the policies, so one thread drives both, and remembers nothing of what was
        recorded and sent.
        """
        performance = self._performance
        shared: dict[int, object] = {id(each): each for each in performance.band.cast.policies}
        sent = performance.outbox.sent
        shared[id(self._recorder)], shared[id(sent)] = Recorder(), deque(maxlen=sent.maxlen)
        performance.thinking.forget()  # an iterator cannot be copied
        return deepcopy(self, shared)

    def next_wake(self) -> Nanos | None:
        """The moment at which `due` has something to do next, None where only an event can help."""
        return self._performance.next_wake()

    def due(self, now_ns: Nanos) -> list[Outgoing]:
        """What is to be sent by now, in order; each is returned once."""
        self._performance.advance(now_ns)
        return self._performance.outbox.take(self.told_ns)

    def thoughts(self) -> Iterator[None]:
        """Work ahead while nothing is due, a part of some 0.1 ms at each turn of the iterator.

        It plays nothing and draws nothing: what is played is the same without it, only later. When
        anything was told or due since, there are new ones; the old ones do no harm, and no good.
        """
        performance = self._performance
        present = performance.mode, performance.now_ns, performance.next_wake()
        return performance.thinking.thoughts(*present)

    def foretell(self, event: Event, now_ns: Nanos) -> Outgoing | None:
        """What is sent at once if the engine is told this now, where it has been thought out.

        It changes nothing: whoever cannot wait sends it first, and tells the engine then, which
        says the same.
        """
        if not isinstance(event, NoteOn) or event.velocity == 0 or not makes_sense(event):
            return None
        at_ns = max(self.told_ns, now_ns)
        answer = self._performance.thinking.foretell(event, at_ns)
        return None if answer is None else Outgoing(at_ns, answer)

    def close(self, now_ns: Nanos) -> list[Outgoing]:
        """Release everything; what is left to send before the port is closed."""
        self.receive(Panic(), now_ns)
        self._performance.stop(self.told_ns)
        return self._performance.outbox.take(self.told_ns)

    def snapshot(self) -> Snapshot:
        """An immutable picture of the present."""
        return self._performance.snapshot(self._dropped)

    def recording(self) -> Recording:
        """All that was told so far; `replay` plays it again."""
        recorder = self._recorder
        return Recording(
            self._config,
            self._policy_name,
            self._digests["melody"],
            recorder.events,
            self.told_ns,
            recorder.lost,
            self._digests["chords"],
        )

    def sent(self) -> tuple[Outgoing, ...]:
        """All notes and controls that were said so far, as far back as the recording goes."""
        return tuple(self._performance.outbox.sent)

    def _can_take(self, event: Event) -> bool:
        if not makes_sense(event):
            return False
        return not isinstance(event, SetPolicy) or self._performance.band.cast.knows(event)
