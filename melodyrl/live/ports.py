"""MIDI ports through RtMidi: virtual ones of our own, and devices found by their names.

What arrives is stamped on RtMidi's thread and handed on; the loop sends. Devices may go and come
again. Where the machine has no MIDI system, `NoPorts` says so in one sentence, and the page still
plays.
"""

# rtmidi is a compiled module without stubs.
# pyright: reportAttributeAccessIssue=false

import logging
import sys
import time
from collections.abc import Callable, Collection
from typing import Protocol

import rtmidi

from melodyrl.core.engine.events import Nanos, Release
from melodyrl.core.midi.clock import ClockMessage
from melodyrl.core.midi.messages import Message, to_bytes
from melodyrl.errors import PortError
from melodyrl.live.device import Device, Instrument
from melodyrl.live.ear import Ear, Hear
from melodyrl.live.systems import APIS, SPOKEN, Api, Kind, answering, candidates, quiet
from melodyrl.live.watch import Watch

SETTLE_S = 0.02
"""RtMidi's threads reach, or leave, the gate of an `Ear` in this: a few turns of the GIL (5 ms)."""

log = logging.getLogger(__name__)


class MidiPorts(Protocol):
    """What the daemon needs of the machine's ports."""

    @property
    def sentence(self) -> str:
        """What is there now, or why nothing is."""
        ...

    @property
    def unplugged(self) -> tuple[str, ...]:
        """Names of the devices that are waited for."""
        ...

    @property
    def are_open(self) -> bool:
        """Whether anything can be heard or sent."""
        ...

    def send(self, message: Message | ClockMessage) -> None:
        """Send one message to whoever listens."""
        ...

    def close(self) -> None:
        """Give the ports back."""
        ...


class NoPorts:
    """A machine without ports: what is sent is heard on the page only."""

    are_open = False
    unplugged = ()

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence

    def send(self, message: Message | ClockMessage) -> None:
        """Nobody listens."""

    def close(self) -> None:
        """There is nothing to give back."""


class Ports:
    """The ports of one MIDI system. Closed by `close`, whatever happened before."""

    are_open = True

    def __init__(
        self, api: str, name: str, hear: Hear, channels: frozenset[int] = frozenset()
    ) -> None:
        """With `channels` (0-15) nothing else is heard."""
        self._api = api
        self._name = name
        self._hear = hear
        self._channels = channels
        self._clients: list[rtmidi.MidiIn | rtmidi.MidiOut] = []
        self._virtual: list[rtmidi.MidiOut] = []
        self._ears: list[Ear] = []
        self._keyboards: list[tuple[Device, Ear]] = []
        self._instruments: list[Instrument] = []
        self._watch = Watch(self.look)
        self._opened = ""

    @property
    def sentence(self) -> str:
        """What is open, and which devices are joined or gone."""
        said = [self._opened] if self._opened else []
        said += [_spoken("Listening to", device) for device, _ in self._keyboards]
        said += [_spoken("Sending to", device) for device in self._instruments]
        return " ".join(said)

    @property
    def unplugged(self) -> tuple[str, ...]:
        """What was asked for, of each device that has gone."""
        devices = [device for device, _ in self._keyboards] + self._instruments
        return tuple(device.wanted for device in devices if device.name is None)

    def open_virtual(self) -> None:
        """Open an input `NAME:in` and an output `NAME-out:out` (on CoreMIDI both `NAME`).

        Two names, since JACK gives each to one client only. The input comes first, so that
        `aplaymidi -p NAME` finds it.

        Raises:
            PortError: this system has no virtual ports, or does not answer.
        """
        core = self._api == "core"
        with answering(self._api), quiet():
            listener, ear = self._listener(self._name)
            listener.set_callback(ear.heard)
            listener.open_virtual_port(self._name if core else "in")
            speaker = self._speaker(f"{self._name}-out")
            speaker.open_virtual_port(self._name if core else "out")
            self._virtual.append(speaker)
        shown = (self._name,) * 2 if core else (f"{self._name}:in", f"{self._name}-out:out")
        self._opened = f"{SPOKEN[self._api]} ports: input {shown[0]}, output {shown[1]}."

    def connect_input(self, wanted: str) -> None:
        """Listen to a device as well.

        Raises:
            PortError: no input of that name, with the names that there are.
        """
        with answering(self._api), quiet():
            listener, ear = self._listener(f"{self._name}-keys")
            device = Device(
                listener, wanted, self._name, "keys", lambda: listener.set_callback(ear.heard)
            )
            self._keyboards.append((device, ear))
            if not device.join():
                raise _missing("input", device)

    def connect_output(self, wanted: str) -> None:
        """Send to a device as well.

        Raises:
            PortError: no output of that name, with the names that there are.
        """
        with answering(self._api), quiet():
            speaker = self._speaker(f"{self._name}-send")
            device = Instrument(speaker, wanted, self._name, "send")
            self._instruments.append(device)
            if not device.join():
                raise _missing("output", device)

    def watch(self) -> None:
        """From now on see devices go and come."""
        if self._keyboards or self._instruments:
            self._watch.start()

    def look(self) -> None:
        """Let go of devices that went, and join those that came again."""
        now_ns = Nanos(time.monotonic_ns())
        for device, ear in self._keyboards:
            if device.has_gone():
                log.warning('input gone name="%s"', device.wanted)
                ear.let_go(now_ns)
            elif device.join():
                log.warning('input back name="%s"', device.name)
        for instrument in self._instruments:
            if instrument.has_gone():
                log.warning('output gone name="%s"', instrument.wanted)
                self._hear(Release(), now_ns)
            elif instrument.join():
                log.warning('output back name="%s"', instrument.name)
                instrument.settle()

    def send(self, message: Message | ClockMessage) -> None:
        """Send one message to every output."""
        now_ns = time.monotonic_ns()
        for ear in self._ears:
            ear.echo.sent(message, now_ns)
        data = to_bytes(message)
        for output in self._virtual:
            output.send_message(data)
        for instrument in self._instruments:
            instrument.send(message)

    def close(self) -> None:
        """Give the ports back; a port that vanished does not keep the others open."""
        self._watch.stop()
        self._deafen()
        for client in self._clients:
            _try(client.close_port)
            _try(client.delete)
        self._clients, self._virtual, self._ears = [], [], []
        self._keyboards, self._instruments = [], []

    def _deafen(self) -> None:
        """Part RtMidi's threads from us; see `Ear.shut`."""
        if not self._ears:
            return
        for ear in self._ears:
            ear.shut()
        time.sleep(SETTLE_S)
        for client in self._clients:
            if isinstance(client, rtmidi.MidiIn):
                _try(client.cancel_callback)
        for ear in self._ears:
            ear.release()
        time.sleep(SETTLE_S)

    def _listener(self, name: str) -> tuple[rtmidi.MidiIn, Ear]:
        listener = rtmidi.MidiIn(APIS[self._api], name=name)
        self._clients.append(listener)
        listener.ignore_types(timing=False)  # RtMidi drops the ticks of a clock else
        ear = Ear(self._hear, self._channels)
        self._ears.append(ear)
        return listener, ear

    def _speaker(self, name: str) -> rtmidi.MidiOut:
        speaker = rtmidi.MidiOut(APIS[self._api], name=name)
        self._clients.append(speaker)
        return speaker


