"""The MIDI systems of this machine, and the names of the ports that they know."""

# rtmidi is a compiled module without stubs.
# pyright: reportAttributeAccessIssue=false

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import rtmidi

from melodyrl.errors import PortError

Api = Literal["auto", "alsa", "jack", "core", "windows"]
Kind = Literal["input", "output"]

APIS = {
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


def candidates(api: Api) -> list[str]:
    """The systems to ask, in the order in which they are preferred."""
    compiled = rtmidi.get_compiled_api()
    wanted = APIS if api == "auto" else [api]
    return [each for each in wanted if APIS[each] in compiled]


def answers(api: str) -> bool:
    """Whether a system answers."""
    try:
        with answering(api), quiet():
            rtmidi.MidiIn(APIS[api], name="melodyrl-list").delete()
    except PortError:
        return False
    return True


def input_names(api: Api = "auto") -> list[tuple[str, str]]:
    """What can be listened to: (api, name without client numbers) of each."""
    return _names(rtmidi.MidiIn, api)


def output_names(api: Api = "auto") -> list[tuple[str, str]]:
    """What can be sent to: (api, name without client numbers) of each."""
    return _names(rtmidi.MidiOut, api)


def _names(kind: type[rtmidi.MidiIn] | type[rtmidi.MidiOut], api: Api) -> list[tuple[str, str]]:
    named: list[tuple[str, str]] = []
    for candidate in candidates(api):
        try:
            with answering(candidate), quiet():
                port = kind(APIS[candidate], name="melodyrl-list")
                named += [(candidate, plain_name(each)) for each in port.get_ports()]
                port.delete()
        except PortError:
            continue  # this system does not answer: it has no ports
    return named


def plain_name(name: str) -> str:
    """A port's name without ALSA's client and port numbers, which change with each session."""
    return re.sub(r" \d+:\d+$", "", name)


def find(wanted: str, names: list[str], own: str) -> tuple[int, str] | None:
    """The first port whose name contains what is wanted, in any case: its index and full name."""
    for index, name in foreign(names, own):
        if wanted.casefold() in plain_name(name).casefold():
            return index, name
    return None


def foreign(names: list[str], own: str) -> list[tuple[int, str]]:
    """Index and full name of the ports that are not our own."""
    ours = re.compile(rf"{re.escape(own)}(-out|-keys|-send)?(-\d\d)?:")
    return [(index, name) for index, name in enumerate(names) if not ours.match(name)]


@contextmanager
def answering(api: str) -> Iterator[None]:
    """RtMidi's errors (an OSError of its own, NotImplementedError on Windows) as ours."""
    try:
        yield
    except (OSError, NotImplementedError, RuntimeError) as error:
        raise PortError(f"{SPOKEN[api]} does not answer: {error}") from error


@contextmanager
def quiet() -> Iterator[None]:
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
