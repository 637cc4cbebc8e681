"""The way from one input to the engine: what is heard, what is not, and what is held there."""

import threading
import time
from collections.abc import Callable

from melodyrl.core.engine.events import Event, Nanos
from melodyrl.core.midi.clock import ClockMessage, clock_from_bytes
from melodyrl.core.midi.messages import (
    PEDAL_DOWN,
    SILENCES,
    SUSTAIN,
    ControlChange,
    Message,
    NoteOff,
    NoteOn,
    ProgramChange,
    from_bytes,
    program_from_bytes,
)
from melodyrl.live.echo import Echo

Heard = Event | ClockMessage | ProgramChange
Hear = Callable[[Heard, Nanos], None]


class Ear:
    """Hands on the messages of one input. RtMidi calls `heard` on a thread of its own."""

    def __init__(
        self,
        hear: Hear,
        channels: frozenset[int] = frozenset(),
        now: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """With `channels` (0-15) the others are not heard; a clock has none and always is."""
        self._hear = hear
        self._now = now
        self._channels = channels
        self._held: set[tuple[int, int]] = set()
        self._pedals: set[int] = set()
        self._is_shut = False
        self._gate = threading.Event()
        self.echo = Echo()
        self.ignored = 0
        """Messages that are none of ours: aftertouch, bends, other channels, malformed, and our own
        that came back."""
        self.failed = 0
        """Messages that could not be handed on."""

    def heard(self, event: tuple[list[int], float], _data: object = None) -> None:
        """A message arrived. Nothing escapes: there is nobody above this to catch it."""
        now_ns = Nanos(self._now())
        if self._is_shut:
            self._gate.wait()
            return
        try:
            data = bytes(event[0])
            message = from_bytes(data) or clock_from_bytes(data) or program_from_bytes(data)
            if message is None or not self._is_for_us(message, now_ns):
                self.ignored += 1
                return
            self._keep(message)
            self._hear(message, now_ns)
        except Exception:  # noqa: BLE001 - an exception on RtMidi's thread would be lost
            self.failed += 1

    def let_go(self, now_ns: Nanos) -> None:
        """The input is gone: every key and pedal that was down on it comes up."""
        for pitch, channel in sorted(self._held):
            self._hear(NoteOff(pitch, channel), now_ns)
        for channel in sorted(self._pedals):
            self._hear(ControlChange(SUSTAIN, 0, channel), now_ns)
        self._held.clear()
        self._pedals.clear()

    def shut(self) -> None:
        """Hear no more, and hold RtMidi's thread here until `release`.

        RtMidi must not lose its callback, nor be closed, while its thread waits to enter Python: it
        would use what has been freed, or wait for ever (python-rtmidi 1.5 holds the GIL in both).
        """
        self._is_shut = True

    def release(self) -> None:
        """Let RtMidi's thread go."""
        self._gate.set()

    def _is_for_us(self, message: Message | ClockMessage | ProgramChange, now_ns: Nanos) -> bool:
        if isinstance(message, Message | ProgramChange) and not self._is_on_channel(message):
            return False
        if isinstance(message, ProgramChange):
            return True  # we send none that could come back
        return not self.echo.is_echo(message, now_ns)

    def _is_on_channel(self, message: Message | ProgramChange) -> bool:
        return not self._channels or message.channel in self._channels

    def _keep(self, message: Message | ClockMessage | ProgramChange) -> None:
        match message:
            case NoteOn(pitch, _, channel):
                self._held.add((pitch, channel))
            case NoteOff(pitch, channel):
                self._held.discard((pitch, channel))
            case ControlChange(controller, value, channel) if controller == SUSTAIN:
                (self._pedals.add if value >= PEDAL_DOWN else self._pedals.discard)(channel)
            case ControlChange(controller, _, channel) if controller in SILENCES:
                self._held = {key for key in self._held if key[1] != channel}
            case _:
                return
