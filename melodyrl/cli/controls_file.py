"""The controls that were learned, kept from one session to the next in the user's config folder.

21 = "harmony"
22 = "mode-chords"
"""

import tomllib
from collections.abc import Iterable
from functools import reduce
from pathlib import Path
from typing import cast

from platformdirs import user_config_path

from melodyrl.core.engine.controls import bindings_problem, bound
from melodyrl.core.engine.events import Bindings, Target
from melodyrl.errors import ConfigError, FileError
from melodyrl.files import replace_file

_HEAD = "# What each control of your keyboard turns, by its number; melodyrl writes this file.\n"


def default_path() -> Path:
    """Where the file is kept."""
    return user_config_path("melodyrl", appauthor=False) / "controls.toml"


def read_controls(path: Path) -> Bindings:
    """The bindings that were kept; none where there is no file.

    Raises:
        FileError: it cannot be read, or holds what is no binding.
    """
    if not path.exists():
        return ()
    try:
        return _read(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, ConfigError) as error:
        reason = str(error).rstrip(".")
        raise FileError(
            f"The controls kept in {path} are left out ({reason}); mend the file or delete it."
        ) from None


def write_controls(path: Path, bindings: Bindings) -> None:
    """Keep bindings in place of those before; a reader finds the whole old file or the new one.

    Raises:
        FileError: the file cannot be written.
    """
    lines = [f'{controller} = "{target}"\n' for controller, target in bindings]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, (_HEAD + "".join(lines)).encode())
    except OSError as error:
        raise FileError(f"Controls cannot be kept in {path} ({error.strerror}).") from None


def parse_controls(texts: Iterable[str]) -> Bindings:
    """The bindings of texts such as 21=harmony; a later one takes the place of an earlier one.

    Raises:
        ConfigError: a text is no binding.
    """
    return with_controls((), (_parse(text) for text in texts))


def with_controls(bindings: Bindings, more: Iterable[tuple[int, Target]]) -> Bindings:
    """Bindings with more, which take the place of those of their controllers and targets."""
    return reduce(lambda before, pair: bound(before, *pair), more, bindings)


def _parse(text: str) -> tuple[int, Target]:
    controller, equals, target = (part.strip() for part in text.partition("="))
    if not equals:
        raise ConfigError(
            f"--map {text} is not a controller and what it turns; write --map 21=harmony."
        )
    return _checked(controller, target)


def _read(text: str) -> Bindings:
    pairs = tuple(_checked(*item) for item in tomllib.loads(text).items())
    if problem := bindings_problem(pairs):
        raise ConfigError(problem)
    return pairs


def _checked(controller: str, target: object) -> tuple[int, Target]:
    """A binding of a number as text; a target that is none is refused with those there are."""
    is_number = controller.isascii() and controller.isdigit() and len(controller) <= 3
    pair = (int(controller) if is_number else controller, target)
    if problem := bindings_problem(cast(Bindings, (pair,))):
        raise ConfigError(problem)
    return cast(tuple[int, Target], pair)
