"""Who plays a take again: the policies that played it, wherever they are still to be found."""

from dataclasses import dataclass

from melodyrl.cli.kept_policies import KeptPolicies
from melodyrl.cli.policy_list import open_choice
from melodyrl.core.engine.cast import digest_of
from melodyrl.core.engine.events import Part, SetPolicy
from melodyrl.core.engine.session import Session
from melodyrl.core.policy.policy import Policy
from melodyrl.errors import FileError

_ALWAYS = {"melody": ("shipped", "greedy", "rules"), "chords": ("shipped", "greedy")}
_FLAGS = {"melody": "--policy", "chords": "--chord-policy"}


@dataclass(frozen=True)
class TakeCast:
    """The policies of a take."""

    melody: Policy
    chords: Policy
    others: dict[tuple[Part, str], Policy]
    """Those that entered later, by part and digest."""


def cast_of(
    session: Session, kept: KeptPolicies, melody: str | None = None, chords: str | None = None
) -> TakeCast:
    """The policies of a take: kept beside it, or found where they were; or those that are named.

    Raises:
        FileError: one is nowhere, or its file is broken.
    """
    recording = session.recording
    entered: set[tuple[Part, str]] = {
        (event.part, event.digest) for _, event in recording.events if isinstance(event, SetPolicy)
    }
    found = Finder(kept, melody or session.policy, chords)
    first, accompanist = recording.policy_digest, recording.chord_policy_digest
    return TakeCast(
        open_choice(melody, "melody") if melody else found.policy("melody", first),
        open_choice(chords, "chords") if chords else _chords(found, accompanist),
        {(part, digest): found.policy(part, digest) for part, digest in sorted(entered)},
    )


def _chords(found: "Finder", digest: str) -> Policy:
    """Takes from before the digest was kept were played by the one that ships, most likely."""
    return found.policy("chords", digest) if digest else open_choice("shipped", "chords")


class Finder:
    """Finds a policy by its digest: kept beside the takes, or one that is named, or that ships."""

    def __init__(self, kept: KeptPolicies, melody: str, chords: str | None) -> None:
        self._kept = kept
        self._named = {"melody": melody, "chords": chords}

    def policy(self, part: Part, digest: str) -> Policy:
        """The policy of a digest, which in takes from before it was a hash is its name.

        Raises:
            FileError: it is nowhere.
        """
        if policy := self._kept.find(digest):
            return policy
        for choice in filter(None, (self._named[part], *_ALWAYS[part])):
            try:
                policy = open_choice(choice, part)
            except FileError:
                continue
            if digest in (digest_of(policy), policy.name):
                return policy
        raise FileError(
            f"The policy of the take's {part} ({digest[:12]}) is neither kept in "
            f"{self._kept.path(digest).parent} nor where it was; put its file there as "
            f"{self._kept.path(digest).name}, or name it by {_FLAGS[part]} if it played first."
        )
