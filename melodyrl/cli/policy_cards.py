"""The cards of the policies that there are, for the terminal and the page."""

from pathlib import Path

from safetensors import SafetensorError, safe_open

from melodyrl.cli.policy_list import Place, PolicyList, open_place
from melodyrl.core.canvas.file import KEY as CANVAS
from melodyrl.core.engine.cast import part_of
from melodyrl.core.policy.checkpoint import Card, TrainedPolicy
from melodyrl.core.policy.policy import Policy
from melodyrl.errors import ConfigError, FileError
from melodyrl.web.cards import PolicyCard

_UNTRAINED = {
    "greedy": "not trained: looks one step ahead by the rewards alone",
    "rule": "not trained: the nearest chord tone on each beat",
}
_LONGEST = 40
"""Characters of a text of a file that are shown."""


class PolicyCards:
    """A `web.cards.Cards`. What a file says is remembered until the file changes."""

    def __init__(self, policies: PolicyList) -> None:
        self._policies = policies
        self._known: dict[tuple[str, int, int], PolicyCard] = {}

    def cards(self) -> list[PolicyCard]:
        """The card of every policy, in the order of the list; one that cannot be read says why."""
        known, self._known = self._known, {}
        for place in self._policies.places():
            key = _version(place)
            self._known[key] = known.get(key) or _card(place)
        return list(self._known.values())


def _version(place: Place) -> tuple[str, int, int]:
    try:
        status = (place.path or Path(__file__)).stat()
    except OSError:
        return place.name, 0, 0  # it went a moment ago: reading it says so
    return place.name, status.st_size, status.st_mtime_ns


def _card(place: Place) -> PolicyCard:
    try:
        policy = open_place(place)
    except FileError as error:
        if place.path and _paints(place.path):
            return PolicyCard(place.name, preset="canvas", made="paints pictures: docs/canvas.md")
        return PolicyCard(place.name, problem=str(error))
    card = policy.card if isinstance(policy, TrainedPolicy) else None
    made = _made(card) if card else _UNTRAINED[policy.name]
    figures = _figures(card) if card else ""
    return PolicyCard(place.name, _part(policy), policy.preset.name, made, figures)


def _paints(path: Path) -> bool:
    """Whether a file is a painter's, which makes no music."""
    try:
        with safe_open(path, "numpy") as file:
            return CANVAS in (file.metadata() or {})
    except (OSError, SafetensorError):
        return False


def _part(policy: Policy) -> str:
    try:
        return part_of(policy)
    except ConfigError:
        return ""


def _made(card: Card) -> str:
    """How it was trained, and by which version of melodyrl."""
    updates = card.figures.get("updates")
    counted = [] if updates is None else [f"{updates:,.0f} updates"]
    version = "".join(letter for letter in card.code_version if letter.isprintable())[:_LONGEST]
    return ", ".join([*counted, f"seed {card.seed}", f"version {version}"])


def _figures(card: Card) -> str:
    """Reward a step on unseen episodes, beside that of looking one step ahead."""
    reward, greedy = card.figures.get("reward"), card.figures.get("greedy")
    if reward is None:
        return ""
    beside = "" if greedy is None else f" (greedy {greedy:+.4f})"
    return f"w·r {reward:+.4f} a step{beside}"
