"""MIDI ports through RtMidi: virtual ones of our own, and devices found by their names.

What arrives is stamped on RtMidi's thread and handed on; the loop sends. Where the machine has no
MIDI system, `NoPorts` says so in one sentence, and the page still plays.
"""

# rtmidi is a compiled module without stubs.
# pyright: reportAttributeAccessIssue=false

import logging
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, Protocol

import rtmidi

from melodyrl.core.engine.events import Event, Nanos
from melodyrl.core.midi.clock import ClockMessage, clock_from_bytes
from melodyrl.core.midi.messages import Message, from_bytes, to_bytes
from melodyrl.errors import PortError

Api = Literal["auto", "alsa", "jack", "core", "windows"]
Hear = Callable[[Event | ClockMessage, Nanos], None]

_APIS = {
    "alsa": rtmidi.API_LINUX_ALSA,
    "jack": rtmidi.API_UNIX_JACK,
    "core": rtmidi.API_MACOSX_CORE,
    "windows": rtmidi.API_WINDOWS_MM,
}
SPOKEN = {
    "auto": "MIDI",
    "alsa": "ALSA",
    "jack": "JACK",
    "core": "CoreMIDI",
    "windows": "Windows MIDI",
}

log = logging.getLogger(__name__)


class MidiPorts(Protocol):
    """What the daemon needs of the machine's ports."""

    sentence: str
    """What is there, or why nothing is."""
    are_open: bool
    """Whether anything can be heard or sent."""

    def send(self, message: Message | ClockMessage) -> None:
        """Send one message to whoever listens."""
        ...

    def close(self) -> None:
        """Give the ports back."""
        ...


class NoPorts:
    """A machine without ports: what is sent is heard on the page only."""

    are_open = False

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence

    def send(self, message: Message | ClockMessage) -> None:
        """Nobody listens."""

    def close(self) -> None:
        """There is nothing to give back."""


class Ports:
    """The ports of one MIDI system. Closed by `close`, whatever happened before."""

    are_open = True

    def __init__(self, api: str, name: str, hear: Hear) -> None:
        self._api = api
        self._name = name
        self._hear = hear
        self._inputs: list[rtmidi.MidiIn] = []
        self._outputs: list[rtmidi.MidiOut] = []
        self.sentence = ""
        self.ignored = 0
        """Messages heard that are none of ours: aftertouch, bends, malformed."""
        self.failed = 0
        """Messages that could not be handed on."""

    def open_virtual(self) -> None:
        """Open an input `NAME:in` and an output `NAME-out:out` (on CoreMIDI both `NAME`).

        Two names, since JACK gives each to one client only. The input comes first, so that
        `aplaymidi -p NAME` finds it.

        Raises:
            PortError: this system has no virtual ports, or does not answer.
        """
        core = self._api == "core"
        with _system(self._api), _quiet():
            listener = rtmidi.MidiIn(_APIS[self._api], name=self._name)
            self._inputs.append(listener)
            listener.ignore_types(timing=False)  # RtMidi drops the ticks of a clock else
            listener.set_callback(self._heard)
            listener.open_virtual_port(self._name if core else "in")
            speaker = rtmidi.MidiOut(_APIS[self._api], name=f"{self._name}-out")
            self._outputs.append(speaker)
            speaker.open_virtual_port(self._name if core else "out")
        shown = (self._name,) * 2 if core else (f"{self._name}:in", f"{self._name}-out:out")
        self.sentence = f"{SPOKEN[self._api]} ports: input {shown[0]}, output {shown[1]}."

    def connect_input(self, wanted: str) -> str:
        """Listen to a device as well; gives its full name.

        Raises:
            PortError: no input of that name, with the names that there are.
        """
        with _system(self._api), _quiet():
            listener = rtmidi.MidiIn(_APIS[self._api], name=f"{self._name}-keys")
            self._inputs.append(listener)
            listener.ignore_types(timing=False)  # RtMidi drops the ticks of a clock else
            listener.set_callback(self._heard)
            index, found = _find(wanted, listener.get_ports(), self._name, "input")
            listener.open_port(index, "keys")
        return found

    def connect_output(self, wanted: str) -> str:
        """Send to a device as well; gives its full name.

        Raises:
            PortError: no output of that name, with the names that there are.
        """
        with _system(self._api), _quiet():
            speaker = rtmidi.MidiOut(_APIS[self._api], name=f"{self._name}-send")
            self._outputs.append(speaker)
            index, found = _find(wanted, speaker.get_ports(), self._name, "output")
            speaker.open_port(index, "send")
        return found

    def send(self, message: Message | ClockMessage) -> None:
        """Send one message to every output."""
        data = to_bytes(message)
        for output in self._outputs:
            output.send_message(data)

    def close(self) -> None:
        """Give the ports back; a port that vanished does not keep the others open."""
        for port in self._inputs + self._outputs:
            try:
                if isinstance(port, rtmidi.MidiIn):
                    port.cancel_callback()
                port.close_port()
                port.delete()
            except (OSError, RuntimeError) as error:
                log.warning("port not closed error=%s", error)
        self._inputs, self._outputs = [], []

    def _heard(self, event: tuple[list[int], float], _data: object = None) -> None:
        """Called by RtMidi on a thread of its own: an exception here would be lost."""
        now_ns = Nanos(time.monotonic_ns())
        try:
            data = bytes(event[0])
            message = from_bytes(data) or clock_from_bytes(data)
            if message is None:
                self.ignored += 1
            else:
                self._hear(message, now_ns)
        except Exception:  # noqa: BLE001 - there is nobody above this to catch it
            self.failed += 1


