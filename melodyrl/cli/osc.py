"""Open Sound Control: what the page can ask for, asked by a tablet, a patch or another program.

/melodyrl/knob harmony 0.7 is the page's {"type": "knob", "name": "harmony", "value": 0.7}: the same
words in the same order, and refused in the same sentences (web/protocol.py).
"""

import json
import threading
from collections.abc import Callable

from melodyrl.core.engine.events import Wish
from melodyrl.errors import ConfigError, PortError, ProtocolError
from melodyrl.web import protocol

ROOT = "/melodyrl/"

FIELDS: dict[str, tuple[str, ...]] = {
    "note": ("pitch", "velocity"),
    "control": ("controller", "value"),
    "knob": ("name", "value"),
    "mode": ("mode",),
    "tempo": ("tempo_bpm",),
    "clock": ("source",),
    "tap": (),
    "key": ("tonic", "minor"),
    "meter": ("beats", "unit"),
    "feel": ("feel",),
    "split": ("pitch",),
    "drums": ("on",),
    "cell": ("drum", "step", "cell"),
    "variation": ("bars",),
    "pattern": ("change",),
    "policy": ("name",),
    "start": (),
    "stop": (),
    "panic": (),
}
"""What follows the address of each message, in order. A note of velocity 0 ends, as in MIDI."""

Argument = bool | int | float | str | None


def wish_of(address: str, arguments: tuple[Argument, ...]) -> Wish:
    """What a message asks for.

    Raises:
        ProtocolError: one sentence for anything that is none of ours.
    """
    kind = address.removeprefix(ROOT)
    names = FIELDS.get(kind) if address.startswith(ROOT) else None
    if names is None:
        known = ", ".join(ROOT + each for each in FIELDS)
        raise ProtocolError(f"OSC address {address!a} is not one of {known}.")
    if len(arguments) != len(names):
        wanted = " ".join((ROOT + kind, *names))
        raise ProtocolError(f"An OSC message with {len(arguments)} arguments is not {wanted}.")
    fields = {name: _plain(name, each) for name, each in zip(names, arguments, strict=True)}
    if kind == "note":
        fields["on"] = fields["velocity"] != 0
    return protocol.parse(json.dumps({"type": kind, **fields}, default=str))


def _plain(name: str, value: Argument) -> Argument:
    """A value as the page writes it: many senders know nothing but floats."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return bool(value) if name in ("minor", "on") and value in (0, 1) else value


class Osc:
    """Hears OSC at a UDP port, on a thread of its own."""

    def __init__(
        self, host: str, port: int, post: Callable[[Wish], None], say: Callable[[str], None]
    ) -> None:
        """Open the port; 0 takes a free one.

        Raises:
            ConfigError: the extra is not installed.
            PortError: the port cannot be had.
        """
        try:
            from pythonosc.dispatcher import Dispatcher
            from pythonosc.osc_server import BlockingOSCUDPServer
        except ImportError:
            raise ConfigError(
                "OSC needs python-osc, which is not installed: pip install 'melodyrl[osc]'."
            ) from None
        self._post = post
        self._say = say
        dispatcher = Dispatcher()
        dispatcher.set_default_handler(self.hear)
        try:
            self._server = BlockingOSCUDPServer((host, port), dispatcher)
        except OSError as error:
            raise PortError(
                f"OSC cannot be heard at UDP port {port} of {host} ({error.strerror}); "
                f"choose another one with --osc."
            ) from None
        self._thread = threading.Thread(target=self._server.serve_forever, name="osc", daemon=True)

    @property
    def port(self) -> int:
        """Where it is heard."""
        return self._server.server_address[1]

    def start(self) -> None:
        """Begin to hear."""
        self._thread.start()

    def close(self) -> None:
        """Hear no more."""
        self._server.shutdown()
        self._server.server_close()

    def hear(self, address: str, *arguments: Argument) -> None:
        """A message arrived: grant it, or say why not."""
        try:
            self._post(wish_of(address, arguments))
        except ProtocolError as error:
            self._say(str(error))
