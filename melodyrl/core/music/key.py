"""Keys, and their names."""

from dataclasses import dataclass

from melodyrl.core.music.pitch import PITCH_CLASS_NAMES, rotate, scale_mask, split_pitch_class
from melodyrl.errors import ConfigError

_FLAT_MAJOR = {1: "Db"}
_FLAT_MINOR = {3: "Eb", 8: "G#"}


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic (0-11) and a mode; the minor scale is the natural one."""

    tonic: int
    minor: bool = False

    @property
    def scale_mask(self) -> int:
        """The pitch classes of the scale."""
        return rotate(scale_mask(self.minor), self.tonic)

    @property
    def home(self) -> int:
        """The major tonic of its signature, 0-11: a minor key's is its relative major's."""
        return (self.tonic + 3 * self.minor) % 12

    @property
    def name(self) -> str:
        """The key in words, such as F# minor."""
        spelled = _FLAT_MINOR if self.minor else _FLAT_MAJOR
        tonic = spelled.get(self.tonic, PITCH_CLASS_NAMES[self.tonic])
        return f"{tonic} {'minor' if self.minor else 'major'}"


def parse_key(text: str) -> Key:
    """The key that a text such as Am, C major or F# minor names.

    Raises:
        ConfigError: the text names no key.
    """
    found = split_pitch_class(text.strip())
    if found is not None:
        match found[1].strip().removeprefix("-"):
            case "" | "M" | "maj" | "major" | "Major":
                return Key(found[0])
            case "m" | "min" | "minor" | "Minor":
                return Key(found[0], minor=True)
            case _:
                pass
    raise ConfigError(f"{text!r} is not a key; write one such as C, Am or F# minor.")
