"""The folder of takes: one file a session, named by when it began, in the user's data folder."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from platformdirs import user_data_path

from melodyrl.core.engine.session import LAST_LINE, Session, from_lines
from melodyrl.core.music import pitch_name
from melodyrl.errors import FileError
from melodyrl.live.lock import is_held

SUFFIX = ".take"
_TAIL_BYTES = 100
"""More than the last line has."""


def default_folder() -> Path:
    """Where takes are kept unless another folder is asked for."""
    return user_data_path("melodyrl", appauthor=False) / "takes"


def new_path(folder: Path, now: datetime) -> Path:
    """Where a session that begins now is kept."""
    path = folder / f"{now:%Y-%m-%d %H-%M-%S}{SUFFIX}"
    number = 1
    while path.exists():
        number += 1
        path = folder / f"{now:%Y-%m-%d %H-%M-%S} ({number}){SUFFIX}"
    return path


def take_paths(folder: Path) -> list[Path]:
    """The files of a folder, newest first."""
    files = (path for path in folder.glob(f"*{SUFFIX}") if path.is_file())
    return sorted(files, key=lambda path: path.stat().st_mtime, reverse=True)


def read_session(path: Path) -> Session:
    """The session in a file.

    Raises:
        FileError: it cannot be read, or is none.
    """
    try:
        return from_lines(path.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{path} cannot be read ({error}).") from None


@dataclass(frozen=True)
class Cut:
    """A session whose program was killed."""

    path: Path
    hanging: list[tuple[int, int]]
    """Pitch and channel (0-15) of the notes that it had begun and not ended."""

    @property
    def sentence(self) -> str:
        """What the player should know."""
        names = ", ".join(f"{pitch_name(p)} (channel {c + 1})" for p, c in self.hanging)
        notes = f" Still sounding, it may be: {names}; `melodyrl panic` ends them." if names else ""
        return f"The last session was cut off; its take is kept (`melodyrl takes`).{notes}"


def cut_session(folder: Path) -> Cut | None:
    """The newest session, where its program was killed; told once, since it is sealed then."""
    for path in take_paths(folder)[:1]:
        if _is_cut(path):
            _seal(path)
            return Cut(path, read_session(path).hanging)
    return None


def _is_cut(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            file.seek(max(path.stat().st_size - _TAIL_BYTES, 0))
            has_ended = file.read().endswith(LAST_LINE.encode() + b"\n")
        with path.open("a") as again:
            return not has_ended and not is_held(again)
    except OSError:
        return False


def _seal(path: Path) -> None:
    """Take off a line that is half written, and add the last one."""
    whole = path.read_bytes().rpartition(b"\n")[0]
    path.write_bytes(whole + b"\n" + LAST_LINE.encode() + b"\n")