def open_ports(
    name: str,
    hear: Hear,
    api: Api = "auto",
    *,
    listen_to: Collection[str] = (),
    play_on: str | None = None,
    channels: frozenset[int] = frozenset(),
) -> MidiPorts:
    """Virtual ports on the first MIDI system that answers, joined to the devices that are named.

    Raises:
        PortError: a device that was named is not there, or the `api` asked for does not answer.
    """
    for candidate in candidates(api):
        ports = Ports(candidate, name, hear, channels)
        try:
            if _answers(ports, has_device=bool(listen_to or play_on)):
                for each in listen_to:
                    ports.connect_input(each)
                if play_on:
                    ports.connect_output(play_on)
                ports.watch()
                return ports
        except PortError:
            ports.close()
            raise
        ports.close()
    if api != "auto" or listen_to or play_on:
        raise PortError(_nothing(api))
    return NoPorts(_nothing(api))


def _answers(ports: Ports, *, has_device: bool) -> bool:
    """Whether virtual ports could be opened, or devices can stand in for them."""
    try:
        ports.open_virtual()
    except PortError:
        ports.close()
        return has_device and sys.platform == "win32"
    return True


def _nothing(api: Api) -> str:
    if sys.platform == "win32":
        return (
            "Windows has no virtual MIDI ports of its own: install a loopback driver such as "
            "loopMIDI and name its ports with --input and --output."
        )
    asked = "system" if api == "auto" else "server"
    return f"No {SPOKEN[api]} {asked} answers on this machine, so there are no MIDI ports."


def _missing(kind: Kind, device: Device) -> PortError:
    there = ", ".join(device.others) or "none at all"
    return PortError(f'There is no MIDI {kind} named "{device.wanted}"; there is: {there}.')


def _spoken(doing: str, device: Device) -> str:
    gone = f"{doing} {device.wanted} when it comes back."
    return gone if device.name is None else f"{doing} {device.name}."


def _try(close: Callable[[], None]) -> None:
    try:
        close()
    except (OSError, RuntimeError) as error:
        log.warning("port not closed error=%s", error)
