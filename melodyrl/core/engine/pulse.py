"""What keeps time while the music runs: the grid, the clock that we send, and the drummer."""

from functools import partial

from melodyrl.core.engine.clock_out import ClockOut
from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.drummer import Drummer
from melodyrl.core.engine.events import Nanos, Sync
from melodyrl.core.engine.humanize import Hand
from melodyrl.core.engine.outbox import Outbox
from melodyrl.core.engine.snapshot import ClockState
from melodyrl.core.engine.taps import Taps
from melodyrl.core.engine.transport import Transport


class Pulse:
    """Lays the grid, and says on it what nobody has to decide: ticks and strokes."""

    def __init__(self, config: EngineConfig, listen_ns: Nanos, outbox: Outbox, hand: Hand) -> None:
        """A step is decided `listen_ns` after it begins; the hand is the drummer's."""
        self.transport = Transport(config.tempo_bpm, config.meter, config.clock, listen_ns)
        strike = partial(outbox.say, channel=config.drum_channel)
        self.drummer = Drummer(config, self.transport, strike, hand)
        self._clock_out = ClockOut(self.transport, is_on=config.clock_out)
        self._taps = Taps()
        self._outbox = outbox

    @property
    def is_kept_up(self) -> bool:
        """Whether the music runs on without the player."""
        return self.transport.is_led or self.drummer.is_playing

    @property
    def state(self) -> ClockState:
        """Whether the music runs, and by a clock that is still heard."""
        if not self.transport.running:
            return "waiting"
        return "holding" if self.transport.is_held else "locked"

    def wakes(self) -> tuple[Nanos | None, ...]:
        """When a step is to be decided, a stroke to be struck and a tick to be sent next."""
        return tuple(each.wake() for each in (self.transport, self.drummer, self._clock_out))

    def keep(self, until_ns: Nanos, swing: float, humanize: float) -> None:
        """Say every stroke and every tick up to a moment."""
        self.drummer.play(until_ns, swing, humanize)
        while (wake := self._clock_out.wake()) is not None and wake <= until_ns:
            self._outbox.tell_time(self._clock_out.tick(), wake)

    def begin(self, step: int, at_ns: Nanos) -> None:
        """The music begins at a step."""
        self._outbox.tell_time(self._clock_out.start(step, at_ns), at_ns)
        self.drummer.begin(step, at_ns)

    def resume(self, at_ns: Nanos) -> None:
        """The player plays again."""
        self.transport.resume()
        self.drummer.resume(at_ns)

    def stop(self, at_ns: Nanos) -> None:
        """The music ends."""
        if self.transport.running:
            self._outbox.tell_time(self._clock_out.stop(), at_ns)
        self.transport.stop()
        self.drummer.groove.enter()

    def follow(self, sync: Sync, at_ns: Nanos) -> None:
        """Move the grid to where another clock, or the player, has it."""
        self.transport.follow(sync, at_ns)
        self._clock_out.not_before(at_ns)
        self.drummer.not_before(at_ns)

    def tap(self, at_ns: Nanos) -> None:
        """The player taps the tempo."""
        self.set_tempo(self._taps.tap(at_ns), at_ns)

    def set_tempo(self, tempo_bpm: float | None, at_ns: Nanos) -> None:
        """Another tempo, where there is one and no other clock says it."""
        if tempo_bpm is not None and not self.transport.is_led:
            self.transport.set_tempo(tempo_bpm, at_ns)
