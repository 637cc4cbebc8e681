"""Whether the program that writes a file still lives."""

import sys
from typing import IO

if sys.platform != "win32":
    import fcntl


def lock(file: IO[str]) -> None:
    """Hold a file until it is closed, or the program ends however it may. Not on Windows.

    Raises:
        OSError: another program holds it.
    """
    if sys.platform != "win32":
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_held(file: IO[str]) -> bool:
    """Whether another program holds it; on Windows never."""
    try:
        lock(file)
    except OSError:
        return True
    return False
