"""Keys of the player's keyboard that switch modes and are no music: a row of them."""

from melodyrl.core.engine.events import MODES, Mode
from melodyrl.core.music import parse_pitch, pitch_name
from melodyrl.errors import ConfigError

ModeKeys = tuple[tuple[int, Mode], ...]
"""Pitch and mode of each key, lowest first."""

_HIGHEST = 128 - len(MODES)


def parse_mode_keys(text: str | None) -> ModeKeys:
    """The keys from a pitch up, one for each of MODES; no keys where there is no text.

    Raises:
        ConfigError: it names no pitch, or one that has too few above it.
    """
    if text is None:
        return ()
    lowest = parse_pitch(text)
    if lowest > _HIGHEST:
        raise ConfigError(
            f"--mode-keys {text} leaves no room for {len(MODES)} keys; "
            f"choose {pitch_name(0)} to {pitch_name(_HIGHEST)}."
        )
    return tuple(zip(range(lowest, lowest + len(MODES)), MODES, strict=True))
