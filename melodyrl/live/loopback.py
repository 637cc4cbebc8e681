"""Measures a MIDI system, and the clock that the loop waits on, with messages of our own."""

# rtmidi is a compiled module without stubs.
# pyright: reportAttributeAccessIssue=false

import time

import rtmidi

from melodyrl.core.engine.events import Nanos
from melodyrl.errors import PortError
from melodyrl.live.clock import Clock
from melodyrl.live.spread import Spread
from melodyrl.live.systems import APIS, SPOKEN, answering, quiet

NAME = "melodyrl-doctor"

PAUSE_NS = 5_000_000
"""From one message to the next: longer than it takes to arrive on a system that is fit to play."""

ARRIVE_S = 0.5
"""In which the last ones must arrive."""

_UNDEFINED = bytes((0xB0, 3))
"""A controller that means nothing (MIDI 1.0, table 3), should anybody else be listening."""


def measure_loopback(api: str, clock: Clock, count: int) -> Spread:
    """From sending to hearing, through a virtual input and an output joined to it.

    Raises:
        PortError: the system does not answer, or messages are lost on the way.
    """
    heard_ns: list[tuple[int, int]] = []
    with answering(api), quiet():
        listener = rtmidi.MidiIn(APIS[api], name=NAME)
        speaker = rtmidi.MidiOut(APIS[api], name=f"{NAME}-out")
        try:
            listener.set_callback(
                lambda event, _: heard_ns.append((event[0][2], time.monotonic_ns()))
            )
            listener.open_virtual_port("in")
            names = speaker.get_ports()
            speaker.open_port(next(i for i, each in enumerate(names) if NAME in each), "out")
            sent_ns = _send(speaker, clock, count)
            time.sleep(ARRIVE_S)
        finally:
            for port in (speaker, listener):
                port.close_port()
                port.delete()
    if [number for number, _ in heard_ns] != [each % 128 for each in range(count)]:
        raise PortError(
            f"{SPOKEN[api]} lost messages: {len(heard_ns)} of {count} arrived; "
            f"close what keeps the machine busy and try again."
        )
    return Spread.of_ns([at - sent for (_, at), sent in zip(heard_ns, sent_ns, strict=True)])


def measure_timer(clock: Clock, count: int) -> Spread:
    """How late the loop's own wait ends."""
    late_ns = []
    for _ in range(count):
        until_ns = Nanos(clock.now() + PAUSE_NS)
        clock.wait_until(until_ns)
        late_ns.append(clock.now() - until_ns)
    return Spread.of_ns(late_ns)


def _send(speaker: rtmidi.MidiOut, clock: Clock, count: int) -> list[int]:
    sent_ns = []
    for number in range(count):
        clock.wait_until(Nanos(clock.now() + PAUSE_NS))
        sent_ns.append(time.monotonic_ns())
        speaker.send_message(_UNDEFINED + bytes((number % 128,)))
    return sent_ns
