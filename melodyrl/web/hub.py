"""Who watches: the browsers that are open, what waits for each, and the keys each holds down.

Lives on the server's event loop and is touched from nowhere else.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable

from melodyrl.core.engine.events import Panic, Wish
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.errors import ProtocolError
from melodyrl.web import protocol
from melodyrl.web.protocol import Json, Message

WAITING = 256
"""Notes that may wait for one browser. At 20 notes a second it is 13 s behind by then: it is told
that it lost some, and goes on from the present."""

RATE = 400.0
"""Messages a second that one browser may send. Ten fingers and a knob make fewer than 150."""

RENEWED = ("state", "ahead")
"""Types of messages of which a newer one says all that an older one said."""

SEATS = 32
"""Browsers at once."""


class Seat:
    """One browser: what waits to be sent to it, and the keys that it holds down."""

    def __init__(self) -> None:
        self.held: set[int] = set()
        self._waiting: deque[Message] = deque()
        self._newest: dict[Json, Message] = {}
        self._wake = asyncio.Event()
        self._allowance = RATE
        self._counted_s = 0.0
        self._warned_s = -1.0

    def offer(self, message: Message) -> None:
        """Keep a message for this browser; of what is renewed only the newest. Never blocks."""
        if message["type"] in RENEWED:
            self._newest[message["type"]] = message
        elif len(self._waiting) >= WAITING:
            self._waiting.clear()
            self._waiting.append(protocol.LOST)
        else:
            self._waiting.append(message)
        self._wake.set()

    async def next(self) -> Message:
        """The next message to send; waits until there is one."""
        while not self._waiting and not self._newest:
            self._wake.clear()
            await self._wake.wait()
        if self._waiting:
            return self._waiting.popleft()
        return self._newest.pop(next(iter(self._newest)))

    def within_rate(self, now_s: float) -> bool:
        """Count one message that came now; False when too many came (a leaky bucket)."""
        passed_s, self._counted_s = now_s - self._counted_s, now_s
        self._allowance = min(RATE, self._allowance + passed_s * RATE)
        if self._allowance < 1.0:
            return False
        self._allowance -= 1.0
        return True

    def warn(self, now_s: float) -> None:
        """Tell this browser, at most once a second, that it sends too much."""
        if now_s - self._warned_s >= 1.0:
            self._warned_s = now_s
            self.offer(protocol.error(f"More than {RATE:g} messages a second: some were dropped."))


class Hub:
    """All browsers: passes what they ask to the daemon, and what it publishes to them."""

    def __init__(self, tell: Callable[[Wish], None]) -> None:
        self._tell = tell
        self._seats: set[Seat] = set()
        self._holders: Counter[int] = Counter()
        self._state: Message | None = None

    @property
    def is_watched(self) -> bool:
        """Whether there is any browser."""
        return bool(self._seats)

    @property
    def full(self) -> bool:
        """Whether no more browsers are let in."""
        return len(self._seats) >= SEATS

    def join(self) -> Seat:
        """Seat a browser; its first message is the hello with the newest state."""
        seat = Seat()
        seat.offer(protocol.hello(self._state))
        self._seats.add(seat)
        return seat

    def leave(self, seat: Seat) -> None:
        """Forget a browser and release the keys that it held."""
        self._seats.discard(seat)
        for pitch in sorted(seat.held):
            self._release(seat, pitch)

    def hear(self, seat: Seat, text: str, now_s: float) -> None:
        """Pass on what a browser asks for, or tell it why not.

        A release of a key that it holds is never dropped, whatever the rate: no stuck notes.
        """
        within_rate = seat.within_rate(now_s)
        try:
            event = protocol.parse(text)
        except ProtocolError as error:
            seat.offer(protocol.error(str(error))) if within_rate else seat.warn(now_s)
            return
        if within_rate or isinstance(event, NoteOff):
            self._pass_on(seat, event)
        else:
            seat.warn(now_s)

    def deliver(self, item: object) -> None:
        """Show something that the daemon published to every browser."""
        message = protocol.encode(item)
        if message["type"] == "state":
            self._state = message
        for seat in self._seats:
            seat.offer(message)

    def _pass_on(self, seat: Seat, event: Wish) -> None:
        match event:
            case NoteOff(pitch):
                self._release(seat, pitch)
            case NoteOn(pitch):
                if pitch not in seat.held:
                    seat.held.add(pitch)
                    self._holders[pitch] += 1
                self._tell(event)
            case Panic():
                self._holders.clear()
                for each in self._seats:
                    each.held.clear()
                self._tell(event)
            case _:
                self._tell(event)

    def _release(self, seat: Seat, pitch: int) -> None:
        """Release a key, unless another browser holds the same one."""
        if pitch not in seat.held:
            return
        seat.held.remove(pitch)
        self._holders[pitch] -= 1
        if self._holders[pitch] <= 0:
            del self._holders[pitch]
            self._tell(NoteOff(pitch))
