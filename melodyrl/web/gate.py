"""Asks whoever comes from the network for the token: once in the link, from then on as a cookie.

Behind the guard, which has seen to Host and Origin by then. Nothing is read of a request but its
head, so that a refusal is short and cheap.
"""

import hmac

from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from melodyrl.web.guard import refusal
from melodyrl.web.lan import Lan

_THIS_MACHINE = ("127.0.0.1", "::1")

_REFUSED = "Scan the code or open the link that melodyrl shows where it runs: it is new each start."


class Gate:
    """ASGI middleware: lets in this machine, and from elsewhere who brings the token."""

    def __init__(self, app: ASGIApp, lan: Lan, port: int) -> None:
        self._app = app
        self._token = lan.token
        # Cookies know no ports: two servers at one address must not take each other's.
        self._cookie = f"melodyrl-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve whoever may come in; refuse any other with 403."""
        await self._answer(scope)(scope, receive, send)

    def _answer(self, scope: Scope) -> ASGIApp:
        if scope["type"] not in ("http", "websocket"):
            return self._app
        asked = HTTPConnection(scope)
        if asked.client is not None and asked.client.host in _THIS_MACHINE:
            return self._app
        token = asked.query_params.get("token")
        if token is not None and scope["path"] == "/" and scope.get("method") == "GET":
            return self._welcome() if self._is_right(token) else refusal(_REFUSED)
        if self._is_right(asked.cookies.get(self._cookie, "")):
            return self._app
        return refusal(_REFUSED)

    def _welcome(self) -> ASGIApp:
        """Move the token from the address, where it would stay in the history, to a cookie."""
        response = RedirectResponse("/", status_code=303)
        response.set_cookie(self._cookie, self._token, httponly=True, samesite="strict")
        return response

    def _is_right(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(), self._token.encode())
