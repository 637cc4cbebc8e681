"""Whether a file has changed, and whoever writes it has come to an end."""

from pathlib import Path

TRIES = 3
"""Looks at a file that lies still and is no good, before it is given up: it may be half written."""

Stamp = tuple[int, int]


class FileWatch:
    """Asked again and again; knows the file by its size and time of change."""

    def __init__(self, path: Path, *, is_taken: bool) -> None:
        """Where the file as it is now `is_taken`, only the next change is one."""
        self._path = path
        self._seen = stamp_of(path) if is_taken else None
        self._taken = self._seen
        self._tries = 0

    def has_changed(self) -> bool:
        """Whether it is another file than was taken, and the same as at the last look."""
        before, self._seen = self._seen, stamp_of(self._path)
        if self._seen != before:
            self._tries = 0
            return False
        return self._seen is not None and self._seen != self._taken

    def take(self) -> None:
        """It is taken as it was at the last look."""
        self._taken = self._seen

    def fail(self) -> bool:
        """It was no good; True where that was the last try, and it is left until it changes."""
        self._tries += 1
        if self._tries < TRIES:
            return False
        self.take()
        return True


def stamp_of(path: Path) -> Stamp | None:
    """Size in bytes and time of change in ns; None where there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
