"""The player's own defaults: every flag of `melodyrl jam`, as TOML in the user's config folder.

    [jam]
    input = ["keystation", "drum pad"]
    tempo = 96
    browser = false

What is given on the command line comes after, and holds.
"""

import tomllib
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, cast, get_args, get_origin, get_type_hints

from platformdirs import user_config_path

from melodyrl.errors import ConfigError

_SPOKEN = {bool: "true or false", int: "a whole number", float: "a number", str: "text in quotes"}


def default_path() -> Path:
    """Where the file is looked for."""
    return user_config_path("melodyrl", appauthor=False) / "config.toml"


def with_config(arguments: list[str], commands: dict[str, type], path: Path) -> list[str]:
    """The arguments, those of the file before the player's own; unchanged where there is no file.

    Raises:
        ConfigError: the file cannot be read, or holds what is no flag of the command.
    """
    if not arguments or arguments[0] not in commands or not path.is_file():
        return arguments
    name, *own = arguments
    table = _tables(path, commands).get(name, {})
    return [name, *_arguments(table, commands[name], path), *own]


def _tables(path: Path, commands: dict[str, type]) -> dict[str, dict[str, object]]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read as TOML: {error}.") from None
    for name, table in tables.items():
        if name not in commands or not isinstance(table, dict):
            raise ConfigError(
                f"{path} has {name}, which is no table that is known; "
                f"write flags under {', '.join(f'[{each}]' for each in commands)}."
            )
    return tables


def _arguments(table: dict[str, object], command: type, path: Path) -> list[str]:
    hints, arguments = get_type_hints(command), list[str]()
    known = {field.name.replace("_", "-"): hints[field.name] for field in fields(command)}
    for key, value in table.items():
        flag = key.replace("_", "-")
        if flag not in known:
            near = get_close_matches(flag, known, n=1)
            meant = f"did you mean {near[0]}?" if near else f"there is {', '.join(known)}."
            raise ConfigError(f"{path} has {key}, which is no flag; {meant}")
        for each in _values(value, known[flag]):
            arguments += _argument(flag, each, known[flag], f"{path} has {key} = {value!r}")
    return arguments


def _values(value: object, hint: object) -> list[object]:
    """What a flag is given: that of a flag that may be given again comes as a list."""
    return value if get_origin(hint) is tuple and isinstance(value, list) else [value]


def _argument(flag: str, value: object, hint: object, found: str) -> list[str]:
    kind, choices = _kind(hint)
    is_right = type(value) is kind or (kind is float and type(value) is int)
    if choices and value not in choices:
        raise ConfigError(f"{found}; choose {', '.join(choices)}.")
    if not is_right:
        raise ConfigError(f"{found}; it takes {_SPOKEN[kind]}.")
    if kind is bool:
        return [f"--{flag}" if value else f"--no-{flag}"]
    return [f"--{flag}", str(value)]


def _kind(hint: object) -> tuple[type, tuple[str, ...]]:
    """The type that TOML must give, and the choices where there are only some."""
    if get_origin(hint) is Literal:
        return str, get_args(hint)
    inner = [each for each in get_args(hint) if each not in (type(None), Ellipsis)]
    kind = inner[0] if inner else hint
    return str if kind is Path else cast(type, kind), ()
