"""Which policy plays which part, which one enters at the next bar line, and which are known."""

from melodyrl.core.engine.chord_mind import ChordMind
from melodyrl.core.engine.events import Part, SetPolicy
from melodyrl.core.engine.mind import Mind
from melodyrl.core.policy.chords.preset import CHORDS
from melodyrl.core.policy.policy import Policy
from melodyrl.core.policy.presets import FULL
from melodyrl.errors import ConfigError

_PARTS: dict[str, Part] = {FULL.name: "melody", CHORDS.name: "chords"}


class Cast:
    """A policy that enters takes over its part as it stands: the line and what sounds go on."""

    def __init__(self, mind: Mind, chord_mind: ChordMind) -> None:
        self._minds: dict[Part, Mind | ChordMind] = {"melody": mind, "chords": chord_mind}
        self._known: dict[tuple[Part, str], Policy] = {}
        self._coming: dict[Part, Policy] = {}

    @property
    def playing(self) -> tuple[tuple[Part, str], ...]:
        """The digest of the policy of each part."""
        return tuple((part, digest_of(mind.policy)) for part, mind in self._minds.items())

    @property
    def coming(self) -> tuple[tuple[Part, str], ...]:
        """The digest of each policy that enters at the next bar line."""
        return tuple((part, digest_of(policy)) for part, policy in self._coming.items())

    @property
    def policies(self) -> tuple[Policy, ...]:
        """All that play, wait or are known."""
        playing = [mind.policy for mind in self._minds.values()]
        return (*playing, *self._coming.values(), *self._known.values())

    def admit(self, policy: Policy) -> None:
        """Make a policy known, to be chosen once.

        Raises:
            ConfigError: it is for a task that is not played live.
        """
        self._known[part_of(policy), digest_of(policy)] = policy

    def knows(self, event: SetPolicy) -> bool:
        """Whether the policy that is asked for was admitted."""
        return (event.part, event.digest) in self._known

    def choose(self, event: SetPolicy) -> None:
        """Let a policy that is known wait, in place of one that does."""
        self._coming[event.part] = self._known.pop((event.part, event.digest))

    def enter(self) -> None:
        """A bar line: whoever waits plays from here on."""
        for part, policy in self._coming.items():
            self._minds[part].policy = policy
        self._coming.clear()


def digest_of(policy: Policy) -> str:
    """What tells a policy from any other: the hash of its file; its name where it has none."""
    return str(getattr(policy, "digest", policy.name))


def part_of(policy: Policy) -> Part:
    """The part that a policy can play.

    Raises:
        ConfigError: it is for a task that is not played live.
    """
    preset = policy.preset.name
    if preset not in _PARTS:
        raise ConfigError(
            f"The policy {policy.name!r} is made for the preset {preset!r}; "
            f"playing live needs one for {' or '.join(map(repr, _PARTS))}."
        )
    return _PARTS[preset]
