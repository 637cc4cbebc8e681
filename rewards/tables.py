"""The fitted statistics: aggregate counts over hundreds of human tunes, read once from JSON.

`melodyrl fit` writes them (melodyrl/env/fit.py). They are frozen: a policy is trained against one
version of them, so a new fit is a new version, and asks for new policies.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]


@cache
def numbers(term: str, name: str) -> FloatArray:
    """The array of the given name in the table of a term, read-only."""
    array = np.array(_table(term)[name], np.float32)
    array.setflags(write=False)
    return array


@cache
def version(term: str) -> int:
    """The version of the fit that the table of a term is from."""
    return int(_table(term)["version"])


def figures(term: str, name: str) -> dict[str, float]:
    """Measured at the fit on held-out tunes, by strategy."""
    return dict(_table(term)[name])


@cache
def _table(term: str) -> dict[str, Any]:
    return json.loads(files("rewards").joinpath("tables", f"{term}.json").read_text("utf-8"))
