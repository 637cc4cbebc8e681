"""Answers of the server that more than one of its readers gives."""

import json

from starlette.responses import Response


def as_json(value: object) -> Response:
    """A value as JSON, whatever a file's name or text holds."""
    # Not JSONResponse: it fails on half a character, which a broken file may hold.
    return Response(json.dumps(value), media_type="application/json")
