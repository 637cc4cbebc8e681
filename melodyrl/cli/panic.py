"""`melodyrl panic`: silence, after a program that did not clean up behind itself."""

import time
from dataclasses import dataclass

from melodyrl.core.midi.messages import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    SUSTAIN,
    ControlChange,
    Message,
    NoteOff,
)
from melodyrl.errors import ConfigError, PortError
from melodyrl.live.ports import Ports
from melodyrl.live.systems import SPOKEN, Api, output_names

WIRE_S = 0.001
"""From one message to the next: a MIDI cable carries three bytes in 0.96 ms (31,250 baud)."""


@dataclass(frozen=True)
class Panic:
    """Silence every instrument on this machine's MIDI outputs."""

    output: str | None = None
    """Part of the name of one output; all of them where none is given."""
    channel: int = 1
    """Channel (1-16) whose notes are released one by one too, for instruments that ignore the
    controllers."""
    api: Api = "auto"
    """MIDI system to ask: auto asks each that answers."""

    def run(self) -> None:
        """Send, and say to whom."""
        if not 1 <= self.channel <= 16:
            raise ConfigError(f"Channel {self.channel} is not one of 1 to 16.")
        named = output_names(self.api)
        if self.output is not None:
            named = [each for each in named if self.output.casefold() in each[1].casefold()]
        if not named:
            raise PortError("There is no such MIDI output on this machine; nothing was silenced.")
        messages = silence(self.channel - 1)
        for system, name in named:
            _send(system, name, messages)
            print(f"Silenced {name}  [{SPOKEN[system]}]")


def _send(system: str, name: str, messages: list[Message]) -> None:
    ports = Ports(system, "melodyrl-panic", lambda event, at_ns: None)
    try:
        ports.connect_output(name)
        for message in messages:
            ports.send(message)
            time.sleep(WIRE_S)
    finally:
        ports.close()


def silence(channel: int) -> list[Message]:
    """Pedals up, sound off and notes off on all channels, and each note of one channel released."""
    messages: list[Message] = [
        ControlChange(controller, 0, each)
        for each in range(16)
        for controller in (SUSTAIN, ALL_SOUND_OFF, ALL_NOTES_OFF)
    ]
    return messages + [NoteOff(pitch, channel) for pitch in range(128)]
