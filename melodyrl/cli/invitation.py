"""`melodyrl jam --lan`: who is let in, and the link for them with a QR code to scan."""

from collections.abc import Callable

from melodyrl.web.lan import Lan, new_token

_QUIET_ZONE = 2
"""Modules of white around the code. The standard asks for 4; readers find it with 2."""


def share(address: str | None, say: Callable[[str], None]) -> Lan | None:
    """Let the network in at this machine's address there; a sentence where it has none."""
    if address is None:
        say("No network was found to share the page with: it stays on this computer.")
        return None
    return Lan(address, new_token())


def invite(link: str) -> None:
    """Print the link, and its code where the terminal can show it."""
    from rich.console import Console
    from rich.text import Text

    console, code = Console(), qr_code(link)
    print(f"In this network: {link}", flush=True)
    if _can_show(code, console.encoding):
        # Coloured, for on a light terminal the blocks would be the code's negative.
        console.print(Text(code, style="#ffffff on #000000"), soft_wrap=True)


def qr_code(link: str) -> str:
    """A QR code of the link, two rows a line, in block letters: what is blank is dark."""
    import io

    import segno

    lines = io.StringIO()
    segno.make_qr(link, error="l").terminal(lines, border=_QUIET_ZONE, compact=True)
    return lines.getvalue().rstrip("\n")


def _can_show(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
