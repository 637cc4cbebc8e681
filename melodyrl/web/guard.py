"""Keeps strangers out: a page of another origin, or a name that was rebound to 127.0.0.1.

Any web page that the player has open can send requests to 127.0.0.1, and a hostile name server
can make its own name mean 127.0.0.1. The Host header gives away the second, Origin and
Sec-Fetch-Site the first.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from melodyrl.web.lan import Lan

LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}

_ONLY_SECURE = "Cross-Origin-Opener-Policy"
"""Browsers know it on https and localhost only, and complain about it anywhere else."""


class Guard:
    """ASGI middleware: refuses a wrong Host or Origin, and adds the security headers."""

    def __init__(self, app: ASGIApp, host: str, port: int, lan: Lan | None = None) -> None:
        self._app = app
        self._secure = _with_port({*LOCAL_NAMES, host}, port)
        self._hosts = self._secure | (_with_port({lan.address}, port) if lan else set())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request that is ours; refuse any other with 403."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        # Browsers name the origin in each request that could change something.
        must_have_origin = scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD")
        if not self._is_ours(headers, must_have_origin=must_have_origin):
            refuse = refusal("This page answers only to itself.")
            await refuse(scope, receive, _with_headers(send, ""))
            return
        host = headers["host"]
        is_secure = host.lower() in self._secure
        await self._app(scope, receive, _with_headers(send, host, is_secure=is_secure))

    def _is_ours(self, headers: Headers, *, must_have_origin: bool) -> bool:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return False
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        origin = headers.get("origin")
        if origin is None:
            return not must_have_origin
        return origin.lower() == f"http://{hosts[0].lower()}"


def refusal(sentence: str) -> ASGIApp:
    """Answers 403 with a sentence, to a request and to a socket that wants to open."""
    return PlainTextResponse(f"{sentence}\n", status_code=403)


def _with_port(names: set[str], port: int) -> set[str]:
    """These names as a Host header says them: browsers leave out port 80."""
    return {f"{name}:{port}" for name in names} | (names if port == 80 else set())


def _with_headers(send: Send, host: str, *, is_secure: bool = True) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(_HEADERS)
            if not is_secure:
                del headers[_ONLY_SECURE]
            headers["Content-Security-Policy"] = _policy(host)
        await send(message)

    return send_with_headers


def _policy(host: str) -> str:
    """Own files only; older browsers do not count ws: as 'self', so it is named."""
    socket = f" ws://{host}" if host else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"connect-src 'self'{socket}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
