"""The way in from the network: this machine's address there, and the token that opens the page."""

import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, Self

_FAR = ("198.51.100.1", 9)
"""Any address outside will do, since nothing is sent. This one is nobody's: RFC 5737, section 3."""

_TOKEN_BYTES = 24
"""192 bits, 32 letters in the link."""

_NOT_SHARED = ("", "0.0.0.0")


class Probe(Protocol):
    """As much of a UDP socket as it takes to ask for our own address."""

    def __enter__(self) -> Self:
        """Open it."""
        ...

    def __exit__(self, *_: object) -> None:
        """Close it."""
        ...

    def connect(self, address: tuple[str, int], /) -> None:
        """Choose the way to an address; OSError where there is none."""
        ...

    def getsockname(self) -> tuple[str, int]:
        """The address that this way begins at."""
        ...


@dataclass(frozen=True, slots=True)
class Lan:
    """Where the network reaches the page, and what whoever comes from there must bring."""

    address: str
    """This machine's IPv4 address in the network."""
    token: str = field(repr=False)
    """The secret of this start."""

    def link(self, port: int) -> str:
        """What to open on another device: it brings the token."""
        return f"http://{self.address}:{port}/?token={self.token}"


def new_token() -> str:
    """A secret that nobody can guess, fit for a link."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def _udp() -> Probe:
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def lan_address(open_probe: Callable[[], Probe] = _udp) -> str | None:
    """This machine's IPv4 address in its network; None where it is in none.

    To connect a UDP socket sends nothing: the system only chooses the way, and with it the address
    that we would send from.
    """
    try:
        with open_probe() as probe:
            probe.connect(_FAR)
            address = probe.getsockname()[0]
    except OSError:
        return None
    return None if address in _NOT_SHARED or address.startswith("127.") else address