def open_ports(
    name: str,
    hear: Hear,
    api: Api = "auto",
    *,
    listen_to: str | None = None,
    play_on: str | None = None,
) -> MidiPorts:
    """Virtual ports on the first MIDI system that answers, joined to the devices that are named.

    Raises:
        PortError: a device that was named is not there, or the `api` asked for does not answer.
    """
    for candidate in _candidates(api):
        ports = Ports(candidate, name, hear)
        try:
            if _answers(ports, has_device=bool(listen_to or play_on)):
                said = [ports.sentence]
                said += [f"Listening to {ports.connect_input(listen_to)}."] if listen_to else []
                said += [f"Sending to {ports.connect_output(play_on)}."] if play_on else []
                ports.sentence = " ".join(said).strip()
                return ports
        except PortError:
            ports.close()
            raise
        ports.close()
    if api != "auto" or listen_to or play_on:
        raise PortError(_nothing(api))
    return NoPorts(_nothing(api))


def _candidates(api: Api) -> list[str]:
    compiled = rtmidi.get_compiled_api()
    wanted = _APIS if api == "auto" else [api]
    return [each for each in wanted if _APIS[each] in compiled]


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


def input_names(api: Api = "auto") -> list[tuple[str, str]]:
    """What can be listened to: (api, name without client numbers) of each."""
    return _names(rtmidi.MidiIn, api)


def output_names(api: Api = "auto") -> list[tuple[str, str]]:
    """What can be sent to: (api, name without client numbers) of each."""
    return _names(rtmidi.MidiOut, api)


def _names(kind: type[rtmidi.MidiIn] | type[rtmidi.MidiOut], api: Api) -> list[tuple[str, str]]:
    named: list[tuple[str, str]] = []
    for candidate in _candidates(api):
        try:
            with _system(candidate), _quiet():
                port = kind(_APIS[candidate], name="melodyrl-list")
                named += [(candidate, plain_name(each)) for each in port.get_ports()]
                port.delete()
        except PortError:
            continue  # this system does not answer: it has no ports
    return named


def plain_name(name: str) -> str:
    """A port's name without ALSA's client and port numbers, which change with each session."""
    return re.sub(r" \d+:\d+$", "", name)


def _find(wanted: str, names: list[str], own: str, kind: str) -> tuple[int, str]:
    """The first port that contains the wanted name in any case; never one of our own."""
    ours = re.compile(rf"{re.escape(own)}(-out|-keys|-send)?(-\d\d)?:")
    named = [(i, plain_name(name)) for i, name in enumerate(names) if not ours.match(name)]
    for index, name in named:
        if wanted.casefold() in name.casefold():
            return index, name
    there = ", ".join(name for _, name in named) or "none at all"
    raise PortError(f'There is no MIDI {kind} named "{wanted}"; there is: {there}.')


@contextmanager
def _system(api: str) -> Iterator[None]:
    """RtMidi's errors (an OSError of its own, NotImplementedError on Windows) as ours."""
    try:
        yield
    except (OSError, NotImplementedError, RuntimeError) as error:
        raise PortError(f"{SPOKEN[api]} does not answer: {error}") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what libasound and libjack write to stderr where they find no server; start-up only."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
