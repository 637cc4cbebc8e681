"""Tells our own output, routed back into an input of ours, from what the player plays."""

from melodyrl.core.midi.clock import ClockMessage, RealTime
from melodyrl.core.midi.messages import Message, NoteOff, NoteOn

WINDOW_NS = 60_000_000
"""How long after it was sent a message can come back: two JACK periods of 1024 frames at 44.1 kHz
are 46 ms. The same note of the player's is heard again after that."""

MOST = 512
"""Messages remembered before those that can no longer come back are forgotten."""

_BEGINS = (RealTime.START, RealTime.CONTINUE)
_Note = tuple[int, int]


class Echo:
    """What was just sent and may come back on one input.

    A message that was sent once is taken for an echo once. A note-off is one only where its note-on
    came back too, so that a key of the player's that comes up is never missed. So is a clock's tick
    only where the start before it came back: the ticks of a clock that we follow arrive when ours
    go out.
    """

    def __init__(self) -> None:
        # times that it may come back, and when it was sent
        self._sent: dict[Message | ClockMessage, tuple[int, int]] = {}
        self._echoed: set[_Note] = set()
        self._is_clock_echoed = False

    def sent(self, message: Message | ClockMessage, now_ns: int) -> None:
        """A message goes out: to be told before it does."""
        if message in _BEGINS:
            self._sent.pop(RealTime.TICK, None)
        count, at_ns = self._sent.get(message, (0, now_ns))
        self._sent[message] = (1 + (count if now_ns - at_ns <= WINDOW_NS else 0), now_ns)
        if len(self._sent) > MOST:
            sent = list(self._sent.items())
            self._sent = {key: each for key, each in sent if now_ns - each[1] <= WINDOW_NS}

    def is_echo(self, message: Message | ClockMessage, now_ns: int) -> bool:
        """Whether a message that was heard is one of ours; to be asked once for each."""
        match message:
            case NoteOn(pitch, _, channel):
                came_back = self._comes_back(message, now_ns)
                (self._echoed.add if came_back else self._echoed.discard)((pitch, channel))
                return came_back
            case NoteOff(pitch, channel):
                if (pitch, channel) not in self._echoed or not self._comes_back(message, now_ns):
                    return False
                self._echoed.discard((pitch, channel))
                return True
            case RealTime.TICK:
                return self._is_clock_echoed and self._comes_back(message, now_ns)
            case RealTime.START | RealTime.CONTINUE:
                self._is_clock_echoed = self._comes_back(message, now_ns)
                return self._is_clock_echoed
            case _:
                return self._comes_back(message, now_ns)

    def _comes_back(self, message: Message | ClockMessage, now_ns: int) -> bool:
        count, at_ns = self._sent.get(message, (0, 0))
        if count == 0 or now_ns - at_ns > WINDOW_NS:
            return False
        self._sent[message] = (count - 1, at_ns)
        return True
