"""Keeps strangers out: a page of another origin, or a name that was rebound to 127.0.0.1.

Any web page that the player has open can send requests to 127.0.0.1, and a hostile name server
can make its own name mean 127.0.0.1. The Host header gives away the second, Origin and
Sec-Fetch-Site the first.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """ASGI middleware: refuses a wrong Host or Origin, and adds the security headers."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self._app = app
        self._hosts = {f"{name}:{port}" for name in (*LOCAL_NAMES, host)}
        if port == 80:
            self._hosts |= {*LOCAL_NAMES, host}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request that is ours; refuse any other with 403."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        # Browsers name the origin in each request that could change something.
        must_have_origin = scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD")
        if not self._is_ours(headers, must_have_origin=must_have_origin):
            await _refuse(scope, receive, send)
            return
        await self._app(scope, receive, _with_headers(send, headers["host"]))

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


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await WebSocketClose(code=1008)(scope, receive, send)
        return
    response = PlainTextResponse("This page answers only to itself.\n", status_code=403)
    await response(scope, receive, _with_headers(send, ""))


def _with_headers(send: Send, host: str) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(_HEADERS)
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
