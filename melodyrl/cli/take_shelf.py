"""The folder of takes, as the page's server reads it: names of its own list, and no others."""

from pathlib import Path

from melodyrl.cli.take_file import take_file
from melodyrl.cli.take_folder import read_session, take_paths
from melodyrl.core.engine.notes import take_of
from melodyrl.core.engine.session import Session
from melodyrl.core.midi.messages import NoteOn
from melodyrl.core.score.musicxml import score_bytes
from melodyrl.errors import FileError
from melodyrl.web.shelf import FileKind, Kept

MOST_BYTES = 32 * 1024 * 1024
"""Longest file that is read for the page, some two hours of dense playing: reading it all takes a
second, in which the keys of the page are heard a few milliseconds later."""

LONGEST_SCORE_S = 3600
"""Longest take of which the page gets a score: hearing it again takes some two seconds."""


class TakeShelf:
    """A `web.shelf.Shelf`. What a file holds is remembered until the file changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[tuple[str, int, int], Kept] = {}

    def takes(self, most: int) -> list[Kept]:
        """The newest takes, newest first; one that cannot be read says why.

        Raises:
            FileError: the folder cannot be read.
        """
        known = self._known
        self._known = {}
        for path in self._paths(most):
            key = _version(path)
            self._known[key] = known.get(key) or _kept(path)
        return list(self._known.values())

    def file(self, name: str, kind: FileKind, most: int) -> bytes | None:
        """Both parts of the take of that name, if it is one of those that `takes` gives.

        Raises:
            FileError: it cannot be read, or is too long for a score.
        """
        path = next((path for path in self._paths(most) if path.stem == name), None)
        if path is None:
            return None
        session = _session(path)
        recording = session.recording
        if kind == "musicxml" and _length_s(session) > LONGEST_SCORE_S:
            raise FileError(
                "The take lasts more than an hour; save its score with `melodyrl takes`."
            )
        write = score_bytes if kind == "musicxml" else take_file
        return write(take_of(recording, session.ours), recording)

    def _paths(self, most: int) -> list[Path]:
        """A name that cannot be written in one line is no name of ours."""
        try:
            if self._folder.exists():
                next(self._folder.iterdir(), None)  # glob is silent about a folder that is closed
            return [path for path in take_paths(self._folder) if path.stem.isprintable()][:most]
        except OSError as error:
            raise FileError(
                f"The folder of takes cannot be read ({error.strerror}: {self._folder})."
            ) from None


def summary(session: Session, name: str) -> Kept:
    """How long a session lasted, and how many notes were played in it."""
    return Kept(
        name,
        session.began,
        _length_s(session),
        sum(isinstance(event, NoteOn) for _, event in session.recording.events),
        sum(isinstance(message, NoteOn) for _, message in session.wire),
        session.has_ended,
    )


def _length_s(session: Session) -> int:
    events, until_ns = session.recording.events, session.recording.until_ns
    first_ns = events[0][0] if events else until_ns
    return (until_ns - first_ns + 500_000_000) // 1_000_000_000  # a broken moment fits no float


def _version(path: Path) -> tuple[str, int, int]:
    try:
        status = path.stat()
    except OSError:
        return path.name, 0, 0  # it went a moment ago: reading it says so
    return path.name, status.st_size, status.st_mtime_ns


def _kept(path: Path) -> Kept:
    try:
        return summary(_session(path), path.stem)
    except FileError as error:
        return Kept(path.stem, problem=str(error))


def _session(path: Path) -> Session:
    if _version(path)[1] > MOST_BYTES:
        raise FileError(
            f"{path.name} is too long to be read for the page; save it with `melodyrl takes`."
        )
    return read_session(path)
