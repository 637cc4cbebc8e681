"""Which runs a sweep is made of: every combination of the choices that are varied."""

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from melodyrl.errors import ConfigError, FileError
from melodyrl.learn.config import TrainConfig

Varied = dict[str, list[Any]]
"""Values by the name of a choice."""

FILE = "sweep.json"


@dataclass(frozen=True, slots=True)
class Trial:
    """One whole run on one thread."""

    name: str
    folder: Path
    config: TrainConfig


def trials(base: TrainConfig, varied: Varied, folder: Path) -> list[Trial]:
    """All combinations, in the order in which they were given.

    Raises:
        ConfigError: no run can be made with one of them.
    """
    found = []
    for values in itertools.product(*varied.values()):
        chosen = dict(zip(varied, values, strict=True))
        name = "_".join(f"{key}-{value}" for key, value in chosen.items()) or "run"
        config = replace(base, **chosen, threads=1)
        config.check()
        # A worker of Ray works elsewhere.
        found.append(Trial(name, folder.resolve() / name, config))
    return found


def parse(texts: Iterable[str]) -> Varied:
    """What "seed=1,2,3" and the like vary.

    Raises:
        ConfigError: no choice has that name, or a value is none that it can have.
    """
    varied: Varied = {}
    for text in texts:
        name, is_given, values = text.partition("=")
        name = name.strip().replace("-", "_")
        if not is_given or name not in TrainConfig.__dataclass_fields__ or name == "threads":
            raise ConfigError(
                f"--vary {text!r} names no choice of a run; write NAME=A,B, as in seed=1,2,3."
            )
        varied[name] = [_value(name, value.strip()) for value in values.split(",")]
    return varied


def write(base: TrainConfig, varied: Varied, folder: Path) -> None:
    """Keep the plan, so that a sweep whose driver was killed can go on.

    Raises:
        ConfigError: there is a sweep already.
    """
    path = folder / FILE
    if path.exists():
        raise ConfigError(f"{folder} already holds a sweep; go on with --resume, or name another.")
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"base": base.written(), "varied": varied}, indent=2)
    path.write_text(text + "\n", "utf-8")


def read(folder: Path) -> tuple[TrainConfig, Varied]:
    """The plan of the sweep that is here.

    Raises:
        FileError: there is none.
    """
    try:
        kept: Mapping[str, Any] = json.loads((folder / FILE).read_text("utf-8"))
        return TrainConfig(**kept["base"]), kept["varied"]
    except OSError as error:
        raise FileError(f"{folder} holds no sweep that could be resumed.") from error
    except (ValueError, TypeError, KeyError) as error:
        raise FileError(f"{folder / FILE} is not a sweep's: {error}.") from error


def _value(name: str, text: str) -> Any:  # noqa: ANN401
    """A value as the choice's type has it."""
    wanted = get_type_hints(TrainConfig)[name]
    try:
        value = json.loads(text.lower() if text in ("True", "False") else text)
    except ValueError:
        value = text
    if not _fits(value, wanted):
        raise ConfigError(f"--vary {name}={text} is not a value that {name} can have.")
    return value


def _fits(value: object, wanted: Any) -> bool:  # noqa: ANN401
    if get_origin(wanted) is Literal:
        return value in get_args(wanted)
    kinds: Sequence[Any] = get_args(wanted) or (wanted,)
    # bool is an int to Python, and an int is good for a float.
    return type(value) in kinds or (type(value) is int and float in kinds)
