"""What a drummer is given on the command line: a pattern in a file, and notes such as kick=35."""

import sys
from collections.abc import Iterable
from pathlib import Path

from melodyrl.core.drums.kit import NAMES, PITCHES
from melodyrl.core.drums.pattern import LONGEST
from melodyrl.errors import ConfigError, FileError

HIGHEST = 127


def read_pattern(path: Path) -> str:
    """The text of a file, or with `-` of the terminal; no more of it than a pattern may have.

    Raises:
        FileError: it cannot be read.
    """
    try:
        if str(path) == "-":
            return sys.stdin.read(LONGEST + 1)
        with path.open(encoding="utf-8") as file:
            return file.read(LONGEST + 1)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise FileError(f"{path} cannot be read: {reason}.") from error


def parse_drum_notes(texts: Iterable[str]) -> tuple[int, ...]:
    """The notes of the kit, some of them moved; of two for one drum the later holds.

    Raises:
        ConfigError: a text is no drum and its note, or two drums would have one note.
    """
    pitches = dict(zip(NAMES, PITCHES, strict=True))
    for text in texts:
        drum, equals, pitch = (part.strip() for part in text.partition("="))
        is_number = pitch.isascii() and pitch.isdigit() and len(pitch) <= 3
        if not equals or not is_number or int(pitch) > HIGHEST:
            raise ConfigError(
                f"--drum-note {text} is not a drum and its note, 0 to {HIGHEST}; write "
                f"--drum-note kick=35."
            )
        if drum not in pitches:
            raise ConfigError(f"{drum!r} is no drum; choose from {', '.join(NAMES)}.")
        pitches[drum] = int(pitch)
    for drum, pitch in pitches.items():
        others = [name for name in pitches if name != drum and pitches[name] == pitch]
        if others:
            raise ConfigError(
                f"{drum} and {others[0]} would both be note {pitch}; give one of them another."
            )
    return tuple(pitches.values())
