"""The policies that there are, by name: those that ship, your own, and those trained here."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from melodyrl.core.engine.events import Part
from melodyrl.core.policy.chords.preset import CHORDS
from melodyrl.core.policy.policy import GreedyPolicy, Policy, RulePolicy
from melodyrl.core.policy.presets import FULL
from melodyrl.errors import ConfigError

SUFFIX = ".safetensors"
RUNS = Path("runs")
"""Where `melodyrl train` writes."""

_SHIPPED = {"shipped": "melody", "shipped-chords": "chords"}
_MADE: dict[str, Callable[[], Policy]] = {
    "greedy": lambda: GreedyPolicy(FULL),
    "greedy-chords": lambda: GreedyPolicy(CHORDS),
    "rules": lambda: RulePolicy(FULL),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A policy that can be named: its file, or none where it needs none."""

    name: str
    path: Path | None


def own_folder() -> Path:
    """Where the player's own policies are looked for."""
    return user_data_path("melodyrl", appauthor=False) / "policies"


class PolicyList:
    """Looked up anew each time, so that a run that was just trained is there."""

    def __init__(
        self, own: Path | None = None, runs: Path = RUNS, given: Iterable[str] = ()
    ) -> None:
        """`given` are choices of the player's, which may be the path of any file."""
        self._own = own or own_folder()
        self._runs = runs
        self._given = tuple(given)

    def places(self) -> list[Place]:
        """All that there are; of two with one name the first."""
        found: dict[str, Place] = {}
        for place in self._all():
            if place.name.isprintable():
                found.setdefault(place.name, place)
        return list(found.values())

    def find(self, name: str) -> Place:
        """The place of a name of the list.

        Raises:
            ConfigError: it has none of that name.
        """
        for place in self.places():
            if place.name == name:
                return place
        raise ConfigError(
            f"There is no policy named {_shown(name)}; `melodyrl policies` lists what there is."
        )

    def path(self, name: str) -> Path | None:
        """The file of a name; None where it needs none, or is none."""
        return next((place.path for place in self.places() if place.name == name), None)

    def open(self, name: str) -> Policy:
        """The policy of a name of the list.

        Raises:
            ConfigError: it has none of that name.
            CheckpointError: its file is none of ours.
        """
        return open_place(self.find(name))

    def _all(self) -> Iterator[Place]:
        for name in (*_SHIPPED, *_MADE):
            if name in _MADE or shipped_file(name):
                yield Place(name, shipped_file(name))
        for path in sorted(self._own.glob(f"*{SUFFIX}")):
            yield Place(path.stem, path)
        for path in sorted(self._runs.glob(f"*/policy{SUFFIX}")):
            yield Place(f"{self._runs}/{path.parent.name}", path)
        for choice in self._given:
            if Path(choice).is_file():
                yield Place(choice, Path(choice))


def open_place(place: Place) -> Policy:
    """The policy that is there.

    Raises:
        CheckpointError: its file is none of ours.
    """
    from melodyrl.core.policy.checkpoint import load

    return _MADE[place.name]() if place.path is None else load(place.path)


def open_choice(choice: str, part: Part) -> Policy:
    """The policy that a flag of a part names: a name of the list, or the path of a file.

    Raises:
        CheckpointError: the file is missing or not a policy of ours.
    """
    name = choice_of(choice, part)
    places = {place.name: place for place in PolicyList(given=(name,)).places()}
    return open_place(places.get(name, Place(name, Path(name))))


def choice_of(choice: str, part: Part) -> str:
    """What a flag of a part calls `shipped` or `greedy`, by its name in the list."""
    name = f"{choice}-chords" if part == "chords" and choice in ("shipped", "greedy") else choice
    has_file = name not in _SHIPPED or shipped_file(name)
    return name if has_file else name.replace("shipped", "greedy")


def shipped_file(name: str) -> Path | None:
    """The file of a shipped policy: in the installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    for folder in (package / "checkpoints", package.parent / "checkpoints"):
        path = folder / f"{_SHIPPED.get(name)}{SUFFIX}"
        if path.is_file():
            return path
    return None


def _shown(name: str) -> str:
    text = ascii(name)
    return text if len(text) <= 40 else text[:37] + "..."
