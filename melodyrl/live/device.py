"""A keyboard or instrument that was asked for by name: joined while it is there, again after."""

from collections.abc import Callable
from typing import Protocol

from melodyrl.core.midi.clock import ClockMessage
from melodyrl.core.midi.messages import Message, NoteOff, NoteOn, to_bytes
from melodyrl.live.systems import find, foreign, plain_name

_Note = tuple[int, int]


class Client(Protocol):
    """What we need of an RtMidi object: one client of the MIDI system, used for ever.

    A client for each look has exhausted ALSA's memory elsewhere (python-rtmidi issue 61).
    """

    def get_ports(self) -> list[str]:
        """Names of what can be joined."""
        ...

    def open_port(self, port: int, name: str) -> object:
        """Join one of them through a port of ours that has a name."""
        ...

    def close_port(self) -> None:
        """Leave it."""
        ...


class Speaker(Client, Protocol):
    """A client that can send."""

    def send_message(self, message: bytes) -> None:
        """Send one message to what was joined."""
        ...


class Device:
    """Our connection to the first port whose name contains what was wanted."""

    def __init__(
        self,
        client: Client,
        wanted: str,
        own: str,
        port_name: str,
        prepare: Callable[[], None] = lambda: None,
    ) -> None:
        """`prepare` is called each time before the port opens; `own` is how our ports are named."""
        self._client = client
        self.wanted = wanted
        self._own = own
        self._port_name = port_name
        self._prepare = prepare
        self._is_open = False
        self._full_name: str | None = None

    @property
    def name(self) -> str | None:
        """Its name without client numbers; None while it is not there."""
        return None if self._full_name is None else plain_name(self._full_name)

    @property
    def others(self) -> list[str]:
        """Names of all that could be joined."""
        return [plain_name(name) for _, name in foreign(self._client.get_ports(), self._own)]

    def has_gone(self) -> bool:
        """Whether the port that was joined is no longer there; it can be joined again."""
        if self._full_name is None or self._full_name in self._client.get_ports():
            return False
        self._full_name = None
        return True

    def join(self) -> bool:
        """Join it where it is there and not joined; whether that was so.

        A port that was left behind is closed only now: closing and opening disturb the MIDI system,
        so both happen when something has come.
        """
        found = None if self._full_name else find(self.wanted, self._client.get_ports(), self._own)
        if found is None:
            return False
        index, full_name = found
        if self._is_open:
            self._client.close_port()
        self._is_open = True
        self._prepare()
        self._client.open_port(index, self._port_name)
        if self._client.get_ports()[index : index + 1] != [full_name]:
            return False  # another one came or went meanwhile: the next look tells which is which
        self._full_name = full_name
        return True


class Instrument(Device):
    """A device that we play on. It owes a note-off for each note that it has begun."""

    def __init__(self, client: Speaker, wanted: str, own: str, port_name: str) -> None:
        super().__init__(client, wanted, own, port_name)
        self._speaker = client
        self._sounding: set[_Note] = set()
        self._ended: set[_Note] = set()
        self._ended_before: set[_Note] = set()

    def send(self, message: Message | ClockMessage) -> None:
        """Send one message; nothing while it is gone."""
        if self._full_name is None:
            return
        match message:
            case NoteOn(pitch, _, channel):
                self._sounding.add((pitch, channel))
            case NoteOff(pitch, channel):
                self._sounding.discard((pitch, channel))
                self._ended.add((pitch, channel))
            case _:
                pass
        self._speaker.send_message(to_bytes(message))

    def has_gone(self) -> bool:
        """Whether it is no longer there; note-offs since the look before last may be lost."""
        lost = self._ended_before
        self._ended_before, self._ended = self._ended, set()
        if not super().has_gone():
            return False
        self._sounding |= lost | self._ended_before
        return True

    def settle(self) -> None:
        """End what sounded when it went: its notes may have hung ever since."""
        for pitch, channel in sorted(self._sounding):
            self.send(NoteOff(pitch, channel))
