"""The drummer: plays the groove round and round, beside whatever else is played.

Its strokes lie on the grid, not a listening time behind it: it listens to nobody, and whoever plays
along with it would else be a listening time late for the others.
"""

from collections.abc import Callable

from melodyrl.core.drums.notes import velocity
from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.events import (
    ChangeDrums,
    Drumming,
    Nanos,
    SetCell,
    SetDrums,
    SetFill,
    SetVariation,
)
from melodyrl.core.engine.groove import Groove
from melodyrl.core.engine.humanize import Hand
from melodyrl.core.engine.ledger import Ledger
from melodyrl.core.engine.snapshot import Drums
from melodyrl.core.engine.transport import Transport
from melodyrl.core.midi.messages import Message

Say = Callable[[list[Message], Nanos], None]
"""Sends messages at a moment."""


class Drummer:
    """Counts the sixteenths by itself; a stroke ends where the next sixteenth begins."""

    def __init__(self, config: EngineConfig, transport: Transport, say: Say, hand: Hand) -> None:
        self.groove = Groove(config.pattern, config.vary_bars)
        self._ledger = Ledger(config.drum_channel)
        self._pitches = config.drum_pitches
        self._transport = transport
        self._say = say
        self._hand = hand
        self._is_on = False
        self._is_hushed = False
        self._has_played = False
        self._next_step = 0
        self._not_before_ns = Nanos(0)
        if config.drums:
            self._turn_on(Nanos(0))

    @property
    def is_playing(self) -> bool:
        """Whether its strokes are heard while the music runs."""
        return self._is_on and not self._is_hushed

    @property
    def picture(self) -> Drums:
        """What it plays, to be shown."""
        groove = self.groove
        return Drums(
            is_on=self._is_on,
            cells=groove.rows,
            vary_bars=groove.vary_bars,
            asked=groove.asked,
            is_coming=groove.is_coming,
            channel=self._ledger.channel,
            pitches=self._pitches,
        )

    def obey(self, event: Drumming, at_ns: Nanos) -> None:
        """What the player, or whoever makes the fills, wants of it."""
        match event:
            case SetDrums(is_on=True):
                self._turn_on(at_ns)
            case SetDrums():
                self._is_on = False
                self.release(at_ns)
            case SetCell(drum, step, cell):
                self.groove.set_cell(drum, step, cell)
            case SetVariation(bars):
                self.groove.vary_bars = bars
            case ChangeDrums(change):
                self.groove.change(change)
            case SetFill(number, text):
                self.groove.take(number, text)
        if not (self.is_playing and self._transport.running):
            self.groove.enter()  # no bar line is to come

    def hush(self, at_ns: Nanos) -> None:
        """Fall silent until the player plays again."""
        self._is_hushed = True
        self.release(at_ns)

    def resume(self, at_ns: Nanos) -> None:
        """The player plays again."""
        if self._is_hushed:
            self._is_hushed = False
            self._join(at_ns)

    def begin(self, step: int, at_ns: Nanos) -> None:
        """The music begins at a step."""
        self._next_step, self._not_before_ns = step, at_ns
        self._is_hushed = False

    def not_before(self, at_ns: Nanos) -> None:
        """No stroke is due before this moment any more."""
        self._not_before_ns = at_ns

    def release(self, at_ns: Nanos) -> None:
        """End what sounds."""
        self._say(self._ledger.release(), at_ns)

    def panic(self, at_ns: Nanos) -> None:
        """End what sounds, whatever the channel plays; one that never played has no channel."""
        if self._has_played:
            self._say(self._ledger.panic(), at_ns)

    def wake(self) -> Nanos | None:
        """When it plays next; None where it does not."""
        if not (self.is_playing and self._transport.running):
            return None
        return max(self._transport.at(self._next_step), self._not_before_ns)

    def play(self, until_ns: Nanos, swing: float, humanize: float) -> None:
        """All strokes up to a moment."""
        while (wake := self.wake()) is not None and wake <= until_ns:
            self._step(wake, swing, humanize)

    def _turn_on(self, at_ns: Nanos) -> None:
        if not self.is_playing:
            self._join(at_ns)
        self._is_on, self._is_hushed = True, False
        if self.groove.is_empty and self.groove.asked is None and not self.groove.is_coming:
            self.groove.change("fill")

    def _step(self, wake_ns: Nanos, swing: float, humanize: float) -> None:
        transport = self._transport
        at = transport.position_of(self._next_step)
        self._next_step += 1
        if at.step_in_bar == 0:
            self.groove.begin_bar(at.bar)
        messages = self._ledger.release()
        for drum in self.groove.struck(at.step_in_bar):
            messages += self._ledger.on(self._pitches[drum], velocity(drum, at.step_in_bar))
            self._has_played = True
        timing = transport.meter, transport.step_ns
        late_ns = self._hand.behind_ns(at, *timing, swing, humanize)
        self._say(self._hand.touched(messages, at.step, humanize), Nanos(wake_ns + late_ns))

    def _join(self, at_ns: Nanos) -> None:
        self._next_step, self._not_before_ns = self._transport.next_step_at(at_ns), at_ns
